package tools

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/server"
	"github.com/go-git/go-git/v5/storage/memory"
)

// network carries the requests of tests. Whenever a server of httptest is closed, it
// closes the idle connections of the default transport, under the hands of others.
var network = &http.Transport{}

// remote is a repository behind smart HTTP, served by go-git's own server side.
type remote struct {
	store *memory.Storage
	url   string
	seen  []string // what carried the credential
}

func newRemote(t *testing.T) *remote {
	t.Helper()
	r := &remote{store: memory.NewStorage()}
	if _, err := git.Init(r.store, nil); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(s.Close)
	r.url = s.URL + "/app_1.git"
	return r
}

func (r *remote) serve(w http.ResponseWriter, req *http.Request) {
	if _, password, _ := req.BasicAuth(); password != "secret" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	r.seen = append(r.seen, req.Method+" "+req.URL.RequestURI())
	endpoint, err := transport.NewEndpoint("https://git.example.com/app_1.git")
	if err != nil {
		panic(err)
	}
	session, err := server.NewServer(server.MapLoader{endpoint.String(): storer.Storer(r.store)}).NewReceivePackSession(endpoint, nil)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if req.Method == http.MethodGet {
		refs, err := session.AdvertisedReferencesContext(req.Context())
		if err != nil && !errors.Is(err, transport.ErrEmptyRemoteRepository) {
			panic(err)
		}
		refs.Prefix = [][]byte{[]byte("# service=git-receive-pack"), {}}
		w.Header().Set("Content-Type", "application/x-git-receive-pack-advertisement")
		_ = refs.Encode(w)
		return
	}
	update := packp.NewReferenceUpdateRequest()
	if err := update.Decode(req.Body); err != nil {
		panic(err)
	}
	report, err := session.ReceivePack(req.Context(), update)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/x-git-receive-pack-result")
	_ = report.Encode(w)
}

// credentialed adds what the operator's credential would.
type credentialed struct{ password string }

func (c credentialed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.SetBasicAuth("token", c.password)
	return network.RoundTrip(r)
}

func (r *remote) caller(password string, dirs ...string) *Call {
	return &Call{Deps: &Deps{
		Hide: NewHider(), Now: time.Now, Settings: Settings{DeployDirs: dirs},
		Git: func(context.Context, *url.URL) (http.RoundTripper, error) { return credentialed{password}, nil },
	}}
}

func (r *remote) application() cleverapi.ApplicationDetail {
	d := cleverapi.ApplicationDetail{Name: "web"}
	d.Deployment.HTTPURL = r.url
	return d
}

func (r *remote) master(t *testing.T) string {
	t.Helper()
	ref, err := r.store.Reference(master)
	if err != nil {
		t.Fatal(err)
	}
	return ref.Hash().String()
}

// checkout makes a repository with one commit.
func checkout(t *testing.T) (dir string, repo *git.Repository) {
	t.Helper()
	dir = t.TempDir()
	repo, err := git.PlainInitWithOptions(dir, &git.PlainInitOptions{InitOptions: git.InitOptions{DefaultBranch: "refs/heads/main"}})
	if err != nil {
		t.Fatal(err)
	}
	commit(t, dir, repo, "first")
	return dir, repo
}

func commit(t *testing.T, dir string, repo *git.Repository, text string) string {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "index.js"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Add("index.js"); err != nil {
		t.Fatal(err)
	}
	hash, err := tree.Commit(text, &git.CommitOptions{Author: &object.Signature{Name: "A", Email: "a@example.com", When: started}})
	if err != nil {
		t.Fatal(err)
	}
	return hash.String()
}

