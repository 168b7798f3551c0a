package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// policyNamed writes a policy file that nobody else can change.
func policyNamed(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.Chmod(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A policy that cannot be taken as it is stops the start, with line and key.
func TestPolicyRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"unknown key", "read_only: true\nownrs: [a]\n", `line 2: there is no setting "ownrs"; there are allow_dirs`},
		{"a key of another shape", "read-only: true\n", `line 1: there is no setting "read-only"`},
		{"text for yes", "read_only: \"true\"\n", "line 1: read_only must be true or false"},
		{"YAML 1.1's yes", "read_only: yes\n", "line 1: read_only must be true or false"},
		{"one text for a list", "\nowners: acme\n", "line 2: owners must be a list"},
		{"a number in a list", "owners: [1]\n", "line 1: owners must be a list"},
		{"nothing in a list", "owners: [~]\n", "line 1: owners must be a list"},
		{"nobody", "owners: []\n", "names nobody"},
		{"nothing", "max_flavor:\n", "line 1: max_flavor must be one text"},
		{"text for a number", "max_monthly: cheap\n", "line 1: max_monthly must be a number"},
		{"a negative number", "max_monthly: -1\n", "line 1: max_monthly must be a number"},
		{"no end", "max_monthly: .inf\n", "line 1: max_monthly must be a number"},
		{"no instances", "max_instances: 0\n", "max_instances must be at least 1"},
		{"half an instance", "max_instances: 1.5\n", "line 1: max_instances"},
		{"twice", "read_only: true\nread_only: false\n", "twice"},
		{"an alias", "without: &a [get_self]\ntools: *a\n", "line 2: tools must be a list"},
		{"a merge", "<<: {read_only: true}\n", `there is no setting "<<"`},
		{"two documents", "read_only: true\n---\nread_only: false\n", "second document"},
		{"a list", "- read_only\n", "must be settings"},
		{"not YAML", "read_only: [\n", "not YAML"},
		{"nothing at all", "# later\n", "says nothing"},
		{"an unknown flavor", "max_flavor: HUGE\n", `no flavor "HUGE"`},
		{"an unknown operation", "forbid: [\"DELETE /nothing\"]\n", "fits no operation"},
		{"an unknown tool", "without: [delete_everything]\n", `no "delete_everything"`},
		{"an unknown toolset", "toolsets: [apps, everything]\n", `no "everything"`},
		{"an unknown way to confirm", "confirm: never\n", "no way"},
		{"a folder that is not there", "read_only: true\ndeploy_dirs: [/nowhere/code]\n", "line 2: deploy_dirs: there is no folder /nowhere/code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := policyNamed(t, tt.text)
			_, stderr, code := run(t, map[string]string{"CLEVER_MCP_POLICY": path}, "", "serve", "--demo")
			if code != exitStart || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit %d: %s; want %q", code, stderr, tt.want)
			}
		})
	}
}

func TestPolicyFileIsGuarded(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o660, 0o602, 0o666} {
		path := policyNamed(t, "read_only: true\n")
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, stderr, code := run(t, nil, "", "policy", "--demo", "--policy", path); code != exitStart || !strings.Contains(stderr, "chmod go-w") {
			t.Errorf("mode %o: exit %d: %s", mode, code, stderr)
		}
	}
	// Whoever can replace the file can change it, also through a link to it.
	path := policyNamed(t, "read_only: true\n")
	link := filepath.Join(filepath.Dir(policyNamed(t, "")), "link.yaml")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := run(t, nil, "", "policy", "--demo", "--policy", link); code != exitDone {
		t.Errorf("a link to a good file: exit %d: %s", code, stderr)
	}
	if err := os.Chmod(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		if _, stderr, code := run(t, nil, "", "policy", "--demo", "--policy", name); code != exitStart || !strings.Contains(stderr, "in its place") {
			t.Errorf("%s: exit %d: %s", name, code, stderr)
		}
	}
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "absent"), "/dev/null"} {
		if _, stderr, code := run(t, nil, "", "tools", "--policy", path); code != exitStart || !strings.Contains(stderr, "--policy") {
			t.Errorf("%s: exit %d: %s", path, code, stderr)
		}
	}
}

