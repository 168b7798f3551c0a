package tools

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clever-mcp/auth"
	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/cleverapi/emulator"
	"clever-mcp/schemas"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// worldOptions are what a script's "with" section can say.
type worldOptions struct {
	Seed       string           `json:"seed"`       // demo (default), empty, …
	Credential string           `json:"credential"` // oauth (default), api_token, wrong_secret, none
	Method     string           `json:"method"`     // OAuth signature; default HMAC-SHA512 with its fallback
	ReadOnly   bool             `json:"read_only"`
	Elicit     bool             `json:"confirm_elicit"`
	Password   *string          `json:"password"` // default: the right one
	MFACode    string           `json:"mfa_code"`
	Speed      float64          `json:"speed"` // of the emulator's clock; default: it stands still
	Faults     []emulator.Fault `json:"faults"`
	Files      bool             `json:"files"` // answers that are files are saved
	Reveal     bool             `json:"reveal"`
	account    *emulator.Seed   // in place of Seed
	// Where the API is, and what carries requests there: by default worldBase and
	// the emulator itself.
	base string
	over func(http.RoundTripper) http.RoundTripper
	// Bounds of both layers; a test switches one of them off.
	Bounds         cleverapi.Bounds `json:"bounds"`
	NoToolLayer    bool             `json:"-"`
	NoRequestLayer bool             `json:"-"`
}

// world is tools on a client on signatures on an emulator: all real parts.
type world struct {
	*emulator.Emulator
	runner  *Runner
	deps    *Deps
	dir     string
	secrets []string
	logged  *syncBuffer
}

// started is when every test world begins, so that dates stand still.
var started = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const worldBase = "http://127.0.0.1"

