package emulator

import (
	"os"
	"strings"
	"testing"
)

func TestSeedsThatContradictThemselves(t *testing.T) {
	t.Parallel()
	const user = "user: {name: A, email: a@example.com}\n"
	for _, tt := range []struct{ name, seed, want string }{
		{"unknown name", "user: {nom: A}", "nom"},
		{"not YAML", "user: [", "reading the seed"},
		{"bad age", "user: {name: A, email: a@b.c, since: yesterday}", "90d"},
		{"nobody", "user: {name: A}", "no email"},
		{"two people", user + "people: [{email: A@example.com}]", "two people"},
		{"unknown type", user + "space: {applications: [{name: x, type: cobol}]}", `"cobol"`},
		{"unknown zone", user + "space: {applications: [{name: x, type: node, zone: moon}]}", `"moon"`},
		{"unknown state", user + "space: {applications: [{name: x, type: node, state: dreaming}]}", `"dreaming"`},
		{"unknown flavor", user + "space: {applications: [{name: x, type: node, flavor: huge}]}", "flavor"},
		{"unknown add-on", user + "space: {applications: [{name: x, type: node, addons: [db]}]}", "add-on db"},
		{"unknown dependency", user + "space: {applications: [{name: x, type: node, dependencies: [y]}]}", "application y"},
		{"unknown provider", user + "space: {addons: [{name: x, provider: oracle}]}", `"oracle"`},
		{"unknown plan", user + "space: {addons: [{name: x, provider: kv, plan: gold}]}", `"gold"`},
		{"unknown member", user + "organisations: [{name: O, members: [{email: z@example.com}]}]", "z@example.com"},
		{"unknown role", user + "organisations: [{name: O, role: KING}]", `"KING"`},
		{"unknown role of a member", user + "people: [{name: B, email: b@example.com}]\norganisations: [{name: O, members: [{email: b@example.com, role: king}]}]", `"king"`},
		{"deployed before created", user + "space: {applications: [{name: x, type: node, since: 1d, deployed: 2d}]}", "before it was created"},
	} {
		seed, err := ReadSeed([]byte(tt.seed))
		if err == nil {
			_, err = New(Options{Seed: seed})
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want something with %q", tt.name, err, tt.want)
		}
	}
}

func TestJSONIsASeedToo(t *testing.T) {
	t.Parallel()
	seed, err := ReadSeed([]byte(`{"user": {"name": "A", "email": "a@example.com", "since": "36h"}, "organisations": [{"name": "O"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, Options{Seed: seed})
	if n := len(c.get("/v2/organisations").([]any)); n != 2 {
		t.Errorf("%d owners, want 2", n)
	}
}

func FuzzReadSeed(f *testing.F) {
	f.Add([]byte("user: {name: A, email: a@example.com}\nspace: {applications: [{name: x, type: node, needs: [A], deployments: 3}]}"))
	f.Add([]byte(`{"user": {"email": "a@b.c"}, "api_tokens": [{"name": "t", "since": "1d"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		seed, err := ReadSeed(text)
		if err != nil || len(text) > 1<<12 {
			return
		}
		// Whatever is read is built or refused; nothing panics.
		if _, err := New(Options{Seed: seed, Clock: NewClock(start, 0)}); err != nil {
			t.Log(err)
		}
	})
}

// The seed that the documentation shows is one.
func TestDocumentedSeed(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(doc), "```yaml\n")
	text, _, ended := strings.Cut(rest, "```")
	if !found || !ended {
		t.Fatal("docs/emulator.md shows no seed")
	}
	seed, err := ReadSeed([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, Options{Seed: seed})
	org := named(t, c.get("/v2/organisations"), "Acme")["id"].(string)
	if state := named(t, c.get("/v2/organisations/"+org+"/applications"), "api")["state"]; state != "SHOULD_BE_DOWN" {
		t.Errorf("the application on the wrong port is %v", state)
	}
}
