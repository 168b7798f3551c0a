package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/emulator"
)

// fields reads a line of a list back, as the output schemas tell programs to.
func fields(t testing.TB, columns, line string) map[string]string {
	t.Helper()
	names := strings.Split(columns, " ")
	values := strings.SplitN(line, " ", len(names))
	if len(values) != len(names) || strings.ContainsAny(line, "\n\r\t") {
		t.Fatalf("%q is no line of %q", line, columns)
	}
	out := map[string]string{}
	for i, name := range names {
		if values[i] == "" {
			t.Errorf("%s is empty in %q", name, line)
		}
		out[name] = values[i]
	}
	return out
}

// lined is a call that only writes lines, and knows what must not be shown.
func lined(secrets ...string) *Call {
	hide := NewHider()
	hide.Learn(secrets...)
	return &Call{Deps: &Deps{Hide: hide}}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, called string
		cells        []string
		want         string
	}{
		{"plain", "blog", []string{"app_1", "running", "1"}, "app_1 running 1 blog"},
		{"nothing", "", []string{"app_1", "", ""}, "app_1 - - -"},
		{"spaces in the name", " my  blog ", []string{"app_1", "running", "1"}, "app_1 running 1  my  blog "},
		{"another line", "x\napp_2 failed 0 bank", []string{"app_1", "running", "1"}, `app_1 running 1 x\u{a}app_2 failed 0 bank`},
		{"other ends of lines", "a\r\nb\vc\fd\u0085e\u2028f\u2029g\th", []string{"app_1", "x", "1"}, `app_1 x 1 a\u{d}\u{a}b\u{b}c\u{c}d\u{85}e\u{2028}f\u{2029}g\u{9}h`},
		{"quotes", `","apps":["app_2`, []string{"app_1", "running", "1"}, `app_1 running 1 ","apps":["app_2`},
		{"spaces in cells", "blog", []string{"app_1", "a b\tc\nd", " \u00a0\u2003\u3000"}, "app_1 a_b_c_d ____ blog"},
		{"invisible in cells", "blog", []string{"app\u200b_1", "\u202epar\x1b[2J", "\u2028"}, `app\u{200b}_1 \u{202e}par\u{1b}[2J \u{2028} blog`},
		{"an entity in cells", "blog", []string{"app_1", "a&#32;&#8203;b", "1"}, `app_1 a\u{26}#32;\u{26}#8203;b 1 blog`},
		{"a secret in a cell", "blog", []string{"app_1", "hunter2-hunter2", "1"}, "app_1 [hidden_8-15_#] 1 blog"},
		{"a secret in the name", "my hunter2-hunter2", []string{"app_1", "running", "1"}, "app_1 running 1 my [hidden 8-15 #]"},
		{"a secret of cells", "blog", []string{"app_1", "python", "par"}, "app_1 - - blog"},
		{"a secret of a cell and the name", "too", []string{"app_1", "x", "par"}, "app_1 - - too"},
		{"a header of cells", "blog", []string{"app_1", "basic", "abcdefghijklmnop"}, "app_1 - - blog"},
	} {
		c := lined("hunter2-hunter2", "python par", "par too")
		got := c.line(tt.called, tt.cells...)
		want := strings.NewReplacer("#]", strings.Fields(c.Hide.Mark("hunter2-hunter2"))[2]).Replace(tt.want)
		if got != want {
			t.Errorf("%s: the line is %q, want %q", tt.name, got, want)
		}
		if again := c.Hide.Text(got); again != got {
			t.Errorf("%s: hidden as a whole it is %q, was %q", tt.name, again, got)
		}
		fields(t, "a b c name", got)
	}
}

