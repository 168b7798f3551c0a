package tools

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// need says what a function of jq may take and give.
type need int

const (
	picks   need = iota + 1 // gives parts of what it is given, or something small
	makes                   // may give more than it is given, or collects what its arguments give
	strains                 // may take, in time or memory, the product of what it is given
	matches                 // takes the square of a text in time
	joins                   // gives what its argument gives many times over
)

// The functions that a selection may use, with the numbers of their arguments. Those
// that are left out never end (repeat, until), recurse, or make much of little
// (setpath, combinations): nothing can stop the library in the middle of one
// step, and it takes the process with it.
const (
	picking = `abs/0 all/0 all/1 all/2 any/0 any/1 any/2 arrays/0 ascii_downcase/0 ascii_upcase/0 booleans/0 ceil/0 del/1
		delpaths/1 empty/0 endswith/1 error/0 error/1 fabs/0 finites/0 first/0 first/1 floor/0 getpath/1 has/1 IN/1 IN/2 in/1
		infinite/0 isempty/1 isfinite/0 isinfinite/0 isnan/0 isnormal/0 iterables/0 keys/0 last/0 last/1 length/0 limit/2 log/0
		log10/0 log2/0 ltrim/0 ltrimstr/1 max/0 min/0 nan/0 normals/0 not/0 now/0 nth/1 nth/2 nulls/0 numbers/0 objects/0
		path/1 paths/0 paths/1 pow/2 range/1 range/2 range/3 recurse/0 round/0 rtrim/0 rtrimstr/1 scalars/0 select/1 skip/2
		sqrt/0 startswith/1 strings/0 toboolean/0 trim/0 trimstr/1 trunc/0 type/0 utf8bytelength/0 values/0`
	making = `add/0 add/1 flatten/0 flatten/1 from_entries/0 group_by/1 map/1 map_values/1 max_by/1 min_by/1
		reverse/0 sort/0 sort_by/1 to_entries/0 tojson/0 tostring/0 unique/0 unique_by/1 with_entries/1`
	straining = `contains/1 explode/0 fromdate/0 fromdateiso8601/0 fromjson/0 gmtime/0 implode/0 index/1 indices/1 inside/1
		mktime/0 rindex/1 split/1 strftime/1 strptime/1 todate/0 todateiso8601/0 tonumber/0`
	matching = `capture/1 capture/2 gsub/2 gsub/3 match/1 match/2 scan/1 scan/2 split/2 splits/1 splits/2 sub/2 sub/3 test/1 test/2`
	joining  = `join/1`
)

// selectWords has each function as name/arguments.
var selectWords = sync.OnceValue(func() map[string]need {
	words := map[string]need{}
	for n, list := range map[need]string{picks: picking, makes: making, strains: straining, matches: matching, joins: joining} {
		for word := range strings.FieldsSeq(list) {
			words[word] = n
		}
	}
	return words
})

// selectNames are the names of the functions for an error, in order.
func selectNames() string {
	names := map[string]bool{}
	for word := range selectWords() {
		name, _, _ := strings.Cut(word, "/")
		names[name] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}
