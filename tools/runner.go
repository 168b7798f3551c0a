package tools

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/schemas"
)

// Deps is what tools work with. It is the same for the life of a process.
type Deps struct {
	API *cleverapi.Client
	// Identity tells which credential signs now. It makes no request.
	Identity func(ctx context.Context) (Identity, error)
	// Proofs give what making an API token needs besides the login.
	Proofs   Proofs
	TokenDir string // where new tokens are written, one 0600 file each
	// Keyring keeps a token in the keyring of the system; nil where there is none.
	Keyring func(name, value string) error
	Tries   *Tries
	// Desk opens pages for the person at this machine.
	Desk *Desk
	// SignIn opens a page to sign in, or returns the one that is open; nil where no
	// browser of the user's reaches this process.
	SignIn func() (SignInPage, error)
	// Profiles are the accounts to choose from in each call; nil when there is no
	// choice.
	Profiles *Profiles
	// DefaultApp is the application of the working directory's .clever.json; nil
	// where there is no working directory of the user's.
	DefaultApp func() (app, owner string, ok bool)
	// Git carries git requests to the repository of an application, with the
	// credential and to nowhere else; nil where there is none that git takes.
	Git func(ctx context.Context, remote *url.URL) (http.RoundTripper, error)
	// Resolve looks a host name up in DNS; nil where that makes no sense, as with
	// an API in memory.
	Resolve  func(ctx context.Context, host string) (addresses []string, err error)
	Settings Settings
	Hide     *Hider
	Confirm  *Sealer
	Log      *slog.Logger // one line a call, never a value
	// Audit receives each call when it has ended; nil is fine.
	Audit func(Entry)
	Now   func() time.Time
}

// Settings are the operator's choices: an upper bound that no argument widens.
type Settings struct {
	ReadOnly    bool
	ConfirmMode ConfirmMode
	ConsoleURL  string
	Demo        bool
	Toolsets    []string // the ones that are on
	Off         []string // tools that the operator left out, sorted
	// DeployDirs are the folders whose repositories deploy_app may push, and those
	// below them. Empty: none.
	DeployDirs []string
	// EnvNames are the variables of this server's own environment, and FileDirs
	// the directories, from which set_env may take values. None unless allowed.
	EnvNames []string
	FileDirs []string
	// FilesDir is where answers that are files go, one new 0600 file each. Empty:
	// files are refused.
	FilesDir string
	// Reveal lets get_env show one value at a time.
	Reveal bool
	// OneShot says that the process ends with its first call, so that nothing can
	// be kept for a second one.
	OneShot bool
	// Scope, Forbidden and Ceilings are the bounds that the client has too: nil and
	// zero bound nothing.
	Scope     *cleverapi.Scope
	Forbidden []string
	Ceilings  cleverapi.Ceilings
}

// Identity is the credential in use, without anything secret.
type Identity struct {
	Signature string    // the OAuth 1 signature in use; "" for an API token
	Source    string    // where it came from, for people
	Profile   string    // of the clever CLI; "" from elsewhere
	OAuth     bool      // can sign with OAuth 1, which managing API tokens needs
	Expires   time.Time // zero: not known
	// PairSource is where an OAuth 1 token beside an API token came from.
	PairSource string
	// Remedy is what to do when the credential is refused; "" for the usual.
	Remedy string
}

// Kind says in words how requests are signed.
func (i Identity) Kind() string {
	if i.Signature == "" {
		return "API token (Bearer)"
	}
	return "OAuth 1 token (" + i.Signature + ")"
}

// Caller is who calls, and what the client between us can do.
type Caller struct {
	// ID tells callers apart: what one was offered, another cannot confirm.
	ID string
	// Progress sends one step on; nil when nobody listens. It returns at once.
	Progress func(Step)
	// Elicit is set when the client can ask its user to type something, ElicitURL
	// when it can ask its user to open a page.
	Elicit, ElicitURL bool
	// Answer is what the user typed, when this call repeats one that asked.
	Answer *Answer
	// RequestID names the call in the log and the audit.
	RequestID string
	// Later takes what can wait until the answer has left; nil when nothing can.
	Later func(func())
}

// Step is one progress notification.
type Step struct {
	Message  string
	Progress float64 // grows with each step
	Total    float64 // 0: not known
}

// Question asks the person at the client to type something before the call is
// done. The server shows it and calls again with State in the Answer.
type Question struct {
	Message string
	Field   string // name of the one text field
	Label   string
	State   string // sealed; goes back unchanged
	// URL is a page to open instead of a field to type in. Accepted means that the
	// user was shown it, not that anything was done there.
	URL string
}

// Answer is what came back for a Question.
type Answer struct {
	State  string
	Action string // "accept", "decline" or "cancel"
	Text   string // what was typed in Field
}

// Result is what a call comes to.
type Result struct {
	// Structured is the result as its output schema says, Text the same for a
	// model to read. An error has Text only.
	Structured json.RawMessage
	Text       string
	IsError    bool
	Absent     bool      // with IsError: nothing, or more than one thing, is what the arguments name
	Ask        *Question // set: nothing happened yet
	Files      []FileLink
	Images     []Image
}

// Image is a picture that goes with the text. Nothing hides what is drawn in it:
// a tool hides texts before it draws them.
type Image struct {
	Data []byte
	Type string // image/png
}

// FileLink leads to a file that the call made on this machine, for the client's
// user to open.
type FileLink struct {
	Path, Name, Type string
	Size             int64
}

