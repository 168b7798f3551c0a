package tools

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/schemas"
	"clever-mcp/schemas/reflector"

	"github.com/tiktoken-go/tokenizer"
)

var update = flag.Bool("update", false, "write what tests compare with")

// What the tools of the default set may cost a model on each request, in o200k
// tokens of name, description and input schema.
const (
	budgetOfSet  = 4000
	budgetOfTool = 350
)

// Contracts are generated from the types: this test is the generator, with -update.
func TestContracts(t *testing.T) {
	r, err := reflector.New("clever-mcp/tools", ".")
	if err != nil {
		t.Fatal(err)
	}
	count := counter(t)
	total, want := 0, map[string]bool{}
	var served bytes.Buffer
	for _, tool := range append(All(), getEnvRevealing) {
		c, err := contractOf(tool, r)
		if err != nil {
			t.Fatalf("%s: %s", tool.Spec().Name, err)
		}
		line, err := schemas.Compact(c) // as it is served, without the tokens
		if err != nil {
			t.Fatal(err)
		}
		c.Tokens = count(c.Name + "\n" + c.Description + "\n" + string(c.InputSchema))
		if tool.Spec().Contract == c.Name {
			total += c.Tokens // the others take the place of one of these
		}
		fmt.Fprintf(&served, "%s %d %s\n", tool.Spec().Contract, c.Tokens, line)
		if c.Tokens > budgetOfTool {
			t.Errorf("%s costs %d tokens, more than %d", c.Name, c.Tokens, budgetOfTool)
		}
		raw, err := schemas.Compact(c)
		if err != nil {
			t.Fatal(err)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, raw, "", "  "); err != nil {
			t.Fatal(err)
		}
		pretty.WriteByte('\n')
		file := tool.Spec().Contract + ".json"
		want[file] = true
		golden(t, filepath.Join("../schemas", file), pretty.Bytes())
	}
	golden(t, "../schemas/served.txt", served.Bytes())
	t.Logf("the default set costs %d tokens", total)
	if total > budgetOfSet {
		t.Errorf("the default set costs %d tokens, more than %d", total, budgetOfSet)
	}
	committed, err := filepath.Glob("../schemas/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range committed {
		if !want[filepath.Base(path)] {
			if *update {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
				continue
			}
			t.Errorf("%s is the contract of no tool: run go generate ./...", path)
		}
	}
}

func contractOf(tool Any, r *reflector.Reflector) (schemas.Contract, error) {
	spec := tool.Spec()
	in, out := tool.types()
	c := schemas.Contract{Name: spec.Name, Title: spec.Title, Description: spec.Doc, Annotations: schemas.Annotations{
		ReadOnly:    spec.Effect == catalogue.Reads,
		Destructive: spec.Effect == catalogue.Destroys,
		Idempotent:  spec.Idempotent,
		OpenWorld:   !spec.Offline,
	}}
	var err error
	if c.InputSchema, err = r.Input(in); err != nil {
		return c, err
	}
	c.OutputSchema, err = r.Output(out)
	return c, err
}

func counter(t *testing.T) func(string) int {
	t.Helper()
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	return func(s string) int {
		n, err := codec.Count(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not current: run go generate ./... and read the difference", path)
	}
}

// What every contract keeps to, whichever tool it is of.
func TestContractForm(t *testing.T) {
	t.Parallel()
	verbs := regexp.MustCompile(`^(list|get|create|update|delete|link|set|deploy|stop|revoke|diagnose|search|read|raw)_[a-z]+$`)
	for _, tool := range append(All(), getEnvRevealing) {
		spec := tool.Spec()
		t.Run(spec.Contract, func(t *testing.T) {
			c, err := schemas.Load(spec.Contract)
			if err != nil {
				t.Fatal(err)
			}
			if !verbs.MatchString(c.Name) {
				t.Errorf("the name %s is not verb_noun with a known verb", c.Name)
			}
			if c.Title == "" || len(c.Title) > 40 || len(c.Description) < 60 || len(c.Description) > 900 || spec.Toolset == "" {
				t.Errorf("title, description or toolset is missing or long")
			}
			for _, raw := range []json.RawMessage{c.InputSchema, c.OutputSchema} {
				checkSchema(t, c.Name, raw)
			}
			checkHeaders(t, c.InputSchema)
			if c.Annotations.ReadOnly != (spec.Effect == catalogue.Reads) || c.Annotations.Destructive != (spec.Effect == catalogue.Destroys) {
				t.Errorf("annotations %+v do not fit the effect %s", c.Annotations, spec.Effect)
			}
			if (spec.AnyOperation || !c.Annotations.OpenWorld) != (len(spec.Uses) == 0) {
				t.Errorf("a tool has operations that it uses, or it is generic")
			}
			for _, id := range spec.Uses {
				op, ok := catalogue.Lookup(id)
				if !ok {
					t.Errorf("%s is not in the catalogue", id)
				}
				if spec.Effect == catalogue.Reads && op.Effect != catalogue.Reads {
					t.Errorf("a tool that reads uses %s, which %s", id, op.Effect)
				}
			}
		})
	}
}

func checkSchema(t *testing.T, tool string, raw json.RawMessage) {
	t.Helper()
	for _, banned := range []string{`"$ref"`, `"$schema"`, `"$id"`, `"$defs"`} {
		if strings.Contains(string(raw), banned) {
			t.Errorf("schema has %s", banned)
		}
	}
	var root map[string]any
	if err := json.Unmarshal(raw, &root); err != nil {
		t.Fatal(err)
	}
	if root["type"] != "object" {
		t.Errorf("schema is not an object")
	}
	for _, banned := range []string{"anyOf", "oneOf", "allOf", "not", "enum"} {
		if root[banned] != nil {
			t.Errorf("schema has %s at its root", banned)
		}
	}
	if _, err := compileInput(tool, raw); err != nil {
		t.Errorf("schema does not compile: %v", err)
	}
	properties, _ := root["properties"].(map[string]any)
	for name, p := range properties {
		m, ok := p.(map[string]any)
		if !ok {
			t.Errorf("%s is a bare %v", name, p)
			continue
		}
		if root["additionalProperties"] == false && m["description"] == nil {
			t.Errorf("argument %s has no description", name)
		}
	}
}

// checkHeaders holds that gateways see what a call is about: its owner and its
// application travel in headers, and nothing else does.
func checkHeaders(t *testing.T, raw json.RawMessage) {
	t.Helper()
	var schema struct {
		Properties map[string]struct {
			Header string `json:"x-mcp-header"`
		}
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	headers := map[string]string{"owner": "Owner", "app": "App"}
	for name, p := range schema.Properties {
		if p.Header != headers[name] {
			t.Errorf("argument %s travels in the header %q, want %q", name, p.Header, headers[name])
		}
	}
}
