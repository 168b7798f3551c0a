package emulator

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed seeds/*.yaml
var seedFiles embed.FS

// largeSeed is the seed that is made by code: as a file it would be megabytes.
const largeSeed = "large"

// SeedNames are the seeds that come with the emulator, sorted.
func SeedNames() []string {
	names := []string{largeSeed}
	files, err := seedFiles.ReadDir("seeds")
	if err != nil {
		panic(err) // what is embedded is there
	}
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	slices.Sort(names)
	return names
}

// SeedNamed returns a seed that comes with the emulator: an account to start from.
func SeedNamed(name string) (*Seed, error) {
	if name == largeSeed {
		return largeAccount(), nil
	}
	if !slices.Contains(SeedNames(), name) {
		return nil, fmt.Errorf("there is no seed %q. Take one of %s, or a file", name, strings.Join(SeedNames(), ", "))
	}
	text, err := seedFiles.ReadFile("seeds/" + name + ".yaml")
	if err != nil {
		panic(err) // what is embedded is there
	}
	return ReadSeed(text)
}

// Demo returns the demo account: a developer, a personal space and two
// organisations, with something of everything in every state.
func Demo() *Seed {
	s, err := SeedNamed("demo")
	if err != nil {
		panic(err) // a mistake of the build; a test reads it
	}
	return s
}