// A local branch of whatever name arrives as master; a second push sends what is
// new; the same commit again, and a history that is none, are refused.
func TestPush(t *testing.T) {
	t.Parallel()
	dir, repo := checkout(t)
	far := newRemote(t)
	c := far.caller("secret", dir)
	send := func() error {
		local, err := c.openLocal(dir)
		if err != nil {
			t.Fatal(err)
		}
		return c.push(t.Context(), far.application(), local)
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	second := commit(t, dir, repo, "second")
	if err := send(); err != nil {
		t.Fatal(err)
	}
	if got := far.master(t); got != second {
		t.Errorf("master is at %s, want %s", got, second)
	}
	if err := send(); err == nil || !strings.Contains(err.Error(), "nothing to push") {
		t.Errorf("the same commit again gives %v", err)
	}
	// Somebody else's history, with our commits gone.
	other, foreign := checkout(t)
	c.Settings.DeployDirs = []string{other}
	commit(t, other, foreign, "elsewhere")
	local, err := c.openLocal(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.push(t.Context(), far.application(), local); err == nil || !strings.Contains(err.Error(), "not part of the local history") {
		t.Errorf("another history gives %v", err)
	}
	if got := far.master(t); got != second {
		t.Errorf("master was moved to %s", got)
	}
}

func TestPushRefused(t *testing.T) {
	t.Parallel()
	dir, _ := checkout(t)
	far := newRemote(t)
	c := far.caller("wrong", dir)
	local, err := c.openLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.push(t.Context(), far.application(), local); err == nil || !strings.Contains(err.Error(), "refused the credential") {
		t.Errorf("a wrong credential gives %v", err)
	}
	c.Git = nil
	if err := c.push(t.Context(), far.application(), local); err == nil || !strings.Contains(err.Error(), "no credential for git") {
		t.Errorf("no credential gives %v", err)
	}
	if err := c.push(t.Context(), cleverapi.ApplicationDetail{}, local); err == nil || !strings.Contains(err.Error(), "no push") {
		t.Errorf("no git URL gives %v", err)
	}
}

// A redirect would carry the code, and the credential, somewhere else.
func TestPushFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	dir, _ := checkout(t)
	away := newRemote(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.TrimSuffix(away.url, "/app_1.git")+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	}))
	t.Cleanup(s.Close)
	c := away.caller("secret", dir)
	local, err := c.openLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	d := cleverapi.ApplicationDetail{Name: "web"}
	d.Deployment.HTTPURL = s.URL + "/app_1.git"
	if err := c.push(t.Context(), d, local); err == nil {
		t.Error("a redirect was followed")
	}
	if len(away.seen) != 0 {
		t.Errorf("the other host was asked %q", away.seen)
	}
}

// Only folders that the operator allowed are opened, and no way leads out of
// them: a link, dots, or a .git that points elsewhere.
func TestOpenLocal(t *testing.T) {
	t.Parallel()
	allowed, outside := t.TempDir(), ""
	outside, _ = checkout(t)
	inside := filepath.Join(allowed, "web")
	if err := os.MkdirAll(filepath.Join(allowed, "plain"), 0o700); err != nil {
		t.Fatal(err)
	}
	repo, err := git.PlainInit(inside, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := git.PlainInit(filepath.Join(allowed, "unborn"), false); err != nil {
		t.Fatal(err)
	}
	commit(t, inside, repo, "first")
	for name, to := range map[string]string{"link": outside, "pointer/.git": filepath.Join(outside, ".git")} {
		path := filepath.Join(allowed, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(allowed, "file"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(allowed, "file", ".git"), []byte("gitdir: "+filepath.Join(outside, ".git")), 0o600); err != nil {
		t.Fatal(err)
	}
	c := (&remote{}).caller("", allowed)
	if local, err := c.openLocal(inside); err != nil || local.hash == plumbing.ZeroHash {
		t.Errorf("the allowed folder gives %v", err)
	}
	for _, tt := range []struct{ dir, says string }{
		{outside, "none that this server may push"},
		{filepath.Join(allowed, "..", filepath.Base(filepath.Dir(outside)), filepath.Base(outside)), "none that this server may push"},
		{filepath.Join(allowed, "link"), "none that this server may push"},
		{filepath.Join(allowed, "nowhere"), "none that this server may push"},
		{".", "none that this server may push"},
		{"", "none that this server may push"},
		{allowed + "-neighbour", "none that this server may push"},
		{filepath.Join(allowed, "pointer"), "not the root of a git repository"},
		{filepath.Join(allowed, "file"), "not the root of a git repository"},
		{filepath.Join(allowed, "plain"), "not the root of a git repository"},
		{filepath.Join(allowed, "unborn"), "no commit yet"},
	} {
		if _, err := c.openLocal(tt.dir); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s gives %v, want %q", tt.dir, err, tt.says)
		}
	}
	c.Settings.DeployDirs = nil
	if _, err := c.openLocal(inside); err == nil || !strings.Contains(err.Error(), "--deploy-dir") {
		t.Errorf("without an allowed folder it gives %v", err)
	}
}

// A shallow clone lacks the history that the other side would need.
func TestPushShallow(t *testing.T) {
	t.Parallel()
	dir, repo := checkout(t)
	second := commit(t, dir, repo, "second")
	if err := repo.Storer.SetShallow([]plumbing.Hash{plumbing.NewHash(second)}); err != nil {
		t.Fatal(err)
	}
	far := newRemote(t)
	c := far.caller("secret", dir)
	local, err := c.openLocal(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.push(t.Context(), far.application(), local); err == nil || !strings.Contains(err.Error(), "unshallow") {
		t.Errorf("a shallow clone gives %v", err)
	}
}
