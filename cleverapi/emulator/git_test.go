package emulator

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// worktree is a local repository that the real git works on.
type worktree struct {
	t   *testing.T
	dir string
}

func newWorktree(t *testing.T) worktree {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	w := worktree{t, filepath.Join(t.TempDir(), "work")}
	w.must("init", "--quiet", "--initial-branch=master", w.dir)
	return w
}

// git runs one command, and tells whether it did well.
func (w worktree) git(args ...string) (string, error) {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "git", args...)
	cmd.Dir = filepath.Dir(w.dir)
	if _, err := os.Stat(w.dir); err == nil {
		cmd.Dir = w.dir
	}
	cmd.Env = []string{"HOME=" + filepath.Dir(w.dir), "PATH=" + os.Getenv("PATH"), "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.com"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (w worktree) must(args ...string) string {
	w.t.Helper()
	out, err := w.git(args...)
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

// commit changes a file that is large enough for git to send differences, and
// returns the hash.
func (w worktree) commit(message string) string {
	w.t.Helper()
	path := filepath.Join(w.dir, "data.txt")
	text, err := os.ReadFile(path)
	if err != nil {
		text = []byte(strings.Repeat("a line of the file\n", 4000))
	}
	if err := os.WriteFile(path, append(text, message+"\n"...), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.must("add", ".")
	w.must("commit", "--quiet", "-m", message)
	return w.must("rev-parse", "HEAD")
}

// remote is the repository of an application, with its credentials.
func (c *client) remote(app string) string {
	c.t.Helper()
	u, err := url.Parse(at(c.t, c.get(app), "deployment", "httpUrl").(string))
	if err != nil {
		c.t.Fatal(err)
	}
	env := envMap(c.e, c.base)
	u.User = url.UserPassword(env["CLEVER_TOKEN"], env["CLEVER_SECRET"])
	return u.String()
}

func TestGitPushDeploys(t *testing.T) {
	t.Parallel()
	w := newWorktree(t)
	c := newClient(t, Options{})
	_, app := c.acme()
	next := app("next-shop") // never deployed; its branch is main
	remote := c.remote(next)
	first := w.commit("First version")
	out := w.must("push", remote, "HEAD:refs/heads/main")
	if !strings.Contains(out, "remote: The deployment deployment_") {
		t.Errorf("the push says %s", out)
	}
	d := at(t, c.get(next+"/deployments"), 0)
	if at(t, d, "commit") != first || at(t, d, "cause") != "Git push" || at(t, d, "state") != "WIP" {
		t.Errorf("the deployment is %v, want commit %s", d, first)
	}
	c.e.Clock().Advance(2 * time.Minute)
	if state := at(t, c.get(next), "state"); state != "SHOULD_BE_UP" {
		t.Errorf("after the push the application is %v", state)
	}
	// A second push sends differences to objects that only the server has.
	second := w.commit("Second version")
	w.must("push", remote, "HEAD:refs/heads/main")
	if got := at(t, c.get(next+"/deployments"), 0, "commit"); got != second {
		t.Errorf("the second push deploys %v, want %s", got, second)
	}
	// Other branches are kept and not deployed.
	n := len(c.get(next + "/deployments").([]any))
	w.commit("An experiment")
	if out := w.must("push", remote, "HEAD:refs/heads/experiment"); !strings.Contains(out, "only what comes to refs/heads/main") {
		t.Errorf("the push of another branch says %s", out)
	}
	w.must("push", remote, "--delete", "experiment")
	if got := len(c.get(next + "/deployments").([]any)); got != n {
		t.Errorf("%d deployments, want %d", got, n)
	}
	if refs := w.must("ls-remote", remote); strings.Contains(refs, "experiment") || !strings.Contains(refs, second+"\trefs/heads/main") {
		t.Errorf("the references are %s", refs)
	}
	// What was pushed can be cloned, and fetched into.
	copied := worktree{t, filepath.Join(t.TempDir(), "copy")}
	copied.must("clone", "--quiet", remote, copied.dir)
	third := w.commit("Third version")
	w.must("push", remote, "HEAD:refs/heads/main")
	copied.must("pull", "--quiet")
	if got := copied.must("rev-parse", "HEAD"); got != third {
		t.Errorf("the clone is at %s, want %s", got, third)
	}
}

func TestGitPushMends(t *testing.T) {
	t.Parallel()
	w := newWorktree(t)
	b := newBroken(t, "Panne SAS", "build-failure")
	w.commit("Say where the index is")
	w.must("push", b.remote(b.path), "HEAD:refs/heads/master")
	b.e.Clock().Advance(2 * time.Minute)
	if state := at(t, b.get(b.path+"/deployments"), 0, "state"); state != "OK" {
		t.Errorf("the deployment of a fix ends with %v", state)
	}
	if log := b.log(start); !strings.Contains(log, "Say where the index is") {
		t.Errorf("the build log does not name the commit:\n%s", log)
	}
}

func TestGitHistoriesAreKeptApart(t *testing.T) {
	t.Parallel()
	w := newWorktree(t)
	c := newClient(t, Options{})
	_, app := c.acme()
	remote := c.remote(app("api"))
	before := c.e.Snapshot()
	w.commit("First version")
	w.must("push", remote, "HEAD:refs/heads/master")
	other := newWorktree(t)
	other.commit("Another history")
	if out, err := other.git("push", remote, "HEAD:refs/heads/master"); err == nil || !strings.Contains(out, "fetch first") {
		t.Errorf("another history is pushed without force: %v %s", err, out)
	}
	c.e.Restore(before)
	if refs := w.must("ls-remote", remote); refs != "" {
		t.Errorf("restored to before the push, the references are %s", refs)
	}
	other.must("push", remote, "HEAD:refs/heads/master")
}

func TestGitRefusals(t *testing.T) {
	t.Parallel()
	w := newWorktree(t)
	w.commit("First version")
	b := newBroken(t, "Compta", "healthy-ledger") // where the user only counts
	remote := b.remote(b.path)
	if out, err := w.git("push", remote, "HEAD:refs/heads/master"); err == nil {
		t.Errorf("an accountant pushes: %s", out)
	}
	w.must("ls-remote", remote) // looking is everybody's right
	for name, tt := range map[string]struct {
		path, user, password string
		status               int
	}{
		"nobody":             {"", "", "", 401},
		"wrong secret":       {"", "TOKEN", "wrong", 401},
		"unknown repository": {"/app_none.git", "TOKEN", "SECRET", 404},
		"no .git":            {"/" + b.path[strings.LastIndex(b.path, "/")+1:], "TOKEN", "SECRET", 404},
	} {
		path := tt.path
		if path == "" {
			path = "/" + b.path[strings.LastIndex(b.path, "/")+1:] + ".git"
		}
		req, err := http.NewRequestWithContext(t.Context(), "GET", b.base+path+"/info/refs?service=git-upload-pack", nil)
		if err != nil {
			t.Fatal(err)
		}
		if tt.user != "" {
			env := envMap(b.e, b.base)
			req.SetBasicAuth(env["CLEVER_TOKEN"], strings.ReplaceAll(tt.password, "SECRET", env["CLEVER_SECRET"]))
		}
		resp, err := (&http.Client{Transport: network}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != tt.status || tt.status == 401 && !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Basic ") {
			t.Errorf("%s: %d, want %d", name, resp.StatusCode, tt.status)
		}
	}
	u := newBroken(t, "Impayé SARL", "unpaid-invoice")
	if out, err := w.git("push", u.remote(u.path), "HEAD:refs/heads/master"); err == nil || !strings.Contains(out, "DEFAULT_OF_PAYMENT") {
		t.Errorf("an unpaid application takes a push: %v %s", err, out)
	}
}

// Whatever a client sends to a repository is answered, and never deploys what is
// not there.
func FuzzGitRequests(f *testing.F) {
	const zero = "0000000000000000000000000000000000000000"
	pkt := func(line string) string { return fmt.Sprintf("%04x%s", len(line)+4, line) }
	f.Add("git-receive-pack", pkt(zero+" "+strings.Repeat("a", 40)+" refs/heads/master\x00report-status side-band-64k")+"0000PACK\x00\x00\x00\x02\x00\x00\x00\x00")
	f.Add("git-receive-pack", pkt(zero+" "+strings.Repeat("a", 40)+" refs/heads/master\x00report-status")+"0000")
	f.Add("git-upload-pack", pkt("want "+strings.Repeat("a", 40)+" side-band-64k")+"0000"+pkt("have "+strings.Repeat("b", 40))+pkt("done"))
	f.Add("git-upload-pack", "0000")
	e, err := New(Options{Clock: NewClock(start, 0)})
	if err != nil {
		f.Fatal(err)
	}
	a := e.state.owners[len(e.state.owners)-1].apps[0]
	env, deployments := envMap(e, ""), len(a.deployments)
	f.Fuzz(func(t *testing.T, service, body string) {
		if service != "git-receive-pack" && service != "git-upload-pack" {
			return
		}
		r := httptest.NewRequest("POST", "/"+a.id+".git/"+service, strings.NewReader(body))
		r.SetBasicAuth(env["CLEVER_TOKEN"], env["CLEVER_SECRET"])
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != 200 && w.Code != 400 && w.Code != 403 && w.Code != 404 {
			t.Errorf("%s is answered %d", service, w.Code)
		}
		if len(a.deployments) != deployments && strings.Count(body, "PACK") == 0 {
			t.Errorf("a push without a pack deploys")
		}
	})
}
