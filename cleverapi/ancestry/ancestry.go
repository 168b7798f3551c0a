// Package ancestry reads what a commit leads to in a git repository: the commits
// before it, their trees and files. It is as much of that as a push and a fetch
// need, because go-git's own reading brings signatures, and with them OpenPGP and
// its ciphers, into the program. It writes nothing and compares no contents.
package ancestry

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// Commit is one commit, without its author, its date and its signature.
type Commit struct {
	Tree    plumbing.Hash
	Parents []plumbing.Hash
	Message string
}

// ReadCommit returns plumbing.ErrObjectNotFound for what is no commit.
func ReadCommit(s storer.EncodedObjectStorer, hash plumbing.Hash) (Commit, error) {
	_, text, err := read(s, plumbing.CommitObject, hash)
	if err != nil {
		return Commit{}, err
	}
	return parseCommit(string(text))
}

// Contains tells whether a commit is head or comes before it.
func Contains(s storer.EncodedObjectStorer, head, commit plumbing.Hash) (bool, error) {
	seen := map[plumbing.Hash]bool{}
	for next := []plumbing.Hash{head}; len(next) > 0; {
		hash := next[len(next)-1]
		next = next[:len(next)-1]
		if seen[hash] {
			continue
		}
		seen[hash] = true
		c, err := ReadCommit(s, hash)
		if err != nil {
			return false, fmt.Errorf("commit %s: %w", hash, err)
		}
		if hash == commit {
			return true, nil
		}
		next = append(next, c.Parents...)
	}
	return false, nil
}

// Objects returns all that the wanted objects lead to and are, in no order that
// can be relied on, without what the objects lead to that the other side has.
// Those need not be complete here; of the wanted ones nothing may be missing
// but the contents of files, which are not read.
func Objects(s storer.EncodedObjectStorer, want, have []plumbing.Hash) ([]plumbing.Hash, error) {
	w := walk{store: s, seen: map[plumbing.Hash]bool{}, mayMiss: true}
	if err := w.from(have); err != nil {
		return nil, err
	}
	w.met, w.mayMiss = nil, false
	if err := w.from(want); err != nil {
		return nil, err
	}
	return w.met, nil
}

type walk struct {
	store   storer.EncodedObjectStorer
	seen    map[plumbing.Hash]bool
	met     []plumbing.Hash
	mayMiss bool
	next    []plumbing.Hash
}

// meet returns whether the object is met for the first time.
func (w *walk) meet(hash plumbing.Hash) bool {
	if w.seen[hash] {
		return false
	}
	w.seen[hash] = true
	w.met = append(w.met, hash)
	return true
}

func (w *walk) from(hashes []plumbing.Hash) error {
	w.next = append(w.next, hashes...)
	for len(w.next) > 0 {
		hash := w.next[len(w.next)-1]
		w.next = w.next[:len(w.next)-1]
		if w.seen[hash] {
			continue
		}
		kind, text, err := read(w.store, plumbing.AnyObject, hash)
		if w.mayMiss && errors.Is(err, plumbing.ErrObjectNotFound) {
			continue
		}
		if err == nil {
			w.meet(hash)
			err = w.follow(kind, text)
		}
		if err != nil {
			return fmt.Errorf("object %s: %w", hash, err)
		}
	}
	return nil
}

func (w *walk) follow(kind plumbing.ObjectType, text []byte) error {
	switch kind {
	case plumbing.CommitObject:
		c, err := parseCommit(string(text))
		if err != nil {
			return err
		}
		w.next = append(append(w.next, c.Parents...), c.Tree)
	case plumbing.TagObject:
		target, err := headerHash(string(text), "object ")
		if err != nil {
			return err
		}
		w.next = append(w.next, target)
	case plumbing.TreeObject:
		return w.followTree(text)
	}
	return nil
}

// followTree goes through the entries of a tree: mode, space, name, NUL, hash.
func (w *walk) followTree(text []byte) error {
	for len(text) > 0 {
		head, rest, ok := bytes.Cut(text, []byte{0})
		mode, _, named := bytes.Cut(head, []byte(" "))
		var hash plumbing.Hash
		if !ok || !named || len(rest) < len(hash) {
			return errors.New("the tree is damaged")
		}
		text = rest[copy(hash[:], rest):]
		switch string(mode) {
		case "40000", "040000":
			w.next = append(w.next, hash)
		case "160000":
			// A submodule: its commit is in another repository.
		default:
			w.meet(hash)
		}
	}
	return nil
}

// read returns what an object is and, unless it is a file, its text.
func read(s storer.EncodedObjectStorer, want plumbing.ObjectType, hash plumbing.Hash) (plumbing.ObjectType, []byte, error) {
	o, err := s.EncodedObject(want, hash)
	if err != nil || o.Type() == plumbing.BlobObject {
		return plumbing.BlobObject, nil, err
	}
	r, err := o.Reader()
	if err != nil {
		return 0, nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return o.Type(), text, err
}

func parseCommit(text string) (Commit, error) {
	tree, err := headerHash(text, "tree ")
	if err != nil {
		return Commit{}, err
	}
	c := Commit{Tree: tree}
	headers, message, _ := strings.Cut(text, "\n\n")
	c.Message = message
	// The lines of a signature begin with a space, so none is taken for a header.
	for line := range strings.Lines(headers) {
		if strings.HasPrefix(line, "parent ") {
			hash, err := headerHash(line, "parent ")
			if err != nil {
				return Commit{}, err
			}
			c.Parents = append(c.Parents, hash)
		}
	}
	return c, nil
}

// headerHash reads the hash of the first line.
func headerHash(text, name string) (plumbing.Hash, error) {
	line, _, _ := strings.Cut(text, "\n")
	hash, ok := strings.CutPrefix(line, name)
	if !ok || !plumbing.IsHash(hash) {
		return plumbing.ZeroHash, fmt.Errorf("it has no %q at its head", strings.TrimSpace(name))
	}
	return plumbing.NewHash(hash), nil
}
