package emulator

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// The reference of the format is what the code says of its fields.
func TestSeedFormatIsDocumented(t *testing.T) {
	t.Parallel()
	const path, begin, end = "../../docs/emulator-seeds.md", "<!-- fields: written by go generate -->\n", "<!-- end of fields -->\n"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	_, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("%s has no place for the fields", path)
	}
	want := before + begin + seedFields(t) + end + after
	switch {
	case *update:
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	case !bytes.Equal(page, []byte(want)):
		t.Errorf("%s is not current: run go generate ./... and read the difference", path)
	}
}

func seedFields(t *testing.T) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "seed.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, decl := range file.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.TYPE {
			continue
		}
		spec := d.Specs[0].(*ast.TypeSpec)
		fields, ok := spec.Type.(*ast.StructType)
		if !ok {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| name | is | |\n|---|---|---|\n", partOfSeed(spec.Name.Name), sentences(spec.Name.Name, d.Doc.Text()))
		for _, f := range fields.Fields.List {
			tag, err := strconv.Unquote(f.Tag.Value)
			if err != nil {
				t.Fatal(err)
			}
			if f.Comment == nil {
				t.Errorf("%s.%s says nothing of itself", spec.Name.Name, f.Names[0].Name)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", reflect.StructTag(tag).Get("yaml"), kindOfSeed(f.Type), strings.TrimSpace(f.Comment.Text()))
		}
	}
	return b.String() + "\n"
}

// partOfSeed is the heading of a type: SeedApp is app.
func partOfSeed(name string) string {
	if part := strings.TrimPrefix(name, "Seed"); part != "" {
		return strings.ToLower(part)
	}
	return "the file"
}

func sentences(name, doc string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	return strings.ToUpper(partOfSeed(name)[:1]) + partOfSeed(name)[1:] + strings.TrimPrefix(doc, name)
}

func kindOfSeed(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.ArrayType:
		return "list of " + kindOfSeed(e.Elt)
	case *ast.MapType:
		return "names and texts"
	case *ast.Ident:
		if part, ok := strings.CutPrefix(e.Name, "Seed"); ok {
			return fmt.Sprintf("[%[1]s](#%[1]s)", strings.ToLower(part))
		}
		kinds := map[string]string{"string": "text", "bool": "true or false", "int": "number", "float64": "number", "Age": "age"}
		return kinds[e.Name]
	}
	return "?"
}
