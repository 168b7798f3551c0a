package cli

import (
	"strings"
	"testing"
)

// A command line that is wrong is answered by what would be right.
func TestWrongCommandLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args, want string
		code       int
	}{
		{"verson", `there is no command "verson". Did you mean version?` + "\nRun clever-mcp --help to see the commands", exitUsage},
		{"list_apps", `there is no command "list_apps", but a tool: clever-mcp call list_apps`, exitUsage},
		{"profiles remov", `there is no command "remov". Did you mean remove?` + "\nRun clever-mcp profiles --help to see the commands", exitUsage},
		{"xyzzy", "there is no command \"xyzzy\"\n", exitUsage},
		{"call", "clever-mcp call takes TOOL [NAME=VALUE | NAME:=JSON]...\nRun clever-mcp call --help to see what it takes", exitUsage},
		{"search", "clever-mcp search takes PHRASE", exitUsage},
		{"uninstall", "clever-mcp uninstall takes CLIENT\n", exitUsage},
		{"token create", "clever-mcp token create takes NAME\n", exitUsage},
		{"doctor now", "clever-mcp doctor takes no arguments\n", exitUsage},
		{"tools --nope", "unknown flag: --nope\nRun clever-mcp tools --help to see what it takes", exitUsage},
		{"tools --without nope", `--without: there is no "nope"`, exitStart},
		{"call list_apps --without nope", `--without: there is no "nope"`, exitStart},
	} {
		_, stderr, code := run(t, nil, "", strings.Fields(tt.args)...)
		if code != tt.code || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: exit code %d, %q, want %d with %q", tt.args, code, stderr, tt.code, tt.want)
		}
	}
}

func TestVersionIsAFlagToo(t *testing.T) {
	t.Parallel()
	flag, _, code := run(t, nil, "", "--version")
	command, _, _ := run(t, nil, "", "version")
	if code != exitDone || flag != command || !strings.HasPrefix(flag, "clever-mcp ") {
		t.Errorf("--version prints %q (%d), version %q", flag, code, command)
	}
}
