package main

import (
	"sync"

	"github.com/tiktoken-go/tokenizer"
)

// vocabulary is o200k: models of other makers count a little differently, and the
// same for all agents.
var vocabulary = sync.OnceValue(func() tokenizer.Codec {
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		panic(err) // it is part of the program
	}
	return codec
})

func tokens(text string) int {
	n, err := vocabulary().Count(text)
	if err != nil {
		return len(text) / 3 // what cannot be counted is taken for dear
	}
	return n
}
