package auth

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// The largest file of credentials that is read. A real one has a few hundred
// bytes.
const maxFile = 1 << 20

// readFile reads a file that holds credentials, or refuses it. It returns what
// the file was when it was read, so that a later change is noticed. A file that
// does not exist is an error that is fs.ErrNotExist.
func readFile(path, shown string) ([]byte, fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, nil, systemError(err, shown)
	}
	if problem, remedy := refuse(info); problem != "" {
		return nil, nil, &FileError{Path: shown, Problem: problem, Remedy: remedy}
	}
	f, err := openFile(path)
	if err != nil {
		return nil, nil, systemError(err, shown)
	}
	defer f.Close()
	// Looked at again through the open file: between the two looks a name can be
	// made to mean something else.
	if info, err = f.Stat(); err != nil {
		return nil, nil, systemError(err, shown)
	}
	problem, remedy := refuse(info)
	if problem == "" && exposed(info, filepath.Dir(path)) {
		problem, remedy = "can be read or changed by other users of this machine", "Run: chmod 600 "+shown
	}
	if problem != "" {
		return nil, nil, &FileError{Path: shown, Problem: problem, Remedy: remedy}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, nil, systemError(err, shown)
	}
	if len(data) > maxFile {
		return nil, nil, &FileError{Path: shown, Problem: "is larger than 1 MiB, so it is not the clever command line's",
			Remedy: "Name another file."}
	}
	return data, info, nil
}

// refuse gives the reason why a file is not even opened.
func refuse(info fs.FileInfo) (problem, remedy string) {
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return "is a link, and links are not followed to credentials", "Name the file itself."
	case mode.IsDir():
		return "is a directory", "Name a file."
	case !mode.IsRegular():
		return "is not a regular file", "Name a regular file."
	}
	return "", ""
}

// exposed reports whether other users can read or change the file. Its own mode
// alone does not decide: the clever command line writes 0644 into a directory of
// mode 0700. Any directory above that lets nobody else through protects the file.
func exposed(info fs.FileInfo, dir string) bool {
	if runtime.GOOS == "windows" || info.Mode().Perm()&0o066 == 0 {
		return false // on Windows the mode says nothing; access lists of the profile do
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return true
	}
	for {
		parent, err := os.Stat(dir)
		if err != nil || parent.Mode().Perm()&0o011 == 0 {
			return err != nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return true
		}
		dir = up
	}
}

func systemError(err error, shown string) error {
	problem := "cannot be read"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		problem = "does not exist"
	case errors.Is(err, fs.ErrPermission):
		problem = "cannot be read by this user"
	}
	return &FileError{Path: shown, Problem: problem, Err: err,
		Remedy: "Make it readable for the user who runs this program, or sign in with `clever-mcp login`."}
}
