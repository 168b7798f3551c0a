package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"clever-mcp/auth"
	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/cleverapi/emulator"
	"clever-mcp/server"
	"clever-mcp/tools"
)

// opened is a process put together: tools on a client on credentials.
type opened struct {
	runner *tools.Runner
	deps   *tools.Deps
	client *cleverapi.Client
	log    *slog.Logger
	// upstream measures the requests of client.
	upstream *server.Upstream
	audit    *auditFile // nil: none
	// What a process for another account is put together from.
	wire   http.RoundTripper
	getenv func(string) string
	api    cleverapi.Config
}

// open puts a process together. It touches no network, and writes
// nothing but the file that --audit names.
func open(p *Process, s *settings) (*opened, error) {
	method, err := auth.ParseMethod(s.sign)
	if err != nil {
		return nil, err
	}
	if err := s.checkProfiles(); err != nil {
		return nil, err
	}
	mode, err := s.confirmMode()
	if err != nil {
		return nil, err
	}
	dir, err := s.tokens()
	if err != nil {
		return nil, err
	}
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	deployDirs, err := s.folders("deploy-dir", "deploy_dirs", s.deployDirs)
	if err != nil {
		return nil, err
	}
	allowDirs, err := s.folders("allow-dir", "allow_dirs", s.allowDirs)
	if err != nil {
		return nil, err
	}
	known, err := s.operations()
	if err != nil {
		return nil, err
	}
	set, off, err := s.selected()
	if err != nil {
		return nil, err
	}
	limits, err := s.limits(known)
	if err != nil {
		return nil, err
	}

	resolve := net.DefaultResolver.LookupHost
	getenv, wire, proofs, now := p.Getenv, http.RoundTripper(auth.NewWire(auth.WireConfig{})), proofFiles(p.Getenv), time.Now
	if s.emulated() {
		seed, err := readSeed(s.seed)
		if err != nil {
			return nil, err
		}
		demo, err := emulator.New(emulator.Options{Seed: seed, Clock: emulator.NewClock(time.Time{}, demoSpeed)})
		if err != nil {
			return nil, err
		}
		getenv, wire, proofs, now = environment(demo.Env(demoBase)), demo, demoProofs(seed), demo.Clock().Now
		resolve = demo.Resolve
	}
	hide := tools.NewHider()
	log := logger(p.Stderr, s.verbose, hide)
	config := auth.Config{Getenv: getenv, Profile: s.profile, AllowHosts: s.hosts, Keyring: p.Keyring, KeyringOnly: s.keyring}
	upstream := server.NewUpstream()
	api := cleverapi.Config{
		UserAgent: "clever-mcp/" + version(), Policy: policy(s), Bounds: limits, Catalogue: known, Observe: observe(log, upstream), Now: now,
	}
	of := func(base tools.Deps, store *auth.Store) *tools.Deps {
		creds := &credentials{store: store, sessions: auth.NewSession(store, method, wire), wire: wire, hide: hide}
		if s.emulated() {
			creds.source = "the account in memory of --demo"
		}
		return creds.turn(base, api)
	}
	store := auth.NewStore(config)
	deps := of(tools.Deps{
		Proofs: proofs, Tries: tools.NewTries(), TokenDir: dir, Keyring: keepToken(p.Keyring),
		DefaultApp: s.defaultApp(), Resolve: resolve,
		Settings: tools.Settings{
			ReadOnly: s.readOnly, ConfirmMode: mode, Demo: s.emulated(), Off: off,
			DeployDirs: deployDirs, EnvNames: s.allowEnv, FileDirs: allowDirs, FilesDir: files, Reveal: s.reveal,
			Forbidden: limits.Forbidden, Ceilings: limits.Ceilings,
		},
		Hide: hide, Confirm: tools.NewSealer(), Log: log, Now: now,
	}, store)
	if s.profiles == allProfiles {
		all := &accounts{config: config, base: deps, of: of}
		deps.Profiles = &tools.Profiles{Names: all.names, Open: all.deps}
	}
	// Hosts that cannot be used are for the calls to complain about.
	if hosts, err := store.Hosts(); err == nil && s.pages && !s.emulated() {
		deps.Desk = tools.NewDesk(showTokenForm)
		deps.SignIn = (&signInPages{in: signIn{store: store, wire: wire, hosts: hosts, alias: cmp.Or(s.profile, "default")}, log: log}).page
	}
	runner, err := tools.NewRunner(set, deps)
	if err != nil {
		return nil, err
	}
	o := &opened{runner: runner, deps: deps, client: deps.API, log: log, upstream: upstream, wire: wire, getenv: getenv, api: api}
	if o.audit, err = openAudit(s.audit, log); err != nil {
		return nil, err
	}
	if o.audit != nil {
		deps.Audit = o.audit.call
	}
	return o, nil
}