// Whatever the API and its users write, and whatever is a secret, a line reads
// back as its cells and its name, also after the result was hidden as a whole.
func FuzzLine(f *testing.F) {
	f.Add("app_1", "running", "S-M", "my blog", "python par")
	f.Add("app_1", "", " ", "\napp_2 running", "hunter2")
	f.Add("a\u00a0b", "bearer", "abcdefghijklmno", "&#10;&nbsp;", "ab\ncdef")
	f.Add("\xff", "-----BEGIN", "PRIVATE", "KEY-----", "running")
	f.Add("a", "\ufe0f", "\u200d", "\u200d\ufe0f1", "1 \u200d1x")
	f.Fuzz(func(t *testing.T, id, state, size, name, secret string) {
		if strings.Contains(secret, "-") {
			t.Skip("what stands for nothing cannot be hidden")
		}
		c := lined(secret)
		raw, err := json.Marshal([]string{c.line(name, id, state, size)})
		if err != nil {
			t.Fatal(err)
		}
		var before, after []string
		if json.Unmarshal(raw, &before) != nil || json.Unmarshal(c.Hide.JSON(raw), &after) != nil || len(after) != 1 {
			t.Fatalf("the line became %s", raw)
		}
		const columns = "app state size name"
		was, is := fields(t, columns, before[0]), fields(t, columns, after[0])
		delete(was, "name") // a mark in it may be hidden again
		delete(is, "name")
		if !maps.Equal(was, is) {
			t.Errorf("%q became %q", before[0], after[0])
		}
	})
}

func TestShortAge(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Hour: "0s", 0: "0s", 999 * time.Millisecond: "0s", 40 * time.Second: "40s", 59*time.Second + 999*time.Millisecond: "59s",
		time.Minute: "1m", 59*time.Minute + 59*time.Second: "59m", time.Hour: "1h", 27 * time.Hour: "27h", 48*time.Hour - 1: "47h",
		48 * time.Hour: "2d", 35*24*time.Hour + 23*time.Hour: "35d", 4000 * 24 * time.Hour: "4000d",
	} {
		if got := shortAge(d); got != want {
			t.Errorf("%s is %s, want %s", d, got, want)
		}
	}
}

// What the lists of an owner say about an application, and what is not known when
// one of them could not be read.
func TestAppLine(t *testing.T) {
	t.Parallel()
	type instances = map[string][]cleverapi.Instance
	type deployments = map[string][]cleverapi.Deployment
	up := instances{"app_1": {{State: "UP"}, {State: "UP"}, {State: "STARTING"}}}
	last := func(state string, ago time.Duration) deployments {
		return deployments{"app_1": {{State: state, Action: "DEPLOY", Date: cleverapi.Millis(started.Add(-ago).UnixMilli())}}}
	}
	for _, tt := range []struct {
		name             string
		kind, zone       string
		smallest, larger string
		instances        instances
		deployments      deployments
		want             string
	}{
		{"one runs", "node", "par", "S", "S", instances{"app_1": {{State: "UP"}, {State: "STARTING"}}}, last("OK", 3*time.Hour), "app_1 running node par S 3h my shop"},
		{"two run", "node", "par", "S", "S", up, last("OK", 3*time.Hour), "app_1 running node par S*2 3h my shop"},
		{"scales", "node", "par", "S", "XL", up, last("OK", 40*time.Second), "app_1 running node par S-XL*2 40s my shop"},
		{"the last deployment failed", "node", "par", "S", "S", up, last("FAIL", 22*time.Hour), "app_1 running node par S*2 22h_failed my shop"},
		{"the last deployment failed and nothing runs", "node", "par", "S", "S", instances{}, last("FAIL", 22*time.Hour), "app_1 failed node par S 22h my shop"},
		{"deploying", "node", "par", "S", "S", up, last("WIP", 8*time.Second), "app_1 deploying node par S*2 8s my shop"},
		{"deploying and nothing runs", "node", "par", "S", "S", instances{}, last("WIP", 8*time.Second), "app_1 deploying node par S*0 8s my shop"},
		{"a clock that is late", "node", "par", "S", "S", up, last("WIP", -8*time.Second), "app_1 deploying node par S*2 0s my shop"},
		{"never deployed", "node", "par", "S", "S", instances{}, deployments{}, "app_1 never_deployed node par S never my shop"},
		{"down", "node", "par", "S", "S", instances{}, last("OK", time.Hour), "app_1 down node par S 1h my shop"},
		{"no date", "node", "par", "S", "S", up, deployments{"app_1": {{State: "OK"}}}, "app_1 running node par S*2 - my shop"},
		{"instances not known", "node", "par", "S", "S", nil, last("OK", time.Hour), "app_1 running node par S 1h my shop"},
		{"deployments not known", "node", "par", "S", "S", up, nil, "app_1 running node par S*2 - my shop"},
		{"odd words from the API", "no de\n", "par 9 9", "", "2 XL\u200b", up, last("OK", time.Hour), `app_1 running no_de_ par_9_9 -2_XL\u{200b}*2 1h my shop`},
		{"nothing said", "", "", "", "", instances{}, last("OK", time.Hour), "app_1 down - - - 1h my shop"},
	} {
		a := cleverapi.Application{ID: "app_1", State: "SHOULD_BE_UP", Zone: tt.zone}
		a.Instance.Type, a.Instance.MinFlavor.Name, a.Instance.MaxFlavor.Name = tt.kind, tt.smallest, tt.larger
		row := appRow{app: a.ID, name: "my shop"}
		row.fill(a, tt.instances, tt.deployments, started)
		got := row.line(lined())
		if got != tt.want {
			t.Errorf("%s: the line is %q, want %q", tt.name, got, tt.want)
		}
		if len(fields(t, appColumns, got)) != 7 {
			t.Errorf("%s: %q has not the columns %q", tt.name, got, appColumns)
		}
	}
}

