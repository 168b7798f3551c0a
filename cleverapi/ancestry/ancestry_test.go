package ancestry

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/revlist"
	"github.com/go-git/go-git/v5/storage/memory"
)

// repository is written by go-git.
type repository struct {
	t     *testing.T
	store *memory.Storage
}

func newRepository(t *testing.T) repository { return repository{t, memory.NewStorage()} }

func (r repository) keep(o interface {
	Encode(plumbing.EncodedObject) error
}) plumbing.Hash {
	r.t.Helper()
	e := r.store.NewEncodedObject()
	if err := o.Encode(e); err != nil {
		r.t.Fatal(err)
	}
	hash, err := r.store.SetEncodedObject(e)
	if err != nil {
		r.t.Fatal(err)
	}
	return hash
}

func (r repository) raw(kind plumbing.ObjectType, text string) plumbing.Hash {
	r.t.Helper()
	e := r.store.NewEncodedObject()
	e.SetType(kind)
	w, _ := e.Writer()
	_, _ = w.Write([]byte(text))
	hash, err := r.store.SetEncodedObject(e)
	if err != nil {
		r.t.Fatal(err)
	}
	return hash
}

func (r repository) file(text string) plumbing.Hash { return r.raw(plumbing.BlobObject, text) }

func (r repository) tree(entries ...object.TreeEntry) plumbing.Hash {
	slices.SortFunc(entries, func(a, b object.TreeEntry) int { return strings.Compare(a.Name, b.Name) })
	return r.keep(&object.Tree{Entries: entries})
}

const signature = "-----BEGIN PGP SIGNATURE-----\n\nparent 0123456789012345678901234567890123456789\n-----END PGP SIGNATURE-----\n"

func (r repository) commit(message string, tree plumbing.Hash, parents ...plumbing.Hash) plumbing.Hash {
	camille := object.Signature{Name: "Camille", Email: "camille@example.com", When: time.Unix(1_700_000_000, 0)}
	return r.keep(&object.Commit{Author: camille, Committer: camille, Message: message, TreeHash: tree, ParentHashes: parents, PGPSignature: signature})
}

func entry(name string, mode filemode.FileMode, hash plumbing.Hash) object.TreeEntry {
	return object.TreeEntry{Name: name, Mode: mode, Hash: hash}
}

// example has a merge, a tree in a tree that two commits share, all modes, and a tag.
func (r repository) example() (commits []plumbing.Hash, tag plumbing.Hash) {
	shared := r.tree(entry("a", filemode.Regular, r.file("a")), entry("link", filemode.Symlink, r.file("a")))
	first := r.commit("first\n\nparent of all\n", r.tree(entry("dir", filemode.Dir, shared)))
	left := r.commit("left", r.tree(entry("dir", filemode.Dir, shared), entry("run", filemode.Executable, r.file("#!"))), first)
	submodule := plumbing.NewHash("00000000000000000000000000000000000000aa")
	right := r.commit("right", r.tree(entry("dir", filemode.Dir, shared), entry("else", filemode.Submodule, submodule)), first)
	merge := r.commit("merge", r.tree(entry("new", filemode.Regular, r.file("new"))), left, right)
	tag = r.keep(&object.Tag{Name: "v1", Message: "one", TargetType: plumbing.CommitObject, Target: right})
	return []plumbing.Hash{first, left, right, merge}, tag
}

func TestCommitsAreReadAsGoGitReadsThem(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	commits, tag := r.example()
	for _, hash := range commits {
		want, err := object.GetCommit(r.store, hash)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadCommit(r.store, hash)
		if err != nil || got.Tree != want.TreeHash || got.Message != want.Message || !slices.Equal(got.Parents, want.ParentHashes) {
			t.Errorf("read %+v, %v, go-git reads %+v", got, err, want)
		}
	}
	for _, none := range []plumbing.Hash{plumbing.ZeroHash, tag} {
		if _, err := ReadCommit(r.store, none); !errors.Is(err, plumbing.ErrObjectNotFound) {
			t.Errorf("%s: %v, want %v", none, err, plumbing.ErrObjectNotFound)
		}
	}
}

