package tools

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/itchyny/gojq"
)

const chosenFrom = `[{"id":"app_1","name":"api","tags":["a","b"],"size":{"min":1,"max":4},"at":1700000000,"price":2.5},
{"id":"app_2","name":"shop","tags":[],"size":{"min":2,"max":2},"at":1700000100,"price":null},{"id":"app_3","name":"blog","tags":["b"],"x":{"y":[{"z":1},{"z":2}]}}]`

// What is measured comes to the same as what is not.
func TestSelectIsJQ(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{
		`.`, `.[]`, `.[0]`, `.[-1:]`, `.[1:] | length`, `.[] | {id, name}`, `map(select(.tags | contains(["b"])) | .name)`, `.[] | select(.name | test("^s"; "i")).id`,
		`map({(.name): .id}) | add`, `sort_by(.name) | map(.name)`, `group_by(.tags | length) | map({n: length, ids: map(.id)})`, `[.[] | .price // 0] | add / length`,
		`del(.[] | select(.tags | index("a")))`, `del(.[0], .[].tags)`, `[paths(type == "number")]`, `[path(..)] | length`, `to_entries | map(.key)`, `.[0] | with_entries(select(.value | type == "string"))`,
		`.[0] | to_entries | map("\(.key)=\(.value)") | join(", ")`, `.[] | [.id, .name] | @csv`, `@json`, `.[0].name | @base64 | @base64d`, `@text "a \(.[0].id)"`, `.[].at | values | todate`,
		`reduce .[] as $a (0; . + ($a.price // 1) * 2 - 1)`, `[foreach .[] as {id: $i} (0; . + 1; "\($i)\(.)")]`, `[limit(2; .[].id)]`, `first(.[] | select(.size.max > 1)) | .size`,
		`any(.[]; .size.min == 2), all(.[]; has("id"))`, `[.[] | .size?.min?]`, `[.. | .z? | numbers]`, `. as [$a, {name: $n}] | [$a.id, $n]`, `.[] as [$a] ?// {id: $a} | $a`,
		`if length > 2 then "many" elif length == 1 then "one" else "few" end`, `try error("x") catch .`, `[.[] | try (.price + "a") catch "no"]`, `label $out | .[] | if .name == "shop" then ., break $out else .id end`,
		`map(.price |= (. // 0) | .new = .size.min | .id += "x" | .tags //= [])`, `map_values(.id)`, `.[0].size | map_values(. * 10)`, `(.[] | select(.id == "app_1") | .name) = "x"`, `[.[].name | ascii_upcase | ltrimstr("A") | split("")]`,
		`[.[].name | gsub("[aeiou]"; "_")]`, `[.[] | .name | capture("(?<first>.)").first]`, `[.[].id | scan("[0-9]+") | tonumber]`, `"a,b" / ","`, `[7 % 4, -(.[0].at), 2e3]`, `flatten | unique_by(.name) | length`,
		`min_by(.at).id, max_by(.price).id`, `[.[] | .tags[]] | unique | reverse`, `getpath([0, "size", "max"])`, `tojson | fromjson | length`, `IN(.[].id; "app_2")`, `[splits("a")?]`, `"x" as $x | {$x, "b": 1, "\($x)y": 2}`,
		`[range(3)], [range(1; 9; 3)]`, `.[]."name"`, `.[]["id"]`, `empty`, `[.[] | select(.price == null) | .id, .name]`, `[.[] | isempty(.tags[])]`, `not, type, (.[0].at | floor)`,
	} {
		var doc any
		if err := json.Unmarshal([]byte(chosenFrom), &doc); err != nil {
			t.Fatal(err)
		}
		got, err := selectFrom(expression, doc)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		query, err := gojq.Parse(expression)
		if err != nil {
			t.Fatal(err)
		}
		want := []any{}
		for iter := query.Run(doc); ; {
			v, more := iter.Next()
			if !more {
				break
			}
			if err, failed := v.(error); failed {
				t.Fatalf("%s: %v", expression, err)
			}
			want = append(want, v)
		}
		if len(want) == 1 {
			if !reflect.DeepEqual(got, want[0]) {
				t.Errorf("%s: %v, want %v", expression, got, want[0])
			}
		} else if !reflect.DeepEqual(got, any(want)) {
			t.Errorf("%s: %v, want %v", expression, got, want)
		}
	}
}

