package server

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// What readEnvelope accepts, the library must read in the same way: otherwise a
// message could be judged as one call and run as another.
func FuzzReadEnvelope(f *testing.F) {
	line, _ := modern("1", "a")
	for _, seed := range []string{
		line, callLine(`"x"`), cancelLine("7"), elicitingHello, destroyLine, `{}`, `[]`, ` {"id" : 1 , "method":"m"} `,
		`{"jsonrpc":"2.0","id":1,"result":{"a":[{"b":"}"}]}}`, `{"id":1,"Method":"x"}`, `{"\u0069d":1,"method":"x","a\\":"\\\""}`,
		`{"method":"tools/call","params":{"name":"a","n\u0061me":"b"}}`, `{"method":"m","ſ":1,"params":null}`, `{"id":-0,"method":"m"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		e, bad := readEnvelope(msg)
		if bad != nil || !json.Valid(msg) {
			return
		}
		var m struct {
			ID     any             `json:"id"`
			Method string          `json:"method"`
			Result json.RawMessage `json:"result"`
			Params struct {
				Name      any             `json:"name"`
				RequestID json.RawMessage `json:"requestId"`
			} `json:"params"`
		}
		err := json.Unmarshal(msg, &m)
		var wrong *json.UnmarshalTypeError
		if err != nil && !errors.As(err, &wrong) {
			t.Fatalf("the library cannot read %q: %v", msg, err)
		}
		if m.Method != e.method {
			t.Errorf("%q: method %q, the library reads %q", msg, e.method, m.Method)
		}
		if (m.ID != nil) != (e.id != nil) {
			t.Errorf("%q: id %s, the library reads %v", msg, e.id, m.ID)
		}
		if name, _ := m.Params.Name.(string); e.method == "tools/call" && name != e.name {
			t.Errorf("%q: tool %q, the library reads %q", msg, e.name, name)
		}
	})
}

func FuzzIDKey(f *testing.F) {
	f.Add([]byte(`1`), []byte(`"1"`))
	f.Add([]byte(`"a"`), []byte(`"\u0061"`))
	f.Add([]byte(`-0`), []byte(`0`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if !json.Valid(a) || !json.Valid(b) || len(a) == 0 || len(b) == 0 {
			return
		}
		ka, badA := idKey(a)
		kb, badB := idKey(b)
		if badA != nil || badB != nil {
			return
		}
		var va, vb any
		if json.Unmarshal(a, &va) != nil || json.Unmarshal(b, &vb) != nil {
			t.Fatalf("%q or %q passed and is no JSON", a, b)
		}
		if (va == vb) != (ka == kb) {
			t.Errorf("%s and %s: keys %q and %q", a, b, ka, kb)
		}
	})
}

func FuzzReadLine(f *testing.F) {
	f.Add([]byte("a\nb"), uint16(10))
	f.Add([]byte("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nb\r\n\n"), uint16(3))
	f.Fuzz(func(t *testing.T, data []byte, limit uint16) {
		max := int(limit)
		r := bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(data)), 16)
		for _, want := range bytes.SplitAfter(data, []byte("\n")) {
			line, long, err := readLine(r, max)
			bare := bytes.TrimRight(want, "\r\n")
			if len(bare) <= max && (long || !bytes.Equal(line, want)) {
				t.Fatalf("line %q, want %q", line, want)
			}
			if long && line != nil || len(line) > max+len(want)-len(bare) {
				t.Fatalf("a line of %d bytes was kept, the limit is %d", len(line), max)
			}
			if err != nil && (!errors.Is(err, io.EOF) || bytes.HasSuffix(want, []byte("\n"))) {
				t.Fatal(err)
			}
		}
	})
}
