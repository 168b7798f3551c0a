package clients

import "strings"

// Place is what decides where files are. It is a value, so that the paths of
// every system can be tested on any.
type Place struct {
	OS     string // as in runtime.GOOS
	Home   string
	Dir    string // the working directory
	Getenv func(string) string
}

func (p Place) join(parts ...string) string {
	separator := "/"
	if p.OS == "windows" {
		separator = `\`
	}
	return strings.Join(parts, separator)
}

func (p Place) home(parts ...string) string { return p.join(append([]string{p.Home}, parts...)...) }

func (p Place) here(parts ...string) string { return p.join(append([]string{p.Dir}, parts...)...) }

// under is a file below the folder that a variable names, or below the usual one.
func (p Place) under(variable, usual string, parts ...string) string {
	if dir := p.Getenv(variable); dir != "" {
		usual = dir
	}
	return p.join(append([]string{usual}, parts...)...)
}

func (p Place) appData() string {
	if dir := p.Getenv("APPDATA"); dir != "" {
		return dir
	}
	return p.home("AppData", "Roaming")
}

func (p Place) xdgConfig() string {
	if dir := p.Getenv("XDG_CONFIG_HOME"); dir != "" {
		return dir
	}
	return p.home(".config")
}

// settings is a file where the system wants desktop programs to keep theirs.
func (p Place) settings(parts ...string) string {
	base := p.xdgConfig()
	switch p.OS {
	case "darwin":
		base = p.home("Library", "Application Support")
	case "windows":
		base = p.appData()
	}
	return p.join(append([]string{base}, parts...)...)
}
