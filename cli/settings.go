package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/tools"

	"github.com/spf13/pflag"
)

// settings are the operator's choices that every command with tools has.
type settings struct {
	demo     bool
	seed     string
	profile  string
	profiles string
	keyring  bool
	sign     string
	hosts    []string
	readOnly bool
	confirm  string
	toolsets []string
	tools    []string
	without  []string
	tokenDir string
	verbose  bool

	deployDirs []string
	allowEnv   []string
	allowDirs  []string
	filesDir   string
	catalogue  string

	policy       string
	bounds       map[string]policyValue // what the policy file says
	owners       []string
	forbid       []string
	reveal       bool
	maxInstances int
	maxFlavor    string
	maxMonthly   string
	audit        string
	// remote is set when callers are not the user of this working directory.
	remote bool
	// reachable is set when other machines can call.
	reachable bool
	// pages is set when the user's browser is on this machine, and this process lasts
	// long enough to serve it a page.
	pages bool
}

func (s *settings) register(f *pflag.FlagSet) {
	f.BoolVar(&s.demo, "demo", false, "use a Clever Cloud in memory instead of the real one; needs no account")
	f.StringVar(&s.seed, "seed", "", seedUsage())
	f.StringVar(&s.profile, "profile", "", "profile of the clever CLI to use, by its alias (default: the active one)")
	f.StringVar(&s.profiles, "profiles", "", "all: every tool takes the argument profile, and every answer says which account it is about")
	f.BoolVar(&s.keyring, "keyring", false, "use only the logins in the keyring of the system, and save new ones there (default: those of the clever CLI, then those)")
	f.StringVar(&s.sign, "sign", "", "OAuth 1 signature: HMAC-SHA512, HMAC-SHA1 or PLAINTEXT (default: HMAC-SHA512, and PLAINTEXT where the API wants it)")
	f.StringSliceVar(&s.hosts, "allow-api-host", nil, "host outside clever-cloud.com that a profile of the clever CLI may name as its API")
	f.BoolVar(&s.readOnly, "read-only", false, "refuse everything that changes something")
	f.StringVar(&s.confirm, "confirm", "", "how a person agrees to what destroys: any, or elicit, only in a form of the client (default: any; elicit where other machines can call)")
	f.StringSliceVar(&s.toolsets, "toolsets", nil, "only the tools of these sets: account, addons, api, apps, billing, observe (default: all)")
	f.StringSliceVar(&s.tools, "tools", nil, "only these tools, or these besides --toolsets")
	f.StringSliceVar(&s.without, "without", nil, "leave these tools out")
	f.StringVar(&s.tokenDir, "token-dir", "", "folder for the files of new API tokens (default: clever-mcp/tokens in the user's configuration folder)")
	f.StringSliceVar(&s.deployDirs, "deploy-dir", nil, "folder whose git repositories deploy_app may push; it has to be there at the start")
	f.StringSliceVar(&s.allowEnv, "allow-env", nil, "variable of this process that set_env may send as a value, by name")
	f.StringSliceVar(&s.allowDirs, "allow-dir", nil, "folder with files that set_env may send as values; it has to be there at the start")
	f.StringVar(&s.filesDir, "files", "", "folder where answers that are files (invoices, kubeconfig) are saved; without it they are refused")
	f.StringVar(&s.catalogue, "catalogue", "", "file with operations newer than this program, as clever-mcp catalogue update writes it")
	f.StringVar(&s.policy, "policy", "", "file that bounds what these flags may allow; see clever-mcp policy")
	f.StringSliceVar(&s.owners, "owner", nil, "only what belongs to this organisation or user, by id or whole name; can be repeated (default: all)")
	f.StringSliceVar(&s.forbid, "forbid", nil, `operation that is never sent, such as "DELETE /v2/organisations/{id}"; * stands for any method, and at the end for any path`)
	f.IntVar(&s.maxInstances, "max-instances", 0, "the most instances that an application may be given; 0: no bound")
	f.StringVar(&s.maxFlavor, "max-flavor", "", "the largest flavor that an application may be given, such as M")
	f.StringVar(&s.maxMonthly, "max-monthly", "", "the most euros a month that the plan of a new add-on may cost")
	f.BoolVar(&s.reveal, "reveal", false, "let get_env show the value of one variable at a time, to whoever reads the conversation")
	f.StringVar(&s.audit, "audit", "", "file that gets one line of JSON for each call and refusal, without values; see clever-mcp audit")
	f.BoolVar(&s.verbose, "verbose", false, "log each request to Clever Cloud on standard error")
}

// emulated tells whether the account is one in memory.
func (s *settings) emulated() bool { return s.demo || s.seed != "" }

func (s *settings) confirmMode() (tools.ConfirmMode, error) {
	switch m := tools.ConfirmMode(s.confirm); m {
	case tools.ConfirmAny, tools.ConfirmElicit:
		return m, nil
	case "":
		// A handle that is passed on is worth less where the caller is not the person
		// at this machine.
		if s.reachable {
			return tools.ConfirmElicit, nil
		}
		return tools.ConfirmAny, nil
	}
	return "", fmt.Errorf("--confirm: there is no way %q; there are any, elicit", s.confirm)
}

// defaultApp is the application that the working directory is linked to. Callers
// over HTTP are somewhere else.
func (s *settings) defaultApp() func() (app, owner string, ok bool) {
	dir, err := os.Getwd()
	if err != nil || s.remote || s.emulated() {
		return nil
	}
	return linkedApp(dir)
}

// files is the folder for answers that are files; "" when the operator allows none.
func (s *settings) files() (string, error) {
	if s.filesDir == "" {
		return "", nil
	}
	return filepath.Abs(s.filesDir)
}

// folders are those that a flag, or the key of the policy file, names for reading,
// by their whole paths. They are looked at now: a misspelt one would only show when
// a tool is refused what it was to have.
func (s *settings) folders(flag, key string, named []string) ([]string, error) {
	var whole []string
	for _, dir := range named {
		path, err := filepath.Abs(dir)
		if err != nil {
			return nil, err
		}
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			from := "--" + flag
			if v := s.bounds[key]; slices.Contains(v.values, dir) {
				from = fmt.Sprintf("--policy: %s, line %d: %s", s.policy, v.line, key)
			}
			return nil, fmt.Errorf("%s: there is no folder %s. Make it, or name another", from, path)
		}
		whole = append(whole, path)
	}
	return whole, nil
}

// operations is what is known of the API: what is built in, and what the
// operator's file adds to it.
func (s *settings) operations() (*catalogue.Catalogue, error) {
	if s.catalogue == "" {
		return catalogue.Default(), nil
	}
	file, err := readOrdinary(s.catalogue, maxOrdinary)
	if err != nil {
		return nil, fmt.Errorf("--catalogue: %w. Make the file with clever-mcp catalogue update", err)
	}
	known, err := catalogue.Load(file)
	if err != nil {
		return nil, fmt.Errorf("--catalogue: %s: %w", s.catalogue, err)
	}
	return known, nil
}

// tokens is the folder for new tokens. It is made when the first is.
func (s *settings) tokens() (string, error) {
	if s.tokenDir != "" {
		return filepath.Abs(s.tokenDir)
	}
	if s.emulated() {
		return filepath.Join(os.TempDir(), fmt.Sprintf("clever-mcp-demo-%d", os.Getuid()), "tokens"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("the folder for new tokens is not known: %w; name one with --token-dir", err)
	}
	return filepath.Join(dir, "clever-mcp", "tokens"), nil
}
