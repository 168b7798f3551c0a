package clients

import (
	"reflect"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// What is read is what the library's own decoder reads, and what it refuses is
// refused.
func TestDecodeTOML(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "a = 1", "a = 'x'\nb.c.d = \"y\\u00e9\"\n\"b\".e = [1, 2.5, true]",
		"[a]\nb = 1\n[a.c]\nd = 2\n[e]", "[a.b.c]\nd = 1\n[a]\ne = 2", "[[a]]\nb = 1\n[a.c]\nd = 1\n[[a]]\n[a.c]\nd = 2",
		"a = {b = 1, c = {d = 'x'}, e = []}", "a = [\n  1, # one\n  2,\n  # three\n  3,\n]", "a = [{b = 1}, {b = 2}]",
		"a = 2026-11-23T10:00:00Z\nb = 10:00:00\nc = 2026-11-23", "a = '''\nx\ny'''\nb = \"\"\"\\\n  z\"\"\"", "# only a comment\r\n",
		"a = 1\na = 2", "[a]\n[a]", "a = 1\n[a]", "a = {b = 1}\n[a.c]", "a = {b = 1}\na.c = 2", "a = []\n[[a]]", "a = []\n[a.b]", "a = {b = 1, b = 2}",
		"[[a]]\n[a]", "[a]\n[[a]]", "[a", "a = ", "a = \"x", "= 1", "a = 1 b = 2", "a = tru",
	} {
		want := map[string]any{}
		wantErr := toml.Unmarshal([]byte(text), &want)
		got, err := decodeTOML([]byte(text))
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%q: %v, and the library says %v", text, err, wantErr)
		}
		if err == nil && !reflect.DeepEqual(shape(got), shape(want)) {
			t.Errorf("%q is %#v, and the library reads %#v", text, got, want)
		}
	}
}

// shape makes both readings comparable: of what is no text only that it is there.
func shape(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, one := range v {
			out[k] = shape(one)
		}
		return out
	case tables:
		out := []any{}
		for _, one := range v {
			out = append(out, shape(one))
		}
		return out
	case []any:
		out := []any{}
		for _, one := range v {
			out = append(out, shape(one))
		}
		return out
	case string:
		return v
	}
	return "no text"
}

// Numbers, truths and times are told apart by how they are written.
func TestDecodeTOMLKeepsScalars(t *testing.T) {
	t.Parallel()
	got, err := decodeTOML([]byte("a = 1\nb = 0x1\nc = true\nd = 2026-11-23"))
	want := map[string]any{"a": scalar{unstable.Integer, "1"}, "b": scalar{unstable.Integer, "0x1"}, "c": scalar{unstable.Bool, "true"}, "d": scalar{unstable.LocalDate, "2026-11-23"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%#v, %v", got, err)
	}
}

func FuzzDecodeTOML(f *testing.F) {
	f.Add("[[a]]\nb = {c = [1, 'x']}\n[a.d]\n")
	f.Fuzz(func(t *testing.T, text string) {
		want := map[string]any{}
		if toml.Unmarshal([]byte(text), &want) != nil {
			_, _ = decodeTOML([]byte(text)) // what it may not do is panic
			return
		}
		got, err := decodeTOML([]byte(text))
		if err != nil || !reflect.DeepEqual(shape(got), shape(want)) {
			t.Errorf("%q is %#v, %v, and the library reads %#v", text, got, err, want)
		}
	})
}
