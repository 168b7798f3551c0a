package cli

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
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
		{"help foo", "there is no command \"foo\"\nRun clever-mcp --help to see the commands", exitUsage},
		{"help list_apps", "but a tool: clever-mcp call list_apps\n", exitUsage},
		{"help profiles remov", "Did you mean remove?\nRun clever-mcp profiles --help to see the commands", exitUsage},
		{"completion tcsh", `there is no completion for "tcsh"; there is for bash, fish, powershell, zsh`, exitUsage},
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

// The help of a command shows its own flags, and the many of every command once, in
// the help of the program.
func TestHelpIsAboutOneCommand(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"login --help":         "--no-browser",
		"help token create":    "--expires string",
		"profiles --help":      "remove      Forget a login",
		"completion":           "clever-mcp completion [command]",
		"completion bash -h":   "--no-descriptions",
		"token list --demo -h": "clever-mcp token list [flags]",
	} {
		out, stderr, code := run(t, nil, "", strings.Fields(args)...)
		_, flags, _ := strings.Cut(out, "\nUsage:\n")
		if code != exitDone || stderr != "" || !strings.Contains(flags, want) || !strings.HasPrefix(flags, "  clever-mcp ") {
			t.Errorf("%s: exit %d, %s%s", args, code, out, stderr)
		}
		if strings.Contains(flags, "--max-instances") || strings.Count(flags, "see clever-mcp --help\n") != 1 {
			t.Errorf("%s repeats the global flags: %s", args, flags)
		}
	}
	for _, args := range []string{"--help", "help"} {
		out, _, code := run(t, nil, "", args)
		newRoot(&Process{}).PersistentFlags().VisitAll(func(f *pflag.Flag) {
			if strings.Count(out, "\n      --"+f.Name) == 0 {
				t.Errorf("%s does not name --%s", args, f.Name)
			}
		})
		if code != exitDone || !strings.Contains(out, "\n  doctor  ") {
			t.Errorf("%s: exit %d", args, code)
		}
	}
	if out, _, code := run(t, nil, "", "completion", "bash"); code != exitDone || !strings.Contains(out, "__start_clever-mcp") {
		t.Errorf("completion bash: exit %d, %.200s", code, out)
	}
}
