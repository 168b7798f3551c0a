package tools

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	urlpath "path"
	"path/filepath"
	"strings"

	"clever-mcp/cleverapi"
)

// SavedFile is where an answer went that is a file.
type SavedFile struct {
	// On the machine of this server; only its user can read it.
	Path string `json:"path"`
	Size int64  `json:"size"`
	// As the API calls it: application/pdf.
	Type string `json:"type"`
	// It holds credentials: give the user its path, do not read it.
	Secret bool `json:"secret,omitempty"`
}

// download is a file that is being saved.
type download struct {
	file *newFile
	err  error // why it could not be made
}

// to returns what cleverapi asks for a place when an answer is a file; nil
// without a folder, which says that files are not wanted.
func (d *download) to(dir string) func(cleverapi.RawResponse) io.Writer {
	if dir == "" {
		return nil
	}
	return func(head cleverapi.RawResponse) io.Writer {
		name := urlpath.Base(head.Path)
		extension := urlpath.Ext(name)
		d.file, d.err = createFile(dir, strings.TrimSuffix(name, extension), cmp.Or(plainExtension(extension), ".bin"))
		if d.err != nil {
			return nil
		}
		return d.file
	}
}

func (d *download) discard() {
	if d.file != nil {
		d.file.discard()
	}
}

// failure is why the file could not be written, when that is what went wrong.
func (d *download) failure() error {
	switch {
	case d.err != nil:
		return fmt.Errorf("the answer was not saved: %w", d.err)
	case d.file != nil && d.file.err != nil:
		return fmt.Errorf("the answer was not saved: %w", d.file.err)
	}
	return nil
}

var harmless = lazily(`^\.[A-Za-z0-9]{1,8}$`)

// plainExtension returns an extension that means the same everywhere, or "".
func plainExtension(extension string) string {
	if harmless.MatchString(extension) {
		return extension
	}
	return ""
}

// saved says where an answer went, or why a file was not read.
func (c *Call) saved(resp *cleverapi.RawResponse, d *download) (RawAnswer, error) {
	media, _, _ := mime.ParseMediaType(resp.ContentType)
	media = cmp.Or(media, "application/octet-stream")
	if d.file == nil && d.err == nil {
		what := "a file"
		if resp.Operation.Secret {
			what = "a text that can hold credentials"
		}
		return unlessDone(resp, RawAnswer{}, badArgument("The answer is %s (%s), which does not belong into a conversation.\nNext: the operator starts the server with --files DIR, where it is saved; or the user downloads it with clever curl or in the console.", what, clip(media, 60)))
	}
	err := d.failure()
	if err == nil {
		if kept := d.file.keep(); kept != nil {
			err = fmt.Errorf("the answer was not saved: %w", kept)
		}
	}
	if err != nil {
		return unlessDone(resp, RawAnswer{}, badArgument("%s", sentence(err.Error())))
	}
	f := &SavedFile{Path: d.file.path, Size: resp.Size, Type: media, Secret: resp.Operation.Secret}
	if !f.Secret {
		// A client may read what a link leads to, so what is secret has none.
		c.files = append(c.files, FileLink{Path: f.Path, Name: filepath.Base(f.Path), Type: f.Type, Size: f.Size})
	}
	return RawAnswer{Status: resp.Status, RequestID: resp.RequestID, Operation: resp.Operation.ID, File: f}, nil
}

// saveSecret keeps an answer that is nothing but a secret, such as the one of an
// OAuth consumer, where the operator allows files; nil elsewhere. A lone text is
// kept as it is, ready for a program that reads it.
func (c *Call) saveSecret(resp *cleverapi.RawResponse) (*SavedFile, error) {
	if c.Settings.FilesDir == "" {
		return nil, nil
	}
	content, extension := resp.Body, ".json"
	if alone, ok := aloneText(resp.Body); ok {
		content, extension = []byte(alone+"\n"), ".secret"
	}
	file, err := createFile(c.Settings.FilesDir, urlpath.Base(resp.Operation.Path()), extension)
	if err != nil {
		return nil, fmt.Errorf("the answer was not saved: %w", err)
	}
	defer file.discard()
	if _, err := file.Write(content); err != nil {
		return nil, fmt.Errorf("the answer was not saved: %w", err)
	}
	if err := file.keep(); err != nil {
		return nil, fmt.Errorf("the answer was not saved: %w", err)
	}
	return &SavedFile{Path: file.path, Size: int64(len(content)), Type: "text/plain", Secret: true}, nil
}

// aloneText is the one text that an answer consists of, with its name or without.
func aloneText(body []byte) (string, bool) {
	var text string
	if json.Unmarshal(body, &text) == nil {
		return text, true
	}
	var named map[string]string
	if json.Unmarshal(body, &named) == nil && len(named) == 1 {
		for _, text = range named {
		}
		return text, true
	}
	return "", false
}