// Each of these would take gigabytes, minutes or the process.
func TestSelectIsMeasured(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("measures gigabytes")
	}
	const tooMuch = "more than can be written"
	for expression, want := range map[string]string{
		`[range(11e5)] | length`: tooMuch, `map(range(11e5)) | length`: tooMuch, `add(range(11e5)) | length`: tooMuch,
		`reduce range(25) as $i ("xxxx"; . + .) | length`: tooMuch, `reduce range(25) as $i ("xxxx"; "\(.)\(.)") | length`: tooMuch, `reduce range(18) as $i ("xxxx"; @base64 "\(.)\(.)") | length`: tooMuch,
		`reduce range(99) as $i (.; [., .]) | length`: tooMuch, `reduce range(99) as $i (.; {a: ., b: .}) == 1`: tooMuch, `reduce range(99) as $i (.; map(., .)) | length`: tooMuch,
		`reduce range(5000) as $i (.; [.]) | tojson | length`: tooMuch, `reduce range(40) as $i ({a: 1}; .a = .) | tojson | length`: "", `reduce range(99) as $i ({a: [1]}; .a += .a) | length`: tooMuch,
		`"x" * 1e8 | length`: "take only numbers", `[range(9)] - [1]`: "take only numbers", `reduce range(24) as $i (9; . * .) == 1`: tooMuch,
		`[range(20000)] | . as $a | contains($a)`: "too long for", `[range(20000) | tostring] | join("x")`: "too long for", `[range(5000) | tostring] | add | gsub("[0-9]"; "x") | length`: "too long to be", `[range(99999) | tostring] | add | [scan(".")]`: "too long to be",
		`[range(99999) | tostring] | add as $s | "a" | gsub("a"; $s)`: "too long to be", `([range(99999) | tostring] | add) / "1"`: "too long for", `[range(99999) | tostring] | add | split("") | length`: "too long for",
		`(reduce range(9) as $i ("xxxx"; . + .)) as $s | [range(9999)] | join($s) | length`: "too long for", `reduce range(20) as $i ("9"; . + .) | tonumber == 1`: "too long for",
		`"[" + (reduce range(20) as $i ("1,"; . + .)) + "1]" | fromjson | length`: "too long for",
		`def f: [f]; f`: "no definitions", `map(def f: f; f)`: "no definitions", `[0] | until(length > 4e6; . + .)`: "has no until/2", `repeat(.)`: "has no repeat/1", `recurse([.])`: "has no recurse/1", `null | setpath([1e8]; 1)`: "has no setpath/2",
		`.[1e8] = 1`: "changes only members by name", `.[1e8:1e9] = 1`: "changes only members by name", `.[0][1e7] |= 1`: "changes only members by name", `(.[0] | .[.n]) += 1`: "changes only members by name", `.a *= 2`: "has no *=", `getpath([1e8]) = 1`: "changes only members by name",
		`input`: "has no input/0", `halt`: "has no halt/0", `debug`: "has no debug/0", `"\(env)"`: "has no env/0", `{(env): 1}`: "has no env/0", `. as {(env): $a} | 1`: "has no env/0", `.[env:]`: "has no env/0", `try env catch env`: "has no env/0", `_fits`: "has no _fits/0", `@base64 "\(env)"`: "has no env/0",
		`if env then 1 end`: "has no env/0", `if 1 then 1 elif env then 1 else 2 end`: "has no env/0", `label $a | env`: "has no env/0", `foreach 1 as $a (0; 1; env)`: "has no env/0", `-env`: "has no env/0", `.[0][env]`: "has no env/0", `map(env)`: "has no env/0",
	} {
		var doc any
		if err := json.Unmarshal([]byte(chosenFrom), &doc); err != nil {
			t.Fatal(err)
		}
		_, err := selectFrom(expression, doc)
		if err != nil && want == tooMuch && strings.Contains(err.Error(), "took longer than") {
			continue // on a slow machine
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", expression, err, want)
		}
	}
}

