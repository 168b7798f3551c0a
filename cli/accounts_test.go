package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"clever-mcp/cleverapi/emulator"
	"clever-mcp/schemas"
	"clever-mcp/tools"

	"github.com/tiktoken-go/tokenizer"
)

// twoAccounts is a desk with the profiles home and work, each on a Clever Cloud of
// its own; work is the active one.
func twoAccounts(t *testing.T) *desk {
	t.Helper()
	empty, err := emulator.SeedNamed("empty")
	if err != nil {
		t.Fatal(err)
	}
	home, h := newDesk(t, emulator.Options{}), newPerson(t)
	work := newDesk(t, emulator.Options{Seed: empty})
	home.open = h.console
	if _, errs, code := home.run(t, "login", "--profile", "home"); code != 0 {
		t.Fatal(errs)
	}
	for _, name := range []string{"API_HOST", "AUTH_BRIDGE_HOST", "CONSOLE_URL"} {
		home.env[name] = work.env[name]
	}
	h = newPerson(t)
	h.email, h.password = empty.User.Email, empty.User.Password
	home.open = h.console
	if _, errs, code := home.run(t, "login", "--profile", "work"); code != 0 {
		t.Fatal(errs)
	}
	// Each profile has its own hosts.
	for _, name := range []string{"API_HOST", "AUTH_BRIDGE_HOST", "CONSOLE_URL"} {
		delete(home.env, name)
	}
	return home
}

func TestProfilesAll(t *testing.T) {
	t.Parallel()
	d := twoAccounts(t)
	call := func(want int, args ...string) (string, string) {
		t.Helper()
		out, errs, code := d.run(t, append([]string{"call", "--profiles", "all", "--json"}, args...)...)
		if code != want {
			t.Errorf("%v: exit %d: %s%s", args, code, out, errs)
		}
		return out, errs
	}
	self, _ := call(0, "get_self")
	if !strings.HasPrefix(self, `{"profile":"work",`) || !strings.Contains(self, `"profiles":["work","home"]`) || strings.Contains(self, "camille") {
		t.Errorf("the active account: %s", self)
	}
	if self, _ := call(0, "get_self", "profile=home"); !strings.HasPrefix(self, `{"profile":"home",`) || !strings.Contains(self, "camille") {
		t.Errorf("the other account: %s", self)
	}
	if apps, _ := call(0, "list_apps", "profile=work"); strings.Contains(apps, "app_") || !strings.HasPrefix(apps, `{"profile":"work"`) {
		t.Errorf("the empty account has %s", apps)
	}
	apps, _ := call(0, "list_apps", "profile=home")
	if !strings.Contains(apps, "app_") {
		t.Errorf("the full account has %s", apps)
	}
	// What is wrong says where.
	if _, errs := call(1, "get_app", "app=storefront", "profile=work"); !strings.HasPrefix(errs, "Profile work: ") {
		t.Errorf("an application of the other account: %s", errs)
	}
	if _, errs := call(1, "list_apps", "profile=play"); !strings.Contains(errs, "there are home, work") {
		t.Errorf("no such profile: %s", errs)
	}
	// What changes something does not guess.
	for _, tool := range []string{"set_env", "raw_request", "stop_app"} {
		args := map[string][]string{
			"set_env": {"app=storefront", `set:={"A":"b"}`}, "raw_request": {"method=GET", "path=/v2/self"}, "stop_app": {"app=storefront"},
		}[tool]
		if _, errs := call(1, append([]string{tool}, args...)...); !strings.Contains(errs, "several accounts: work, home. Nothing was done.") {
			t.Errorf("%s without a profile: %s", tool, errs)
		}
	}
	changed, _ := call(0, "set_env", "app=storefront", `set:={"A_NEW_ONE":"b"}`, "profile=home")
	if !strings.HasPrefix(changed, `{"profile":"home"`) || !strings.Contains(changed, `\"profile\":\"home\"`) {
		t.Errorf("the change, and how to undo it: %s", changed)
	}
	// A plan belongs to the account that it was made for.
	_, plan := call(1, "delete_app", "app=storefront", "profile=home")
	if !strings.Contains(plan, "In profile home. ") {
		t.Errorf("the plan: %s", plan)
	}
	// Another login counts at the next call.
	if _, errs, code := d.run(t, "profiles", "use", "home"); code != 0 {
		t.Fatal(errs)
	}
	if self, _ := call(0, "get_self"); !strings.HasPrefix(self, `{"profile":"home",`) {
		t.Errorf("after the switch: %s", self)
	}
	// Without the flag there is no choice, and no word of it.
	out, errs, code := d.run(t, "call", "get_self", "--json")
	if code != 0 || strings.Contains(out, `"profile"`) || strings.Contains(out, `"profiles"`) {
		t.Errorf("without the flag: %s%s", out, errs)
	}
	if _, errs, code := d.run(t, "call", "get_self", "profile=home"); code != 1 || !strings.Contains(errs, "takes no argument") {
		t.Errorf("the argument without the flag: exit %d: %s", code, errs)
	}
	for _, flags := range [][]string{{"--profiles", "two"}, {"--profiles", "all", "--profile", "home"}} {
		if _, errs, code := d.run(t, append([]string{"call", "get_self"}, flags...)...); code != 3 {
			t.Errorf("%v: exit %d: %s", flags, code, errs)
		}
	}
}