// Flags and the environment can ask for less than the policy, never for more.
func TestPolicyIsAnUpperBound(t *testing.T) {
	t.Parallel()
	const text = `read_only: true
confirm: elicit
reveal: false
files: /srv/files
max_instances: 4
max_flavor: M
max_monthly: 50
allow_env: [A, B]
audit: /dev/null
`
	for _, tt := range []struct {
		args []string
		ok   bool
	}{
		{nil, true},
		{[]string{"--read-only"}, true},
		{[]string{"--read-only=false"}, false},
		{[]string{"--confirm", "any"}, false},
		{[]string{"--confirm", "elicit"}, true},
		{[]string{"--reveal"}, false},
		{[]string{"--files", "/srv/files/a"}, true},
		{[]string{"--files", "/srv/files/../other"}, false},
		{[]string{"--files", "/srv"}, false},
		{[]string{"--files", "/srv/files-too"}, false},
		{[]string{"--max-instances", "2"}, true},
		{[]string{"--max-instances", "5"}, false},
		{[]string{"--max-instances", "0"}, false},
		{[]string{"--max-instances", "-1"}, false},
		{[]string{"--max-flavor", "S"}, true},
		{[]string{"--max-flavor", "XL"}, false},
		{[]string{"--max-flavor", ""}, false},
		{[]string{"--max-flavor", "HUGE"}, false},
		{[]string{"--max-monthly", "49.99"}, true},
		{[]string{"--max-monthly", "51"}, false},
		{[]string{"--max-monthly", ""}, false},
		{[]string{"--max-monthly", "nan"}, false},
		{[]string{"--allow-env", "A"}, true},
		{[]string{"--allow-env", "A,C"}, false},
		{[]string{"--audit", "/tmp/elsewhere"}, false},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			t.Parallel()
			args := append([]string{"policy", "--demo", "--policy", policyNamed(t, strings.Replace(text, "audit: /dev/null", "audit: "+filepath.Join(t.TempDir(), "audit"), 1))}, tt.args...)
			_, stderr, code := run(t, nil, "", args...)
			if (code == exitDone) != tt.ok {
				t.Errorf("exit %d: %s", code, stderr)
			}
		})
	}
	// The environment is bound like the command line, and named.
	env := map[string]string{"CLEVER_MCP_MAX_FLAVOR": "XL", "CLEVER_MCP_POLICY": policyNamed(t, "max_flavor: M\n")}
	if _, stderr, code := run(t, env, "", "policy", "--demo"); code != exitStart || !strings.Contains(stderr, "CLEVER_MCP_MAX_FLAVOR asks for more than the policy allows") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// Of tools, what policy and flags both leave is on.
func TestPolicyAndFlagsBothChoose(t *testing.T) {
	t.Parallel()
	path := policyNamed(t, "toolsets: [apps, account]\nwithout: [delete_app]\n")
	out, stderr, code := run(t, nil, "", "tools", "--policy", path, "--toolsets", "apps,addons", "--without", "stop_app", "--tools", "list_tokens,raw_request")
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	on, _, _ := strings.Cut(out, "Switched off")
	for tool, want := range map[string]bool{"create_app": true, "list_tokens": true, "delete_app": false, "stop_app": false, "create_addon": false, "raw_request": false, "get_self": false} {
		if strings.Contains(on, tool+" ") != want {
			t.Errorf("%s is on: %v, want %v", tool, !want, want)
		}
	}
}

func TestPolicyShowsSources(t *testing.T) {
	t.Parallel()
	path := policyNamed(t, "owners: [Acme Corp]\nmax_flavor: M\nmax_monthly: 50\nforbid: [\"DELETE *\"]\n")
	env := map[string]string{"CLEVER_MCP_MAX_FLAVOR": "S", "CLEVER_MCP_CONFIRM": "elicit"}
	out, stderr, code := run(t, env, "", "policy", "--demo", "--policy", path, "--read-only", "--forbid", "POST /v2/organisations")
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	lines := strings.Join(strings.Fields(out), " ")
	for _, want := range []string{
		"owners Acme Corp policy " + path + ", line 1",
		"max_flavor S CLEVER_MCP_MAX_FLAVOR, narrower than policy " + path + ", line 2",
		"max_monthly 50 policy " + path + ", line 3",
		"forbid DELETE * policy " + path + ", line 4",
		"forbid POST /v2/organisations and --forbid",
		"confirm elicit CLEVER_MCP_CONFIRM",
		"read_only true --read-only",
		"reveal false default",
	} {
		if !strings.Contains(lines, want) {
			t.Errorf("the policy does not say %q:\n%s", want, out)
		}
	}
}

// The example is a policy, and names every setting there is.
func TestPolicyExample(t *testing.T) {
	t.Parallel()
	out, _, _ := run(t, nil, "", "policy", "example")
	if _, stderr, code := run(t, nil, "", "policy", "--demo", "--policy", policyNamed(t, out)); code != exitDone {
		t.Errorf("exit %d: %s", code, stderr)
	}
	for _, k := range policyKeys() {
		if !strings.Contains(out, "\n"+k.name+":") && !strings.Contains(out, "\n# "+k.name+":") {
			t.Errorf("the example does not show %s", k.name)
		}
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add([]byte(policyExample))
	f.Add([]byte("owners: [a]\nread_only: true\n"))
	f.Add([]byte("a: &b {c: *b}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		said, err := parsePolicy(text)
		if err != nil {
			return
		}
		for name, v := range said {
			if v.line < 1 || name == "" {
				t.Errorf("%s is on line %d", name, v.line)
			}
		}
	})
}

// Where other machines can call, a handle that is passed on is no consent unless
// the operator says so.
func TestConfirmDefault(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		said      string
		reachable bool
		want      string
	}{{"", false, "any"}, {"", true, "elicit"}, {"any", true, "any"}, {"elicit", false, "elicit"}} {
		s := settings{confirm: tt.said, reachable: tt.reachable}
		if got, err := s.confirmMode(); err != nil || string(got) != tt.want {
			t.Errorf("%+v: %s, %v", tt, got, err)
		}
	}
}