func newWorld(t testing.TB, o worldOptions) *world {
	t.Helper()
	seed := o.account
	if seed == nil {
		var err error
		if seed, err = seedNamed(o.Seed); err != nil {
			t.Fatal(err)
		}
	}
	clock := emulator.NewClock(started, o.Speed)
	e, err := emulator.New(emulator.Options{Seed: seed, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range o.Faults {
		e.Inject(f)
	}
	w := &world{Emulator: e, dir: t.TempDir(), logged: &syncBuffer{}}
	env := environmentOf(t, e, o.Credential, w.dir, cmp.Or(o.base, worldBase))
	for name, v := range env {
		if strings.HasPrefix(name, "CLEVER_") {
			w.secrets = append(w.secrets, v)
		}
	}
	method, err := auth.ParseMethod(o.Method)
	if err != nil {
		t.Fatal(err)
	}
	hide := NewHider()
	var wire http.RoundTripper = e
	if o.over != nil {
		wire = o.over(e)
	}
	sessions := auth.NewSession(auth.NewStore(auth.Config{Getenv: func(n string) string { return env[n] }}), method, wire)
	current := func(ctx context.Context) (auth.Credential, *auth.Transport, error) {
		cred, tr, err := sessions.Current(ctx)
		if err != nil {
			return cred, tr, cleverapi.SignedOut(err)
		}
		for _, s := range cred.Secrets() {
			hide.Learn(s.Reveal())
		}
		return cred, tr, nil
	}
	password := seed.User.Password
	if o.Password != nil {
		password = *o.Password
	}
	if password != "" {
		w.secrets = append(w.secrets, password)
	}
	for _, v := range e.Secrets() {
		if m := userinfo.FindStringSubmatch(v); m != nil {
			v = m[2]
		}
		if credentialLike(v) {
			w.secrets = append(w.secrets, v)
		}
	}
	inChain := o.Bounds
	if o.NoRequestLayer {
		inChain = cleverapi.Bounds{}
	}
	w.deps = &Deps{
		API: cleverapi.New(cleverapi.Config{
			Session: func(ctx context.Context) (cleverapi.Session, error) {
				cred, tr, err := current(ctx)
				if err != nil {
					return cleverapi.Session{}, err
				}
				return cleverapi.Session{API: cred.Hosts.API, Bridge: cred.Hosts.Bridge, Bearer: cred.Kind == auth.KindAPIToken, Transport: tr}, nil
			},
			Policy: readOnlyPolicy(o.ReadOnly), Bounds: inChain, UserAgent: "test", Now: clock.Now,
		}),
		Identity: func(ctx context.Context) (Identity, error) {
			cred, tr, err := current(ctx)
			if err != nil {
				return Identity{}, err
			}
			id := Identity{Source: cred.Source, Profile: cred.Profile, Expires: cred.Expires, OAuth: cred.HasOAuth(), PairSource: cred.PairSource}
			if cred.Kind == auth.KindOAuth {
				id.Signature = string(tr.Method())
			}
			return id, nil
		},
		Proofs: Proofs{
			Password: func(context.Context) (string, error) { return password, nil },
			Code:     func(context.Context) (string, error) { return o.MFACode, nil },
		},
		Tries:    NewTries(),
		TokenDir: w.dir, Hide: hide, Confirm: NewSealer(), Now: clock.Now,
		Settings: Settings{ReadOnly: o.ReadOnly, ConfirmMode: ConfirmAny, ConsoleURL: "https://console.clever-cloud.com", Off: []string{}},
		Log:      slog.New(slog.NewTextHandler(w.logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if !o.NoToolLayer {
		w.deps.Settings.Scope, w.deps.Settings.Forbidden, w.deps.Settings.Ceilings = cleverapi.NewScope(o.Bounds.Owners...), o.Bounds.Forbidden, o.Bounds.Ceilings
	}
	if o.Files {
		w.deps.Settings.FilesDir = filepath.Join(w.dir, "files")
	}
	if o.Elicit {
		w.deps.Settings.ConfirmMode = ConfirmElicit
	}
	set := All()
	if w.deps.Settings.Reveal = o.Reveal; o.Reveal {
		set = Revealing(set)
	}
	if w.runner, err = NewRunner(set, w.deps); err != nil {
		t.Fatal(err)
	}
	return w
}

func readOnlyPolicy(on bool) func(catalogue.Operation) error {
	return func(op catalogue.Operation) error {
		if on && !op.ReadsOnly() {
			return fmt.Errorf("%s: read-only: %w", op.ID, cleverapi.ErrPolicy)
		}
		return nil
	}
}

func environmentOf(t testing.TB, e *emulator.Emulator, credential, dir, base string) map[string]string {
	t.Helper()
	env := map[string]string{}
	for _, line := range e.Env(base) {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	without := func(names ...string) {
		for _, n := range names {
			delete(env, n)
		}
	}
	switch credential {
	case "", "oauth":
		without("CLEVER_API_TOKEN")
	case "api_token":
		without("CLEVER_TOKEN", "CLEVER_SECRET")
	case "wrong_secret":
		without("CLEVER_API_TOKEN")
		env["CLEVER_SECRET"] = "0123456789wrong-secret"
	case "wrong_token":
		without("CLEVER_TOKEN", "CLEVER_SECRET")
		env["CLEVER_API_TOKEN"] = "0123456789wrong-token"
	case "none":
		without("CLEVER_TOKEN", "CLEVER_SECRET", "CLEVER_API_TOKEN")
		env["XDG_CONFIG_HOME"] = dir
	default:
		t.Fatalf("there is no credential %q", credential)
	}
	return env
}

// advance moves the emulator's clock.
func (w *world) advance(t testing.TB, by string) {
	t.Helper()
	d, err := time.ParseDuration(by)
	if err != nil {
		t.Fatal(err)
	}
	w.Clock().Advance(d)
}

// operations are the IDs of what the emulator was asked, sorted, each once.
func (w *world) operations() []string {
	seen := map[string]bool{}
	for _, r := range w.Requests() {
		seen[r.Operation] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// asked says what the emulator was asked, sorted because requests of one call go
// out together.
func (w *world) asked() string {
	var lines []string
	for _, r := range w.Requests() {
		line := r.Method + " " + r.Path
		if r.Query != "" {
			line += "?" + r.Query
		}
		status := fmt.Sprint(r.Status)
		if r.Status == 0 {
			status = "no answer"
		}
		lines = append(lines, line+" "+status)
	}
	slices.Sort(lines)
	return strings.Join(append(lines, ""), "\n")
}

// checkOutput holds a result against the output schema of its contract.
func checkOutput(t testing.TB, tool string, structured json.RawMessage) {
	t.Helper()
	contract, err := schemas.Load(tool)
	if err != nil {
		t.Fatal(err)
	}
	out, err := compileInput(tool, contract.OutputSchema)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(structured))
	if err != nil {
		t.Fatalf("%s: the result is not JSON: %v", tool, err)
	}
	if err := out.schema.Validate(doc); err != nil {
		t.Errorf("%s: the result does not fit its contract: %v\n%s", tool, err, structured)
	}
}

// syncBuffer takes log lines from several goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b.Reset()
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

var _ http.RoundTripper = (*emulator.Emulator)(nil)
