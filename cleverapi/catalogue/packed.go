package catalogue

import (
	"compress/gzip"
	"embed"
	"io"
)

// The long texts are in the program as what gzip makes of them, a fifth of their
// size, written by go generate. The first search pays some milliseconds for it.
//
//go:embed *.gz
var packed embed.FS

// unpack returns a text that is built in. It panics on one that is not, or is
// damaged: a test would have met it.
func unpack(name string) []byte {
	f, err := packed.Open(name + ".gz")
	if err != nil {
		panic(err.Error())
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		panic(name + ": " + err.Error())
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic(name + ": " + err.Error())
	}
	return text
}