const (
	// demoBase is where the emulator in the process would be. Nothing listens.
	demoBase = "http://127.0.0.1"
	// demoSpeed makes a deployment of a minute take two seconds.
	demoSpeed = 30
)

func environment(lines []string) func(string) string {
	env := map[string]string{}
	for _, line := range lines {
		if name, value, ok := cut(line); ok {
			env[name] = value
		}
	}
	return func(name string) string { return env[name] }
}

// policy is the operator's word on operations, kept in the request chain so that
// it binds the generic tools too.
func policy(s *settings) func(catalogue.Operation) error {
	if !s.readOnly {
		return nil
	}
	return func(op catalogue.Operation) error {
		if op.ReadsOnly() {
			return nil
		}
		return fmt.Errorf("%s was not sent: this server was started read-only (--read-only): %w", op.ID, cleverapi.ErrPolicy)
	}
}

// logger writes for people. Whatever is logged, secrets are hidden in it.
func logger(w io.Writer, verbose bool, hide *tools.Hider) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		switch a.Value.Kind() {
		case slog.KindString, slog.KindAny: // an error, or whatever a panic had
			if a.Key != slog.LevelKey {
				a.Value = slog.StringValue(hide.Text(a.Value.String()))
			}
		}
		return a
	}}))
}

// observe logs and measures requests by operation: no path, query, header or
// body.
func observe(log *slog.Logger, upstream *server.Upstream) func(context.Context, string) (context.Context, func(cleverapi.Observation)) {
	return func(ctx context.Context, operation string) (context.Context, func(cleverapi.Observation)) {
		ctx, ended := upstream.Begin(ctx, operation)
		return ctx, func(o cleverapi.Observation) {
			ended(server.Reply{Status: o.Status, Tries: o.Tries, RequestID: o.RequestID})
			if log.Enabled(ctx, slog.LevelDebug) {
				log.DebugContext(ctx, "request", "operation", o.Operation, "status", o.Status, "tries", o.Tries, "took", o.Duration, "trace", o.RequestID)
			}
		}
	}
}

// credentials turns what auth finds into what the client and the tools want.
type credentials struct {
	store    *auth.Store
	sessions *auth.Session
	wire     http.RoundTripper
	hide     *tools.Hider
	// source and remedy are said of a credential instead of what the store says.
	source, remedy string

	// hidden is the transport of the credential whose secrets are hidden already.
	hidden atomic.Pointer[auth.Transport]
}

func (c *credentials) current(ctx context.Context) (auth.Credential, *auth.Transport, error) {
	cred, transport, err := c.sessions.Current(ctx)
	if errors.Is(err, auth.ErrSignedOut) {
		err = cleverapi.SignedOut(err)
	}
	if err != nil {
		return auth.Credential{}, nil, err
	}
	if c.hidden.Load() != transport {
		for _, s := range cred.Secrets() {
			c.hide.Learn(s.Reveal())
		}
		c.hidden.Store(transport)
	}
	return cred, transport, nil
}

func (c *credentials) session(ctx context.Context) (cleverapi.Session, error) {
	cred, transport, err := c.current(ctx)
	if err != nil {
		return cleverapi.Session{}, err
	}
	return cleverapi.Session{API: cred.Hosts.API, Bridge: cred.Hosts.Bridge, Bearer: cred.Kind == auth.KindAPIToken, Transport: transport}, nil
}

func (c *credentials) identity(ctx context.Context) (tools.Identity, error) {
	cred, transport, err := c.current(ctx)
	if err != nil {
		return tools.Identity{}, err
	}
	id := tools.Identity{Source: cred.Source, PairSource: cred.PairSource, Profile: cred.Profile, Expires: cred.Expires, OAuth: cred.HasOAuth()}
	if c.source != "" {
		id.Source, id.PairSource, id.Remedy = c.source, "", c.remedy
	}
	if cred.Kind == auth.KindOAuth {
		id.Signature = string(transport.Method())
	}
	return id, nil
}

// git carries git requests to an application's repository.
func (c *credentials) git(ctx context.Context, remote *url.URL) (http.RoundTripper, error) {
	cred, _, err := c.current(ctx)
	if err != nil {
		return nil, err
	}
	return auth.GitTransport(cred, remote, c.wire)
}

// console is where people click. It is the default when nobody is signed in.
func (c *credentials) console(ctx context.Context) string {
	hosts := auth.DefaultHosts()
	if cred, err := c.store.Credential(ctx); err == nil && cred.Hosts.Console != nil {
		hosts = cred.Hosts
	}
	return hosts.Console.String()
}
