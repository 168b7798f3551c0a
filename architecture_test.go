package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What each package may import of ours. Data flows one way, down this table.
var mayImport = map[string][]string{
	".":                   {"cli"},
	"auth":                {},
	"schemas":             {},
	"schemas/reflector":   {"schemas"}, // go generate and tests only
	"cleverapi/catalogue": {},
	"cleverapi":           {"cleverapi/catalogue"},
	"cleverapi/ancestry":  {},
	"cleverapi/emulator":  {"cleverapi/ancestry", "cleverapi/catalogue"},
	"tools":               {"cleverapi/ancestry", "cleverapi", "cleverapi/catalogue", "schemas"},
	"server":              {"tools"},
	"server/conformance":  {"server", "tools"},
	"bench":               {"cleverapi/emulator"},
	"bench/mcpgo":         {},
	"bench/raw":           {},
	"evals":               {},
	"cli/clients":         {},
	"cli":                 {"cli/clients", "auth", "schemas", "cleverapi", "cleverapi/catalogue", "cleverapi/emulator", "tools", "server"},
}

// Libraries that one package alone knows.
var onlyIn = map[string]string{
	"github.com/mark3labs/mcp-go":   "server",
	"github.com/dghubble/oauth1":    "auth",
	"github.com/invopop/jsonschema": "schemas",
	"github.com/itchyny/gojq":       "tools",
	"github.com/go-json-experiment": "cleverapi",
	"github.com/spf13/cobra":        "cli",
	"github.com/zalando/go-keyring": "cli",
	"golang.org/x/term":             "cli",
	"github.com/tailscale/hujson":   "cli/clients",
	"github.com/pelletier/go-toml":  "cli/clients",
	"os/exec":                       "cli",
	"math/rand/v2":                  "cleverapi", // how long to wait before another try, and nothing else
	// Executing a template keeps every method in the program: a third of its size.
	"text/template":                   "",
	"html/template":                   "",
	"github.com/tiktoken-go":          "", // tests only: it carries a vocabulary of megabytes
	"github.com/modelcontextprotocol": "",
}

// source is one Go file with its package's place below the root.
type source struct {
	path, pkg string
	test      bool // also what only measures: it is never shipped
	file      *ast.File
	set       *token.FileSet
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || path != "." && strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		measures := pkg == "bench" || strings.HasPrefix(pkg, "bench/") || pkg == "evals"
		all = append(all, source{path, pkg, measures || strings.HasSuffix(path, "_test.go"), f, set})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (s source) imports() []string {
	var out []string
	for _, i := range s.file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		out = append(out, path)
	}
	return out
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		allowed, known := mayImport[s.pkg]
		if !known {
			t.Errorf("%s: the package is not in the import table", s.path)
			continue
		}
		for _, path := range s.imports() {
			if ours, ok := strings.CutPrefix(path, "clever-mcp/"); ok && !slices.Contains(allowed, ours) && !(s.test && testMay(s.pkg, ours)) {
				t.Errorf("%s imports %s, which the table does not allow", s.path, path)
			}
			for lib, owner := range onlyIn {
				if (path == lib || strings.HasPrefix(path, lib+"/")) && !s.test && s.pkg != owner && !strings.HasPrefix(s.pkg, owner+"/") {
					t.Errorf("%s imports %s, which only %q does", s.path, path, owner)
				}
			}
		}
	}
}

// testMay lets tests cross the real HTTP stack into the emulator, signed.
func testMay(pkg, imported string) bool {
	switch imported {
	case "cleverapi/emulator", "auth":
		return pkg == "bench" || pkg == "tools" || pkg == "server" || pkg == "cleverapi" || pkg == "auth" && imported == "auth"
	case "schemas/reflector":
		return pkg == "tools"
	case "cleverapi", "schemas", "cleverapi/catalogue":
		return pkg == "bench" || pkg == "server" || pkg == "cli"
	case "server", "tools":
		return pkg == "bench" || pkg == imported
	}
	return pkg == imported
}

// What no file of the product says or does.
func TestNowhere(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		raw, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		if lines := strings.Count(text, "\n"); lines > 500 && !strings.Contains(text, "DO NOT EDIT") {
			t.Errorf("%s has %d lines: split it by subject", s.path, lines)
		}
		if s.path == "architecture_test.go" {
			continue
		}
		// What is behind http.Get and the like is http.DefaultClient. In tests, each server
		// of httptest that is closed breaks connections of it.
		shared := []string{"http.Get(", "http.Head(", "http.Post(", "http.PostForm(", "http.DefaultTransport", "http.DefaultClient", "&http.Client{}", "http.HandleFunc(", "http.ListenAndServe"}
		for _, banned := range append(shared, "InsecureSkipVerify", "time.Sleep(") {
			if strings.Contains(text, banned) && !(s.test && (banned == "InsecureSkipVerify" || !strings.HasSuffix(s.path, "_test.go"))) && !(banned == "time.Sleep(" && strings.Contains(text, "synctest")) {
				t.Errorf("%s has %s", s.path, banned)
			}
		}
		for _, path := range s.imports() {
			if path == "math/rand" || strings.HasSuffix(path, "/common") || strings.HasSuffix(path, "/util") {
				t.Errorf("%s imports %s", s.path, path)
			}
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function", s.path)
			}
		}
	}
}

// slices.SortFunc compiles a whole sort for each type of element, 18 kB of
// program each. Pointers share one and so do strings; others take sort.Slice.
func TestSortsShareTheirCode(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"SortFunc", "SortStableFunc", "SortedFunc", "SortedStableFunc"}, f.Sel.Name) {
				return true
			}
			less, ok := call.Args[1].(*ast.FuncLit)
			if !ok {
				return true
			}
			of := less.Type.Params.List[0].Type
			if name, ok := of.(*ast.Ident); ok && name.Name == "string" {
				return true
			}
			if _, pointer := of.(*ast.StarExpr); !pointer {
				t.Errorf("%s: slices.%s of structs; use sort.Slice", s.set.Position(call.Pos()), f.Sel.Name)
			}
			return true
		})
	}
}