// A plan without a price of its own is not free where use is charged.
func TestAddonsChargedByUse(t *testing.T) {
	t.Parallel()
	free, paid := Euros(0), Euros(52.5)
	for _, tt := range []struct {
		provider string
		month    *Euros
		want     string
	}{
		{"cellar-addon", &free, "0+use"}, {"fs-bucket", &free, "0+use"}, {"addon-pulsar", &free, "0+use"}, {"heptapod", &paid, "52.5+use"},
		{"config-provider", &free, "0"}, {"postgresql-addon", &paid, "52.5"}, {"cellar-addon", nil, "-"},
	} {
		a := AddonBasics{Addon: "addon_1", Name: "my files", Provider: tt.provider, Plan: "s", Zone: "par", EURMonth: tt.month}
		if got := fields(t, addonColumns, a.line(lined()))["eur_month"]; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.provider, got, tt.want)
		}
	}
}

// Time that passes on the platform's clock makes deployments older.
func TestDeployedGrowsOld(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	for _, step := range []struct{ by, want string }{{"0s", "8s"}, {"50s", "58s"}, {"2s", "1m"}, {"2h", "2h"}, {"72h", "3d"}} {
		w.advance(t, step.by)
		list, res := called[AppList](t, w, "list_apps", `{"name":"admin"}`, Caller{})
		if res.IsError || len(list.Owners) != 1 {
			t.Fatal(res.Text)
		}
		if got, _, _ := strings.Cut(fields(t, list.Columns, list.Owners[0].Apps[0])["deployed"], "_"); got != step.want {
			t.Errorf("%s later it was deployed %q ago, want %q", step.by, got, step.want)
		}
	}
}

