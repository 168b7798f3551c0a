package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxOrdinary is far more than any file that is read at the start needs.
const maxOrdinary = 16 << 20

// openOrdinary opens a file, or what a link leads to, and refuses anything else: a
// pipe would be waited for, and a device has no end.
func openOrdinary(path string) (*os.File, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not an ordinary file. Name the file itself", path)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// readOrdinary reads such a file whole.
func readOrdinary(path string, max int64) ([]byte, error) {
	f, _, err := openOrdinary(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(text)) > max {
		err = fmt.Errorf("%s is larger than %d MiB. Name another file", path, max>>20)
	}
	return text, err
}