// Call is one run of a tool.
type Call struct {
	*Deps
	Caller  Caller
	tool    Spec
	args    json.RawMessage
	digest  string // of tool and arguments, without confirm; made by id
	confirm string // the handle that the arguments carried
	opened  string // what the user answered when asked to open a page
	profile string // the account, when there is a choice
	files   []FileLink
	images  []Image
	// A value that this one answer may show; nil in all others.
	revealed *revealed

	set     []Any // the tools that are switched on
	kept    *keeper
	outcome Outcome
	trace   string // of the answer that made it fail
	object  atomic.Pointer[string]
	// Of the request that a generic tool makes.
	operation, effect string
}

// Progress tells the caller how far the call is.
func (c *Call) Progress(s Step) {
	if c.Caller.Progress != nil {
		s.Message = c.Hide.Text(s.Message)
		c.Caller.Progress(s)
	}
}

// Runner runs the tools of a process.
type Runner struct {
	deps  *Deps
	kept  *keeper
	set   []Any
	tools map[string]*bound
}

// bound is a tool with its contract as clients get it; the input schema is compiled
// by its first call.
type bound struct {
	Any
	spec     Spec
	served   string
	contract func() (schemas.Contract, error)
	input    func() (*input, error)
}

// NewRunner binds tools to what they work with. Every tool needs its contract.
func NewRunner(set []Any, deps *Deps) (*Runner, error) {
	r := &Runner{deps: deps, kept: newKeeper(), set: set, tools: make(map[string]*bound, len(set))}
	for _, t := range set {
		spec := t.Spec()
		contract := sync.OnceValues(func() (schemas.Contract, error) {
			c, err := schemas.Load(spec.Contract)
			if err == nil && deps.Profiles != nil {
				c, err = withProfile(c)
			}
			return c, err
		})
		served, err := schemas.Served(spec.Contract)
		if err == nil && deps.Profiles != nil {
			served, err = rendered(contract)
		}
		if err != nil {
			return nil, err
		}
		r.tools[spec.Name] = &bound{Any: t, spec: spec, served: served, contract: contract, input: sync.OnceValues(func() (*input, error) {
			c, err := contract()
			if err != nil {
				return nil, err
			}
			return compileInput(spec.Name, c.InputSchema)
		})}
	}
	return r, nil
}

// With returns a runner of the same tools that works with other deps.
func (r *Runner) With(deps *Deps) *Runner {
	return &Runner{deps: deps, kept: newKeeper(), set: r.set, tools: r.tools}
}

// rendered is a contract as clients get it.
func rendered(contract func() (schemas.Contract, error)) (string, error) {
	c, err := contract()
	if err != nil {
		return "", err
	}
	c.Tokens = 0
	raw, err := json.Marshal(c)
	return string(raw), err
}

// Contract is what a client reads of one tool.
type Contract = schemas.Contract

// Contracts returns what a client reads of the tools, in the order of the set.
func (r *Runner) Contracts() ([]Contract, error) {
	out := make([]Contract, 0, len(r.set))
	for _, t := range r.set {
		c, err := r.tools[t.Spec().Name].contract()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// Served is a tool for a server to offer.
type Served struct {
	Name     string
	ReadOnly bool
	JSON     string // its contract, as clients get it
}

// Served returns the tools in the order of the set.
func (r *Runner) Served() []Served {
	out := make([]Served, 0, len(r.set))
	for _, t := range r.set {
		b := r.tools[t.Spec().Name]
		out = append(out, Served{b.spec.Name, b.spec.Effect == catalogue.Reads, b.served})
	}
	return out
}

// Has tells whether the set has a tool of that name.
func (r *Runner) Has(name string) bool { return r.tools[name] != nil }

// Call runs a tool. Whatever goes wrong is in the result, in words for a model:
// arguments that do not fit, a refusal by policy, an error of the API, a panic.
func (r *Runner) Call(ctx context.Context, name string, args json.RawMessage, caller Caller) (res Result) {
	start := time.Now()
	c := &Call{Deps: r.deps, Caller: caller, set: r.set, kept: r.kept, outcome: OutcomeRefused}
	signIn := c.takeOpened()
	defer func() {
		if p := recover(); p != nil {
			ref := newReference()
			r.deps.Log.Error("panic", "tool", name, "reference", ref, "value", r.deps.Hide.Text(fmt.Sprint(p)), "stack", r.deps.Hide.Text(string(debug.Stack())))
			c.outcome = OutcomeFailed
			res = failed(fmt.Sprintf("%s ended by a mistake of this server.\nNext: try another way, and report reference %s; its log line has the details.", name, ref))
		}
		r.audit(ctx, c, name, start)
	}()

	t := r.tools[name]
	if t == nil {
		return failed(cmp.Or(r.SwitchedOff(name), unknownTool(name, r.set)))
	}
	c.tool = t.spec
	in, err := r.arguments(c, t, args)
	if err != nil {
		return r.fail(c, err)
	}
	if r.deps.Settings.ReadOnly && t.spec.Effect != catalogue.Reads && !t.spec.AnyOperation {
		return r.fail(c, errReadOnly(name))
	}
	if signIn {
		c.afterSignIn(ctx)
	}
	out, err := t.run(cleverapi.ForCall(ctx), c, in)
	if err != nil {
		return r.fail(c, err)
	}
	return r.succeed(c, out)
}

// arguments checks what the client sent against the contract and decodes it.
func (r *Runner) arguments(c *Call, t *bound, args json.RawMessage) (any, error) {
	schema, err := t.input()
	if err != nil {
		return nil, err
	}
	clean, err := schema.check(args)
	if err != nil {
		return nil, err
	}
	c.args = clean
	if bytes.Contains(clean, []byte(`"confirm"`)) {
		c.digest, c.confirm = digest(t.spec.Name, clean)
	}
	if err := c.inProfile(clean); err != nil {
		return nil, err
	}
	return t.decode(clean)
}