// Whatever is taken comes to an end, and to something that can be written.
func FuzzSelect(f *testing.F) {
	for _, seed := range []string{`.[] | {id, n: (.tags | length)}`, `map(.name) | join(",")`, `reduce .[] as $a (0; . + $a.price)`, `[limit(3; ..)] | tojson`, `"\(.[0].id)" + @base64 "\(.[1])"`, `del(.[0]) | .[].id |= length`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		if expression == "" {
			return // selects nothing
		}
		var doc any
		json.Unmarshal([]byte(chosenFrom), &doc)
		start := time.Now()
		got, err := selectFrom(expression, doc)
		if took := time.Since(start); took > selectTime+20*time.Second {
			t.Errorf("it took %s", took)
		}
		if err != nil {
			return
		}
		if _, err := json.Marshal(got); err != nil && !strings.Contains(err.Error(), "unsupported value") { // NaN is no JSON
			t.Error(err)
		}
	})
}

func selectFrom(expression string, doc any) (any, error) {
	code, err := compileSelect(expression)
	if err != nil {
		return nil, err
	}
	return runSelect(context.Background(), code, doc)
}

// A million brackets would take more stack than a process may have, which ends it.
func TestLongSelectIsNotCompiled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	for _, n := range []int{longestSelect / 2, longestSelect} {
		args := arguments(t, map[string]any{"path": "/v2/self", "select": strings.Repeat("[", n) + strings.Repeat("]", n)})
		res := w.runner.Call(t.Context(), "read_api", args, Caller{})
		if refused, sent := strings.Contains(res.Text, "select is longer than"), len(w.Requests()) > 0; refused != (2*n > longestSelect) || sent == refused {
			t.Errorf("%d brackets, sent %t: %.200s", 2*n, sent, res.Text)
		}
		w.ResetRequests()
	}
}

// Both take a moment to make, and a fatal depth or much room to write.
func TestSelectGivesWhatCanBeWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	for _, sel := range []string{"reduce range(20000) as $i (0; [.])", "[range(20000)] as $a | range(500) | $a"} {
		res := w.runner.Call(t.Context(), "read_api", arguments(t, map[string]any{"path": "/v2/self", "select": sel}), Caller{})
		if !res.IsError || !strings.Contains(res.Text, "more than can be written") {
			t.Errorf("%.40s: %.200s", sel, res.Text)
		}
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	var doc any
	json.Unmarshal([]byte(`[{"id":1,"n":"a"},{"id":2,"n":"b"}]`), &doc)
	for expr, want := range map[string]string{
		`length`: `2`, `.[] | {id}`: `[{"id":1},{"id":2}]`, `map(.n)`: `["a","b"]`, `empty`: `[]`, `.[0].n`: `"a"`, `$ENV.HOME`: `null`,
	} {
		got, err := selectFrom(expr, doc)
		if raw, _ := json.Marshal(got); err != nil || string(raw) != want {
			t.Errorf("select %s = %s, %v, want %s", expr, raw, err, want)
		}
	}
	for expr, want := range map[string]string{
		`.[`: "not a jq expression", `.foo`: "does not fit", `nosuch`: "has no nosuch/0; it has IN, abs,", `env`: "has no env/0", `$x`: "not a jq expression", `range(1e6)`: "more than", `input`: "", `import "a" as a; 1`: "",
	} {
		if got, err := selectFrom(expr, doc); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("select %s = %v, %v, want an error with %q", expr, got, err, want)
		}
	}
}
