package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"clever-mcp/cleverapi"
)

// stricterThan compares values that have an order, the freest first.
func stricterThan(order ...string) func(allowed, asked []string) error {
	return func(allowed, asked []string) error {
		if slices.Index(order, asked[0]) < slices.Index(order, allowed[0]) {
			return fmt.Errorf("it says %s, and the policy %s", asked[0], allowed[0])
		}
		return nil
	}
}

func theSame(allowed, asked []string) error {
	if allowed[0] != asked[0] {
		return fmt.Errorf("it says %s, and the policy %s", asked[0], allowed[0])
	}
	return nil
}

func folderBelow(allowed, asked []string) error {
	if asked[0] == "" {
		return nil
	}
	if allowed[0] != "" {
		top, err := filepath.Abs(allowed[0])
		if err != nil {
			return err
		}
		dir, err := filepath.Abs(asked[0])
		if err != nil {
			return err
		}
		if inside, err := filepath.Rel(top, dir); err == nil && filepath.IsLocal(inside) {
			return nil
		}
	}
	return fmt.Errorf("%s is not in the folder %q", asked[0], allowed[0])
}

func smallerFlavor(allowed, asked []string) error {
	if asked[0] == "" || cleverapi.FlavorRank(asked[0]) > cleverapi.FlavorRank(allowed[0]) {
		return fmt.Errorf("%q is larger than %s", asked[0], allowed[0])
	}
	return nil
}

func atMostNumber(allowed, asked []string) error {
	most, err := strconv.ParseFloat(allowed[0], 64)
	if err != nil {
		return err
	}
	if n, err := strconv.ParseFloat(asked[0], 64); err != nil || n > most {
		return fmt.Errorf("%q is more than %s", asked[0], allowed[0])
	}
	return nil
}

// atMostInstances knows that no instances at all means no bound.
func atMostInstances(allowed, asked []string) error {
	if asked[0] == "0" {
		return fmt.Errorf("0 lifts the bound of %s", allowed[0])
	}
	return atMostNumber(allowed, asked)
}
