package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clever-mcp/tools"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write what tests compare with")

// Documentation that says what the code says is written by the code: this test
// is the generator, with -update.
func TestDocs(t *testing.T) {
	golden(t, "../docs/configuration.md", configuration(t))
	golden(t, "../docs/tools.md", toolDocs(t))
	golden(t, "../docs/policy.yaml", []byte(policyExample))
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not current: run go generate ./... and read the difference", path)
	}
}

func configuration(t *testing.T) []byte {
	t.Helper()
	root := newRoot(&Process{Getenv: func(string) string { return "" }})
	var b bytes.Buffer
	b.WriteString("<!-- Written by go generate ./cli. Do not edit. -->\n\n# Configuration\n\n" +
		"Every flag can be set in the environment as well; the command line wins. Lists are separated by commas. Neither can ask for more than the file of --policy allows; [policy.yaml](policy.yaml) shows what such a file can say.\n\n## Flags of every command\n\n")
	flagTable(&b, root.PersistentFlags())
	for _, c := range root.Commands() {
		if c.Hidden || c.Name() == "help" || c.Name() == "completion" {
			continue
		}
		document(&b, c)
	}
	b.WriteString(environmentDocs)
	return b.Bytes()
}

func document(b *bytes.Buffer, c *cobra.Command) {
	about := c.Long
	if about == "" {
		about = c.Short + "."
	}
	fmt.Fprintf(b, "## %s\n\n%s\n\n", strings.TrimPrefix(c.UseLine(), "clever-mcp "), about)
	if c.Example != "" {
		fmt.Fprintf(b, "```sh\n%s\n```\n\n", strings.ReplaceAll(strings.TrimPrefix(c.Example, "  "), "\n  ", "\n"))
	}
	flagTable(b, c.LocalNonPersistentFlags())
	for _, sub := range c.Commands() {
		document(b, sub)
	}
}

func flagTable(b *bytes.Buffer, flags *pflag.FlagSet) {
	var rows []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Hidden {
			return
		}
		value := f.DefValue
		if value == "[]" || value == "" {
			value = "–"
		}
		rows = append(rows, fmt.Sprintf("| `--%s` | `%s` | %s | %s |\n", f.Name, variable(f.Name), value, f.Usage))
	})
	if len(rows) == 0 {
		return
	}
	b.WriteString("| flag | variable | default | |\n|---|---|---|---|\n" + strings.Join(rows, "") + "\n")
}

// linesDocs is for programs; a model reads the same in the output schemas.
var linesDocs = strings.ReplaceAll(`
~list_apps~ and ~list_addons~ answer, under each owner, with one line for each application or add-on. ~columns~ names its fields, which are
parted by single spaces: the id comes first, the name last. Only the name may have spaces, so a line of seven columns is split at the first
six. ~-~ is what is not known, or nothing. The price of an add-on that is charged by use ends in ~+use~: ~0+use~ is not free. As objects:

~~~sh
clever-mcp call list_apps --json | jq '(.columns | split(" ")) as $names | .owners[].apps[] | split(" ") | [$names, .[:6] + [.[6:] | join(" ")]] | transpose | map({(.[0]): .[1]}) | add'
~~~

~~~py
columns = answer["columns"]
apps = [dict(zip(columns.split(" "), line.split(" ", columns.count(" ")))) for owner in answer["owners"] for line in owner["apps"]]
~~~
`, "~", "`")

func toolDocs(t *testing.T) []byte {
	t.Helper()
	set := tools.All()
	runner, err := tools.NewRunner(set, &tools.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	withReveal, err := tools.NewRunner(tools.Revealing(set), &tools.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	revealing := map[string]tools.Contract{}
	others, err := withReveal.Contracts()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range others {
		revealing[c.Name] = c
	}
	var b bytes.Buffer
	b.WriteString("<!-- Written by go generate ./cli. Do not edit. -->\n\n# Tools\n\nThe contract of each tool, as clients read it, is in [schemas](../schemas). " +
		"*Tokens* is what a model pays for a tool on each request.\n\n| tool | set | effect | tokens | |\n|---|---|---|---|---|\n")
	contracts, err := runner.Contracts()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for i, c := range contracts {
		spec := set[i].Spec()
		total += c.Tokens
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s | %d | %s |\n", c.Name, c.Name, spec.Toolset, spec.Effect, c.Tokens, c.Title)
	}
	fmt.Fprintf(&b, "\nThe whole set costs %d tokens.\n%s", total, linesDocs)
	for i, c := range contracts {
		spec := set[i].Spec()
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", c.Name, c.Description)
		b.WriteString(argumentTable(t, c))
		if other := revealing[c.Name]; string(other.InputSchema) != string(c.InputSchema) {
			fmt.Fprintf(&b, "\nWith `--reveal` its contract is [another one](../schemas/%s.json): %s\n\n%s", tools.Revealing(set)[i].Spec().Contract, other.Description, argumentTable(t, other))
		}
		if len(spec.Uses) > 0 {
			b.WriteString("\nOperations it may perform:\n\n")
			for _, op := range spec.Uses {
				fmt.Fprintf(&b, "- `%s`\n", op)
			}
		}
	}
	return b.Bytes()
}
