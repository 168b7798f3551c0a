package cleverapi

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

type pruned struct {
	ID     string `json:"id"`
	Count  int    `json:"count"`
	Inner  *inner `json:"inner"`
	inner         // its fields are in the same object
	List   []inner
	Map    map[string]inner `json:"map"`
	Whole  any              `json:"whole"`
	Raw    json.RawMessage  `json:"raw"`
	Date   Millis           `json:"date"`
	Number Measured         `json:"number"`
	Next   *pruned          `json:"next"`
}

type inner struct {
	Name string `json:"name"`
	Tags []string
}

// What is left of a document decodes to what the whole document does.
func TestPrune(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, doc, left string }{
		{"unknown members go", `{"id":"a","x":{"id":1},"count":2,"y":[1,{"z":"}"}]}`, `{"id":"a","count":2}`},
		{"spaces go", " { \"x\" : 1 , \"id\" : \"a\" } ", `{"id":"a"}`},
		{"in objects and lists", `{"inner":{"name":"n","x":1},"List":[{"y":1},{"name":"m"}]}`, `{"inner":{"name":"n"},"List":[{},{"name":"m"}]}`},
		{"embedded", `{"name":"n","Tags":["a"],"tag":1}`, `{"name":"n","Tags":["a"]}`},
		{"maps keep their names", `{"map":{"k":{"name":"n","x":1}}}`, `{"map":{"k":{"name":"n"}}}`},
		{"whole values", `{"whole":{"x":[1]},"raw":{"y":2},"date":5,"number":"1.5"}`, `{"whole":{"x":[1]},"raw":{"y":2},"date":5,"number":"1.5"}`},
		{"itself inside", `{"next":{"next":{"id":"a","x":1}}}`, `{"next":{"next":{"id":"a"}}}`},
		{"escaped names", `{"i\u0064":"a","\u0078":1}`, `{"i\u0064":"a"}`},
		{"twice", `{"id":"a","id":"b"}`, `{"id":"a","id":"b"}`},
		{"null", `{"inner":null,"List":null,"map":null}`, `{"inner":null,"List":null,"map":null}`},
		{"another kind", `{"inner":[1],"count":"x"}`, `{"inner":[1],"count":"x"}`},
		{"empty", `{"List":[],"map":{}}`, `{"List":[],"map":{}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var s shapes
			left, err := s.of(reflect.TypeFor[pruned]()).prune(newDecoder(strings.NewReader(tt.doc), 1<<20), nil)
			if err != nil {
				t.Fatal(err)
			}
			if string(left) != tt.left {
				t.Errorf("left %s, want %s", left, tt.left)
			}
			var got, want pruned
			gotErr, wantErr := json.Unmarshal(left, &got), json.Unmarshal([]byte(tt.doc), &want)
			if !reflect.DeepEqual(got, want) || (gotErr == nil) != (wantErr == nil) {
				t.Errorf("decodes to %+v, %v; the whole to %+v, %v", got, gotErr, want, wantErr)
			}
		})
	}
}

// What is no JSON, or ends in the middle, is found wherever it is, also in what
// nobody takes.
func TestPruneFindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	var s shapes
	for _, doc := range []string{`{"x":{"y":`, `{"id":"a"`, `{"List":[{}`, `{"x":tru}`, `{"x" 1}`, `{"id":"a",}`, `{]`, `<html>`, ``} {
		_, err := s.of(reflect.TypeFor[pruned]()).prune(newDecoder(strings.NewReader(doc), 1<<20), nil)
		var syntax *jsontext.SyntacticError
		if !errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", doc, err)
		}
	}
	_, err := s.of(reflect.TypeFor[pruned]()).prune(newDecoder(strings.NewReader(`{"x":"`+strings.Repeat("y", 100)+`"}`), 50), nil)
	if !errors.Is(err, errLimit) {
		t.Errorf("too long: %v", err)
	}
}