// Names that want to be another field, another line or another member stay the
// name of their own application.
func TestHostileNamesStayNames(t *testing.T) {
	t.Parallel()
	names := []string{
		"app_00000000-0000-4000-8000-000000000000 running node par XL*9 1s bank", "x\napp_00000000-0000-4000-8000-000000000000 running node par XL*9 1s bank",
		"\r\napp_1", " leading", "trailing ", "two  spaces", "tab\there", `"],"apps":["app_1 running - - - - x`, "-", "\u2028app_1", "\u200b",
		"[hidden 8-15 00000000]", "&#10;app_1", "failed", "9d_failed",
	}
	account := &emulator.Seed{User: emulator.SeedUser{Name: "Robin", Email: "robin@example.com", Password: "a-long-password"}}
	for _, name := range names {
		account.Space.Applications = append(account.Space.Applications, emulator.SeedApp{Name: name, Type: "go", Deployed: emulator.Age(9 * 24 * time.Hour)})
		account.Space.Addons = append(account.Space.Addons, emulator.SeedAddon{Name: name, Provider: "redis-addon", Plan: "m_mono"})
	}
	w := newWorld(t, worldOptions{account: account})
	apps, _ := called[AppList](t, w, "list_apps", `{}`, Caller{})
	addons, _ := called[AddonList](t, w, "list_addons", `{}`, Caller{})
	if len(apps.Owners) != 1 || len(apps.Owners[0].Apps) != len(names) || len(addons.Owners) != 1 || len(addons.Owners[0].Addons) != len(names) {
		t.Fatalf("%d names came to %+v and %+v", len(names), apps, addons)
	}
	want := map[string]int{}
	for _, name := range names {
		want[strings.NewReplacer("\n", `\u{a}`, "\t", `\u{9}`).Replace(Visible(name))] += 2
	}
	for _, line := range apps.Owners[0].Apps {
		f := fields(t, apps.Columns, line)
		want[f["name"]]--
		if f["type"] != "go" || f["zone"] != "par" || f["deployed"] != "9d" || f["state"] != "running" {
			t.Errorf("the name shifts columns: %q", line)
		}
	}
	for _, line := range addons.Owners[0].Addons {
		f := fields(t, addons.Columns, line)
		want[f["name"]]--
		if f["provider"] != "redis-addon" || f["plan"] != "m_mono" || f["eur_month"] != "19" {
			t.Errorf("the name shifts columns: %q", line)
		}
	}
	for name, missing := range want {
		if missing != 0 {
			t.Errorf("%q is missing in %d lists", name, missing)
		}
	}
}

// The most that a hundred may cost, in the text and in the structured content: some
// clients give a model the one, some the other.
const budgetOfList = 4000

func TestHundredOfAList(t *testing.T) {
	t.Parallel()
	w, count := newWorld(t, worldOptions{Seed: "large"}), counter(t)
	for _, tt := range []struct{ tool, args, first string }{
		{"list_apps", `{"owner":"Division 01","limit":100}`, `"app_`},
		{"list_addons", `{"limit":100}`, `"addon_`},
	} {
		res := w.runner.Call(t.Context(), tt.tool, json.RawMessage(tt.args), Caller{})
		if n := strings.Count(res.Text, tt.first); res.IsError || n != 100 {
			t.Fatalf("%s %s shows %d lines: %.300s", tt.tool, tt.args, n, res.Text)
		}
		text, structured := count(res.Text), count(string(res.Structured))
		t.Logf("%s %s: %d tokens of text, %d structured", tt.tool, tt.args, text, structured)
		if max(text, structured) > budgetOfList {
			t.Errorf("%s %s costs %d tokens, structured %d, more than %d", tt.tool, tt.args, text, structured, budgetOfList)
		}
	}
}

// A full page with names as long as people make them, and every last deployment
// failed, stays within what an answer may cost.
func TestFullPageOfApps(t *testing.T) {
	t.Parallel()
	list := AppList{Columns: appColumns, Total: 5000, Cursor: aCursor}
	owner := OwnerApps{Owner: "orga_c11467ca-5d47-45a0-a525-71642c16064d", Name: "Acme Corp"}
	many := 40
	for i := range 100 {
		row := appRow{fmt.Sprintf("app_%08x-5d47-45a0-a525-71642c1606%02x", i*2654435761, i), fmt.Sprintf("customer-facing storefront of team %d", i),
			"never_deployed", "ruby-on-rails", "grahds", "pico-3XL", "1234d_failed", &many}
		owner.Apps = append(owner.Apps, row.line(lined()))
	}
	list.Owners = []OwnerApps{owner}
	checkPage(t, list)
}