// One account needs no name, and the environment is one of them.
func TestProfilesAllOfOne(t *testing.T) {
	t.Parallel()
	d := signedDesk(t)
	out, errs, code := d.run(t, "call", "--profiles", "all", "set_env", "app=storefront", `set:={"A_NEW_ONE":"b"}`, "--json")
	if code != 0 || !strings.HasPrefix(out, `{"profile":"default"`) {
		t.Errorf("a change in the only account: exit %d: %s%s", code, out, errs)
	}
	given := environment(d.Env(d.env["API_HOST"]))
	d.env["CLEVER_TOKEN"], d.env["CLEVER_SECRET"] = given("CLEVER_TOKEN"), given("CLEVER_SECRET")
	out, errs, code = d.run(t, "call", "--profiles", "all", "get_self", "--json")
	if code != 0 || !strings.HasPrefix(out, `{"profile":"$env"`) || !strings.Contains(out, `["$env","default"]`) {
		t.Errorf("with the environment: exit %d: %s%s", code, out, errs)
	}
}

// The flag adds one argument and one result to each contract, and changes nothing else.
func TestContractsWithProfiles(t *testing.T) {
	t.Parallel()
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	contracts := func(deps *tools.Deps) []tools.Contract {
		r, err := tools.NewRunner(tools.All(), deps)
		if err != nil {
			t.Fatal(err)
		}
		all, err := r.Contracts()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	plain, chosen := contracts(&tools.Deps{}), contracts(&tools.Deps{Profiles: &tools.Profiles{}})
	for i, c := range chosen {
		committed, err := schemas.Load(c.Name)
		if err != nil || fmt.Sprint(committed) != fmt.Sprint(plain[i]) {
			t.Errorf("%s: without the flag the contract is not the committed one, %v", c.Name, err)
		}
		count, err := codec.Count(c.Name + "\n" + c.Description + "\n" + string(c.InputSchema))
		if err != nil || max(count-c.Tokens, c.Tokens-count) > 2 {
			t.Errorf("%s: said to cost %d tokens, costs %d, %v", c.Name, c.Tokens, count, err)
		}
		for _, pair := range [][2]json.RawMessage{{plain[i].InputSchema, c.InputSchema}, {plain[i].OutputSchema, c.OutputSchema}} {
			var before, after map[string]any
			if err := json.Unmarshal(pair[0], &before); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(pair[1], &after); err != nil {
				t.Fatal(err)
			}
			properties := after["properties"].(map[string]any)
			if properties["profile"] == nil {
				t.Errorf("%s has no profile", c.Name)
			}
			delete(properties, "profile")
			if fmt.Sprint(before) != fmt.Sprint(after) {
				t.Errorf("%s: more than the profile differs", c.Name)
			}
		}
	}
}
