package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"clever-mcp/cleverapi/emulator"
)

// seedUsage is the help of --seed.
func seedUsage() string {
	return "account of the emulated Clever Cloud: " + strings.Join(emulator.SeedNames(), ", ") + ", or a YAML or JSON file; implies --demo (default: demo)"
}

// readSeed returns the seed of a name or of a file; "" is the demo account.
func readSeed(name string) (*emulator.Seed, error) {
	if name == "" {
		return emulator.Demo(), nil
	}
	if slices.Contains(emulator.SeedNames(), name) {
		return emulator.SeedNamed(name)
	}
	text, err := readOrdinary(name, maxOrdinary)
	if os.IsNotExist(err) {
		_, err = emulator.SeedNamed(name) // says which there are
	}
	if err != nil {
		return nil, fmt.Errorf("--seed: %w", err)
	}
	seed, err := emulator.ReadSeed(text)
	if err != nil {
		return nil, fmt.Errorf("--seed %s: %w", name, err)
	}
	return seed, nil
}
