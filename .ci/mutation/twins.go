package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
)

// twins returns a file in which each function with a guard has a twin without it.
// The function begins by asking whether its twin is to run instead.
func twins(path string, guards []guard) (text []byte, pkg string, err error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, "", err
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, "", err
	}
	offset := func(p token.Pos) int { return set.Position(p).Offset }
	var errs []error
	var added strings.Builder
	seen := map[*ast.FuncDecl][]string{}
	var edits []edit
	for _, g := range guards {
		at := bytes.Index(source, []byte(g.old))
		if n := bytes.Count(source, []byte(g.old)); n != 1 {
			errs = append(errs, fmt.Errorf("%s: the source of the guard %q stands there %d times and not once: bring guards.txt up to date", path, g.name, n))
			continue
		}
		f := enclosing(file, offset, at, at+len(g.old))
		if f == nil {
			errs = append(errs, fmt.Errorf("%s: the guard %q is in no function", path, g.name))
			continue
		}
		args, named := arguments(f, offset)
		if seen[f] == nil {
			edits = append(edits, named...)
		}
		name := fmt.Sprintf("%s__%d", f.Name.Name, g.number)
		seen[f] = append(seen[f], choice(f, name, args, g.number))
		end := offset(f.Name.End())
		added.WriteString("\n\n" + string(source[offset(f.Pos()):offset(f.Name.Pos())]) + name + string(source[end:at]) + g.new + string(source[at+len(g.old):offset(f.End())]))
	}
	for f, choices := range seen {
		edits = append(edits, edit{offset(f.Body.Lbrace) + 1, 0, strings.Join(choices, "")})
	}
	// The twins come after all, without the edits: they are called with what the
	// original was given, in order.
	return append(apply(source, edits), added.String()...), file.Name.Name, errors.Join(errs...)
}

type edit struct {
	at, length int
	text       string
}

func apply(source []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return b.at - a.at })
	for _, e := range edits {
		source = slices.Replace(slices.Clone(source), e.at, e.at+e.length, []byte(e.text)...)
	}
	return source
}

func enclosing(file *ast.File, offset func(token.Pos) int, from, to int) *ast.FuncDecl {
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && f.Body != nil && offset(f.Body.Pos()) <= from && to <= offset(f.End()) {
			return f
		}
	}
	return nil
}

// arguments says how a twin is called with the receiver and the parameters of the
// original, and which of these must get a name first.
func arguments(f *ast.FuncDecl, offset func(token.Pos) int) (call string, naming []edit) {
	n := 0
	names := func(list *ast.FieldList) (all []string) {
		for _, field := range list.List {
			dots := ""
			if _, variadic := field.Type.(*ast.Ellipsis); variadic {
				dots = "..."
			}
			if len(field.Names) == 0 {
				n++
				name := fmt.Sprintf("given__%d", n)
				naming = append(naming, edit{offset(field.Type.Pos()), 0, name + " "})
				all = append(all, name+dots)
			}
			for _, ident := range field.Names {
				name := ident.Name
				if name == "_" {
					n++
					name = fmt.Sprintf("given__%d", n)
					naming = append(naming, edit{offset(ident.Pos()), 1, name})
				}
				all = append(all, name+dots)
			}
		}
		return all
	}
	before := ""
	if f.Recv != nil {
		before = names(f.Recv)[0] + "."
	}
	types := ""
	if f.Type.TypeParams != nil {
		types = "[" + strings.Join(names(f.Type.TypeParams), ", ") + "]"
	}
	return before + "%s" + types + "(" + strings.Join(names(f.Type.Params), ", ") + ")", naming
}

// choice is the statement that runs the twin when it was asked for.
func choice(f *ast.FuncDecl, twin, call string, number int) string {
	call = fmt.Sprintf(call, twin)
	if f.Type.Results == nil {
		return fmt.Sprintf("\nif mutant__ == \"%d\" { %s; return }\n", number, call)
	}
	return fmt.Sprintf("\nif mutant__ == \"%d\" { return %s }\n", number, call)
}
