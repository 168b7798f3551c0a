package cli

import (
	"encoding/json"
	"path/filepath"
)

// maxLinked bounds a file that comes with a repository, whoever wrote it.
const maxLinked = 1 << 20

// linkedApp reads the application that the clever CLI linked to the working
// directory: .clever.json there or in a folder above. It is read at each call,
// because clever link changes it. With several applications and no default there
// is none.
func linkedApp(dir string) func() (app, owner string, ok bool) {
	return func() (app, owner string, ok bool) {
		for at := dir; ; at = filepath.Dir(at) {
			raw, err := readOrdinary(filepath.Join(at, ".clever.json"), maxLinked)
			if err == nil {
				return linkedIn(raw)
			}
			if filepath.Dir(at) == at {
				return "", "", false
			}
		}
	}
}

func linkedIn(raw []byte) (app, owner string, ok bool) {
	var file struct {
		Apps []struct {
			ID    string `json:"app_id"`
			Owner string `json:"org_id"`
		} `json:"apps"`
		Default string `json:"default"`
	}
	if json.Unmarshal(raw, &file) != nil {
		return "", "", false
	}
	for _, a := range file.Apps {
		if a.ID == file.Default || file.Default == "" && len(file.Apps) == 1 {
			return a.ID, a.Owner, true
		}
	}
	return "", "", false
}