func TestObjectsAreThoseOfGoGit(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	commits, tag := r.example()
	first, left, right, merge := commits[0], commits[1], commits[2], commits[3]
	absent := plumbing.NewHash("00000000000000000000000000000000000000bb")
	for name, c := range map[string]struct{ want, have []plumbing.Hash }{
		"everything":                 {want: []plumbing.Hash{merge}},
		"the first":                  {want: []plumbing.Hash{first}},
		"a tag":                      {want: []plumbing.Hash{tag}},
		"after the first":            {want: []plumbing.Hash{merge}, have: []plumbing.Hash{first}},
		"after one side":             {want: []plumbing.Hash{merge}, have: []plumbing.Hash{left}},
		"two, after a tag":           {want: []plumbing.Hash{left, merge}, have: []plumbing.Hash{tag}},
		"what is there":              {want: []plumbing.Hash{right}, have: []plumbing.Hash{merge}},
		"the other side has unknown": {want: []plumbing.Hash{right}, have: []plumbing.Hash{absent, first}},
		"a file":                     {want: []plumbing.Hash{r.file("a")}},
		"nothing":                    {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := revlist.Objects(r.store, c.want, c.have)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Objects(r.store, c.want, c.have)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(sorted(got), sorted(want)) {
				t.Errorf("%v, go-git says %v", sorted(got), sorted(want))
			}
		})
	}
}

func sorted(hashes []plumbing.Hash) []plumbing.Hash {
	plumbing.HashesSort(hashes)
	return hashes
}

func TestContains(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	commits, _ := r.example()
	first, left, right, merge := commits[0], commits[1], commits[2], commits[3]
	for _, c := range []struct {
		head, commit plumbing.Hash
		want         bool
	}{{merge, first, true}, {merge, right, true}, {left, left, true}, {left, right, false}, {first, merge, false}} {
		if got, err := Contains(r.store, c.head, c.commit); got != c.want || err != nil {
			t.Errorf("%s in %s: %v, %v, want %v", c.commit, c.head, got, err, c.want)
		}
	}
	delete(r.store.Objects, first)
	if got, err := Contains(r.store, merge, first); got || !errors.Is(err, plumbing.ErrObjectNotFound) {
		t.Errorf("a history that is cut off: %v, %v", got, err)
	}
}

func TestDamage(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	tree := r.tree(entry("a", filemode.Regular, r.file("a")))
	absent := "00000000000000000000000000000000000000bb"
	for name, hash := range map[string]plumbing.Hash{
		"no object":             plumbing.NewHash(absent),
		"no tree":               r.raw(plumbing.CommitObject, "author Camille\n\nx"),
		"half a hash":           r.raw(plumbing.CommitObject, "tree 0123\n\nx"),
		"a parent without hash": r.raw(plumbing.CommitObject, "tree "+tree.String()+"\nparent x\n\nx"),
		"an absent parent":      r.raw(plumbing.CommitObject, "tree "+tree.String()+"\nparent "+absent+"\n\nx"),
		"an absent tree":        r.raw(plumbing.CommitObject, "tree "+absent+"\n\nx"),
		"a tree cut off":        r.raw(plumbing.TreeObject, "100644 a\x000123"),
		"a tree without names":  r.raw(plumbing.TreeObject, "100644"),
		"a tree of no mode":     r.raw(plumbing.TreeObject, "a\x0001234567890123456789"),
		"a tag of nothing":      r.raw(plumbing.TagObject, "tag v1\n"),
		"no commit":             r.raw(plumbing.CommitObject, ""),
	} {
		if got, err := Objects(r.store, []plumbing.Hash{hash}, nil); err == nil {
			t.Errorf("%s: read as %v", name, got)
		}
	}
}

func FuzzObjects(f *testing.F) {
	f.Add("tree 0123456789012345678901234567890123456789\nparent x\n\n", byte(plumbing.CommitObject))
	f.Add("40000 a\x0001234567890123456789", byte(plumbing.TreeObject))
	f.Fuzz(func(t *testing.T, text string, kind byte) {
		r := newRepository(t)
		hash := r.raw(plumbing.ObjectType(kind%4+1), text)
		got, err := Objects(r.store, []plumbing.Hash{hash}, nil)
		if err == nil && !slices.Contains(got, hash) {
			t.Errorf("%v is without %s", got, hash)
		}
	})
}
