package tools

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"clever-mcp/schemas"
)

func inputOf(t testing.TB, tool string) *input {
	t.Helper()
	c, err := schemas.Load(tool)
	if err != nil {
		t.Fatal(err)
	}
	in, err := compileInput(tool, c.InputSchema)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, tool, args string
		want             string // the arguments, or
		wrong            string // part of the error
	}{
		{"none", "list_apps", ``, `{}`, ""},
		{"null", "list_apps", `null`, `{}`, ""},
		{"null member is left out", "list_apps", `{"owner":null}`, `{}`, ""},
		{"number as a string", "list_apps", `{"limit":"3"}`, `{"limit":3}`, ""},
		{"number with a fraction of zero", "list_apps", `{"limit":3.0}`, `{"limit":3}`, ""},
		{"list as JSON text", "list_zones", `{"tags":"[\"region:eu\"]"}`, `{"tags":["region:eu"]}`, ""},
		{"one string for a list", "list_zones", `{"tags":"region:eu"}`, `{"tags":["region:eu"]}`, ""},
		{"object as JSON text", "raw_request", `{"method":"GET","path":"/v2/self","query":"{\"a\":1}"}`, `{"method":"GET","path":"/v2/self","query":{"a":1}}`, ""},
		{"text stays text", "create_token", `{"name":12}`, `{"name":"12"}`, ""},
		{"unknown argument", "list_apps", `{"application":"x"}`, "", `list_apps takes no argument "application"; it takes cursor, limit, name, owner, state, type, zone`},
		{"the argument is in its name", "update_app", `{"min_instances":2,"max_instances":6}`, "", "tcp_close, tcp_open\nPerhaps instances: 2, or a range: 1-4."},
		{"its last word first", "list_apps", `{"owner_name":"x"}`, "", "zone\nPerhaps name: Part of the name, or an id."},
		{"case matters", "list_apps", `{"Owner":"x"}`, "", `takes no argument "Owner"`},
		{"no arguments at all", "get_self", `{"a":1,"b":2}`, "", `get_self takes no argument "a", "b"; it takes no arguments`},
		{"missing", "create_token", `{}`, "", `create_token needs the argument "name"`},
		{"wrong type", "list_apps", `{"limit":"many"}`, "", `list_apps: argument limit must be an integer, not a string`},
		{"too small", "list_apps", `{"limit":0}`, "", `argument limit must be at least 1`},
		{"too large", "list_apps", `{"limit":5000}`, "", `argument limit must be at most 100`},
		{"a fraction", "list_apps", `{"limit":1.5}`, "", `argument limit must be an integer`},
		{"not a choice", "list_apps", `{"state":"broken"}`, "", `argument state must be one of archived, deploying, down, failed`},
		{"empty name", "create_token", `{"name":""}`, "", `argument name must have at least 1 characters`},
		{"a password", "create_token", `{"name":"a","password":"hunter22"}`, "", `create_token takes no argument "password"`},
		{"not an object", "list_apps", `[1]`, "", `must be one JSON object`},
		{"not JSON", "list_apps", `{"a"`, "", `are not JSON`},
		{"two at once", "create_token", `{"nam":"x"}`, "", "create_token needs the argument \"name\"\ncreate_token takes no argument \"nam\""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := inputOf(t, tt.tool).check(json.RawMessage(tt.args))
			if tt.wrong == "" && (err != nil || string(got) != tt.want) {
				t.Errorf("check(%s) = %s, %v, want %s", tt.args, got, err, tt.want)
			}
			var bad *ArgumentError
			if tt.wrong != "" && (!errors.As(err, &bad) || !strings.Contains(bad.Text, tt.wrong)) {
				t.Errorf("check(%s) = %s, %v, want an error with %q", tt.args, got, err, tt.wrong)
			}
			if err != nil && strings.Contains(err.Error(), "hunter22") {
				t.Errorf("the error repeats a value: %v", err)
			}
		})
	}
}

// Whatever arguments come, they are refused in words or fit the contract.
func FuzzArguments(f *testing.F) {
	for _, s := range []string{`{}`, `{"limit":"3"}`, `{"limit":1e400}`, `{"owner":{}}`, `{"limit":"1e5"}`, `[`, `{"state":["running"]}`, `{"limit":"0x10"}`} {
		f.Add(s)
	}
	in := inputOf(f, "list_apps")
	f.Fuzz(func(t *testing.T, args string) {
		clean, err := in.check(json.RawMessage(args))
		if err != nil {
			var bad *ArgumentError
			if !errors.As(err, &bad) || bad.Text == "" {
				t.Fatalf("%q: %v is not for a model", args, err)
			}
			return
		}
		if _, err := listApps.decode(clean); err != nil {
			t.Fatalf("%q passes as %s and cannot be read: %v", args, clean, err)
		}
	})
}

// Of two members of one name a client may show the first to its user, and a server
// do what the last says. Neither is meant then, however deep they stand.
func TestNoMemberStandsTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	for _, tt := range []struct {
		tool, args string
		twice      bool
	}{
		{"raw_request", `{"method":"GET","path":"/v2/self","method":"DELETE"}`, true},
		{"raw_request", `{"method":"GET","path":"/v2/self","m\u0065thod":"DELETE"}`, true},
		{"raw_request", `{"method":"PUT","path":"/v2/self","body":{"name":"a","more":[{"x":1,"x":1}]}}`, true},
		{"set_env", `{"app":"worker","set":{"A":"1","A":"2"}}`, true},
		{"list_apps", `{"owner":null,"owner":"Acme Corp"}`, true},
		{"read_api", `{"path":"/v2/self","select":".name, \":\" , {a:1}"}`, false},
		{"list_apps", `{"owner":"Acme Corp","limit":3}`, false},
		{"set_env", `{"app":"worker","set":{"A":"{\"a\":1,\"a\":2}\\"},"dry_run":true}`, false},
	} {
		before := len(w.Requests())
		res := w.runner.Call(t.Context(), tt.tool, json.RawMessage(tt.args), Caller{})
		if said := strings.Contains(res.Text, "stands twice"); said != tt.twice || tt.twice && len(w.Requests()) != before {
			t.Errorf("%s %s: %s", tt.tool, tt.args, res.Text)
		}
	}
}
