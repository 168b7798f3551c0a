package cleverapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
)

var errNotJSON = errors.New("not JSON")

// walkJSON visits every value of a JSON text, members that are written twice
// twice: what a map would forget of them, the API may read. at are the names of
// the members down to the value; v is a string, json.Number, bool or nil. An
// empty object or list is not visited.
func walkJSON(text []byte, visit func(at []string, v any) error) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := walkValue(d, nil, visit); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errNotJSON
	}
	return nil
}

func walkValue(d *json.Decoder, at []string, visit func([]string, any) error) error {
	t, err := d.Token()
	if err != nil {
		return errNotJSON
	}
	open, nested := t.(json.Delim)
	if !nested {
		return visit(at, t)
	}
	for d.More() {
		under := at
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return errNotJSON
			}
			text, _ := name.(string)
			under = append(slices.Clip(at), text)
		}
		if err := walkValue(d, under, visit); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return errNotJSON
	}
	return nil
}
