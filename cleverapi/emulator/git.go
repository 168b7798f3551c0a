package emulator

import (
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/storage/memory"
)

// The largest request of a push that is read: the repository is kept in memory.
const maxPack = 256 << 20

// repository holds what was pushed for one application. Objects are named by
// what they hold, so they outlive snapshots and resets; which of them are the
// branches is state of the application.
type repository struct {
	mu      sync.Mutex
	objects memory.ObjectStorage
}

// addGit adds the repositories: smart HTTP, version 0 of the protocol, at the
// URLs that applications name as deployment.httpUrl.
func (e *Emulator) addGit(m *http.ServeMux) {
	m.HandleFunc("GET /{repository}/info/refs", e.git((*gitCall).advertise))
	m.HandleFunc("POST /{repository}/git-upload-pack", e.git((*gitCall).upload))
	m.HandleFunc("POST /{repository}/git-receive-pack", e.git((*gitCall).receive))
}

// gitCall is one request of a git client that was let in, with its repository
// locked.
type gitCall struct {
	e     *Emulator
	w     http.ResponseWriter
	r     *http.Request
	user  *user
	app   *application
	of    *state // to which app belongs
	role  string
	store *memory.Storage
	body  io.Reader
}

func (e *Emulator) git(h func(*gitCall)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &gitCall{e: e, w: w, r: r}
		repo := c.enter()
		if repo == nil {
			return
		}
		c.body = http.MaxBytesReader(w, r.Body, maxPack)
		if r.Header.Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(c.body)
			if err != nil {
				c.refuse(http.StatusBadRequest, "The request is not gzip as it says")
				return
			}
			c.body = io.LimitReader(z, maxPack)
		}
		repo.mu.Lock()
		defer repo.mu.Unlock()
		h(c)
	}
}

// enter checks the credential, which is the OAuth token pair by Basic
// authentication, and finds the repository. It returns nil after a refusal.
func (c *gitCall) enter() *repository {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	name, secret, _ := c.r.BasicAuth()
	t := c.e.state.oauthToken(name)
	if t == nil || !equal(secret, t.secret) || !t.expires.After(c.e.clock.Now()) {
		c.w.Header().Set("WWW-Authenticate", `Basic realm="Clever Cloud git"`)
		c.refuse(http.StatusUnauthorized, "The user name is the token, and the password is its secret")
		return nil
	}
	id, isRepository := strings.CutSuffix(c.r.PathValue("repository"), ".git")
	for _, o := range c.e.state.ownersOf(t.user) {
		if a := find(o.apps, func(a *application) bool { return a.id == id }); a != nil && isRepository {
			c.user, c.app, c.of, c.role = t.user, a, c.e.state, o.role(t.user)
			return c.open()
		}
	}
	c.refuse(http.StatusNotFound, "The repository does not exist, or you have no access to it")
	return nil
}

// open gives the call its own view of the branches. The emulator's lock is held.
func (c *gitCall) open() *repository {
	repo := c.e.repositories[c.app.id]
	if repo == nil {
		repo = &repository{objects: memory.NewStorage().ObjectStorage}
		c.e.repositories[c.app.id] = repo
	}
	c.store = memory.NewStorage()
	c.store.ObjectStorage = repo.objects
	for name, hash := range c.app.refs {
		ref := plumbing.NewHashReference(plumbing.ReferenceName(name), plumbing.NewHash(hash))
		c.store.ReferenceStorage[ref.Name()] = ref
	}
	return repo
}

func (c *gitCall) refuse(status int, format string, args ...any) {
	write(c.w, status, "text/plain; charset=utf-8", fmt.Appendf(nil, format+"\n", args...))
}

// mayPush tells whether the role allows to change what runs.
func (c *gitCall) mayPush() bool {
	return slices.Contains([]string{roleAdmin, roleManager, roleDeveloper}, c.role)
}

// pushed makes the new branches those of the application, and deploys the commit
// of its branch. It returns the deployment, or nil when none follows.
func (c *gitCall) pushed(refs map[string]string, message string) (*deployment, error) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	a := c.app
	if c.e.state != c.of || !slices.Contains(a.owner.apps, a) {
		return nil, fmt.Errorf("the application is gone")
	}
	if a.blocked != "" {
		return nil, fmt.Errorf("the state of the application is %s", a.blocked)
	}
	before := a.refs[a.deployed()]
	a.refs = maps.Clone(refs)
	commit := a.refs[a.deployed()]
	if commit == "" || commit == before {
		return nil, nil
	}
	now := c.e.clock.Now()
	a.settle(now)
	a.good = append(a.good, commit)
	d := a.deploy(now, commit, "Git push", c.user, true)
	d.message = message
	c.e.touch()
	return d, nil
}

// deployed is the branch whose commits are deployed.
func (a *application) deployed() string { return "refs/heads/" + a.branch }
