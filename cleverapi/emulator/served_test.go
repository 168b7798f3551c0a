package emulator

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"clever-mcp/cleverapi/catalogue"
)

var update = flag.Bool("update", false, "write what tests compare with")

// TestServed asks every operation of the catalogue: the emulator does it, or
// says that it does not do this one. What it does is listed in the documentation.
func TestServed(t *testing.T) {
	t.Parallel()
	done := map[string][]string{}
	not := map[string][]string{}
	for _, op := range catalogue.All() {
		d, ok := catalogue.Describe(op.ID)
		if !ok {
			t.Fatalf("%s is not described", op.ID)
		}
		if serves(t, op) {
			done[d.Group] = append(done[d.Group], op.ID)
		} else {
			not[d.Group] = append(not[d.Group], op.ID)
		}
	}
	section := servedSection(done, not)
	t.Log(strings.Split(section, "\n")[3])

	const path = "../../docs/emulator.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), "<!-- served: written by go generate -->\n")
	_, after, ended := strings.Cut(rest, "<!-- end of served -->\n")
	if !ok || !ended {
		t.Fatalf("%s has no place for what is served", path)
	}
	want := before + "<!-- served: written by go generate -->\n" + section + "<!-- end of served -->\n" + after
	switch {
	case *update:
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	case !bytes.Equal(page, []byte(want)):
		t.Errorf("%s is not current: run go generate ./... and read the difference", path)
	}
}

// serves asks an operation of an account of its own, about things that do not
// exist, so that what it answers is a refusal or an empty list.
func serves(t *testing.T, op catalogue.Operation) bool {
	t.Helper()
	e, err := New(Options{Clock: NewClock(start, 0), Seed: &Seed{User: SeedUser{Name: "A", Email: "a@example.com", Password: "p"}}})
	if err != nil {
		t.Fatal(err)
	}
	path := op.Path()
	for _, name := range catalogue.ParamNames(path) {
		path = strings.ReplaceAll(path, "{"+name+"}", "nothing")
	}
	req, err := http.NewRequestWithContext(t.Context(), op.Method(), "http://emulator.test"+path, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	env := envMap(e, "http://emulator.test")
	req.Header.Set("Authorization", `OAuth oauth_consumer_key="T5nFjKeHH4AIlEveuGhB5S3xg8T19e", oauth_token="`+env["CLEVER_TOKEN"]+
		`", oauth_signature="MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT%26`+env["CLEVER_SECRET"]+`"`)
	resp, err := e.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNotImplemented {
		if resp.StatusCode >= 500 {
			t.Errorf("%s answers %d", op.ID, resp.StatusCode)
		}
		return true
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), op.ID) {
		t.Errorf("%s is refused without its name: %s", op.ID, body)
	}
	return false
}

func servedSection(done, not map[string][]string) string {
	count := func(m map[string][]string) (n int) {
		for _, list := range m {
			n += len(list)
		}
		return n
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n## What is served\n\n%d of the %d operations of the catalogue. The others answer 501 and name the operation.\n\n", count(done), count(done)+count(not))
	b.WriteString("| group | served |\n|---|---|\n")
	groups := maps.Clone(done)
	maps.Copy(groups, not)
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		fmt.Fprintf(&b, "| %s | %d of %d |\n", g, len(done[g]), len(done[g])+len(not[g]))
	}
	b.WriteString("\nNot served:\n\n")
	for _, g := range slices.Sorted(maps.Keys(not)) {
		for _, id := range slices.Sorted(slices.Values(not[g])) {
			fmt.Fprintf(&b, "- `%s`\n", id)
		}
	}
	b.WriteString("\n")
	return b.String()
}
