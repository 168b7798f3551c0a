package clients

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Change is what an installation would do to a file. Nothing is written before Apply.
type Change struct {
	File   string // as the client names it
	Backup string // where the file as it was is kept; "" when there was none
	Before []byte // nil: there is no file yet
	After  []byte // nil: the file goes

	target string // File, links followed
	spent  string // a backup that is of no more use afterwards
	mode   fs.FileMode
}

// Nothing tells whether the file already is as it should be.
func (c *Change) Nothing() bool {
	return bytes.Equal(c.Before, c.After) && (c.Before == nil) == (c.After == nil)
}

// maxFile bounds what is taken for a configuration.
const maxFile = 32 << 20

// Install is the change that puts an entry into a client's file.
func (c Client) Install(file string, e Entry) (*Change, error) {
	if err := CheckName(e.Name); err != nil {
		return nil, err
	}
	change, err := read(file)
	if err != nil {
		return nil, err
	}
	// One that starts the same already is left as somebody wrote it.
	if now, ok, err := c.Find(change.Before, e.Name); err == nil && ok && now.Command == e.Command && slices.Equal(now.Args, e.Args) {
		change.After, change.Backup = change.Before, ""
		return change, nil
	}
	change.After, err = c.format.put(change.Before, e)
	if err == nil {
		err = c.verify(change, e.Name, &e)
	}
	if err != nil {
		return nil, fmt.Errorf("%s was not changed: %w", file, err)
	}
	return change, nil
}

// Uninstall is the change that takes an entry out again. The file becomes what it
// was, to the byte, when nothing else changed in between.
func (c Client) Uninstall(file, name string) (*Change, error) {
	change, err := read(file)
	if err != nil {
		return nil, err
	}
	e, ok, err := c.Find(change.Before, name)
	if err != nil {
		return nil, fmt.Errorf("%s was not changed: %w", file, err)
	}
	if !ok {
		change.After, change.Backup = change.Before, ""
		return change, nil
	}
	before, err := os.ReadFile(change.Backup)
	known := err == nil
	// Without a backup the file was ours from the beginning, if it is as we made it.
	_, older, err := c.Find(before, name)
	if again, putErr := c.format.put(before, e); err == nil && putErr == nil && !older && bytes.Equal(again, change.Before) {
		if known {
			change.After, change.spent = before, change.Backup
		}
		change.Backup = ""
		return change, nil
	}
	change.After, err = c.format.drop(change.Before, name)
	if err == nil {
		err = c.verify(change, name, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("%s was not changed: %w", file, err)
	}
	return change, nil
}

// verify reads the new content as the client would: the entry is as it should be,
// and everything else is what it was.
func (c Client) verify(change *Change, name string, want *Entry) error {
	got, ok, err := c.Find(change.After, name)
	switch {
	case err != nil:
		return err
	case want == nil && ok, want != nil && !(ok && got.Command == want.Command && strings.Join(got.Args, "\x00") == strings.Join(want.Args, "\x00")):
		return errors.New("its form is not one that can be edited safely: write the entry by hand, as --print shows it")
	}
	before, err := c.format.rest(change.Before, name)
	if err != nil {
		return err
	}
	after, err := c.format.rest(change.After, name)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(before, after) {
		return errors.New("its form is not one that can be edited without touching something else: write the entry by hand, as --print shows it")
	}
	return nil
}

// CheckName tells whether a name can stand in every form of configuration.
func CheckName(name string) error {
	if name == "" || len(name) > 64 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		return fmt.Errorf("%q cannot be the name of a server: it may have letters, digits, - and _", name)
	}
	return nil
}

func read(file string) (*Change, error) {
	c := &Change{File: file, target: file, mode: 0o600}
	// A link to a file kept elsewhere stays one: what it points at is written.
	if target, err := filepath.EvalSymlinks(file); err == nil {
		c.target = target
	} else if _, lerr := os.Lstat(file); lerr == nil {
		return nil, fmt.Errorf("%s is a link to nothing: %w", file, err)
	}
	info, err := os.Stat(c.target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no file", file)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s is too large for a configuration: %d bytes", file, info.Size())
	}
	c.mode = info.Mode().Perm()
	c.Backup = c.target + ".before-clever-mcp"
	if c.Before, err = os.ReadFile(c.target); err != nil {
		return nil, err
	}
	if c.Before == nil {
		c.Before = []byte{}
	}
	return c, nil
}

// Apply writes the change: the backup first, then the whole new file in place of
// the old one. It refuses when the file changed since the change was made.
func (c *Change) Apply() error {
	if c.Nothing() {
		return nil
	}
	now, err := os.ReadFile(c.target)
	if err != nil && !(c.Before == nil && errors.Is(err, fs.ErrNotExist)) {
		return err
	}
	if !bytes.Equal(now, c.Before) {
		return fmt.Errorf("%s changed just now and was left alone: do it again", c.File)
	}
	if c.After == nil {
		return os.Remove(c.target)
	}
	if c.spent != "" {
		defer os.Remove(c.spent)
	}
	if err := os.MkdirAll(filepath.Dir(c.target), 0o700); err != nil {
		return err
	}
	if c.Backup != "" {
		if err := replace(c.Backup, c.Before, c.mode); err != nil {
			return fmt.Errorf("the backup could not be written: %w", err)
		}
	}
	return replace(c.target, c.After, c.mode)
}

// replace writes a file whole: a reader sees the old one or the new one.
func replace(file string, content []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".clever-mcp-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
