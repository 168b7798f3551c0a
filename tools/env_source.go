package tools

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/joho/godotenv"
)

// maxValue is the longest value that is taken from a file, and the longest text
// of variables.
const maxValue = 64 << 10

// fetch gets a value from where the reference says, so that it goes to Clever
// Cloud without passing through the model. The value is secret from then on.
func (c *Call) fetch(ctx context.Context, app App, name, ref string) (string, error) {
	kind, rest, ok := strings.Cut(ref, ":")
	if !ok || rest == "" {
		return "", badArgument("from.%s is not a reference. Use env:NAME, file:PATH, addon:ID/VARIABLE or generate:LENGTH.", name)
	}
	var value string
	var err error
	switch kind {
	case "env":
		value, err = c.fromEnvironment(name, rest)
	case "file":
		value, err = c.fromFile(name, rest)
	case "addon":
		value, err = c.fromAddon(ctx, name, rest)
	case "generate":
		value, err = generate(name, rest)
	case "undo":
		value, err = c.fromUndo(app, name, rest)
	default:
		return "", badArgument("from.%s has the unknown kind %q. Use env:NAME, file:PATH, addon:ID/VARIABLE or generate:LENGTH.", name, clip(kind, 20))
	}
	if err != nil {
		return "", err
	}
	c.Hide.LearnValues(value)
	return value, nil
}

// fromEnvironment takes a variable of this server's own environment, which holds
// the server's credentials too: only names that the operator allowed.
func (c *Call) fromEnvironment(name, variable string) (string, error) {
	if !slices.Contains(c.Settings.EnvNames, variable) {
		return "", badArgument("from.%s: the operator did not allow the variable %s of this server's environment to be sent; allowed: %s. Ask the operator, or use another source.", name, clip(variable, 64), list(c.Settings.EnvNames))
	}
	value, ok := os.LookupEnv(variable)
	if !ok {
		return "", badArgument("from.%s: this server's environment has no variable %s. Ask the operator to set it.", name, variable)
	}
	return value, nil
}

// fromFile reads a file below a directory that the operator allowed. A line
// break at its end is not part of the value.
func (c *Call) fromFile(name, path string) (string, error) {
	for _, dir := range c.Settings.FileDirs {
		inside := path
		if filepath.IsAbs(path) {
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				continue
			}
			inside = rel
		}
		if !filepath.IsLocal(inside) {
			continue
		}
		value, err := readBelow(dir, inside)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", badArgument("from.%s: %s cannot be used: %s.", name, clip(path, 200), err)
		}
		return value, nil
	}
	return "", badArgument("from.%s: there is no file %s in a directory that the operator allowed; allowed: %s. Ask the operator, or use another source.", name, clip(path, 200), list(c.Settings.FileDirs))
}

// readBelow reads a regular file below dir, links out of it not followed.
func readBelow(dir, inside string) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", errors.New("its directory cannot be opened")
	}
	defer root.Close()
	// A pipe would block when it is opened, so what it is comes first.
	info, err := root.Stat(inside)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", err
	case err != nil:
		return "", errors.New("it cannot be opened below that directory")
	case !info.Mode().IsRegular():
		return "", errors.New("it is not an ordinary file")
	}
	f, err := root.Open(inside)
	if err != nil {
		return "", errors.New("it cannot be read")
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxValue+1))
	if err != nil {
		return "", errors.New("it cannot be read")
	}
	if len(raw) > maxValue {
		return "", fmt.Errorf("it is larger than %d KiB", maxValue>>10)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(raw), "\n"), "\r"), nil
}

func (c *Call) fromAddon(ctx context.Context, name, rest string) (string, error) {
	id, variable, ok := strings.Cut(rest, "/")
	if !ok || variable == "" {
		return "", badArgument("from.%s: an add-on's variable is named addon:ID/VARIABLE, such as addon:addon_…/POSTGRESQL_ADDON_URI.", name)
	}
	addon, err := c.Addon(ctx, AddonRef{Addon: id})
	if err != nil {
		return "", err
	}
	variables, err := c.API.Env.OfAddon(ctx, addon.Owner, addon.ID)
	if err != nil {
		return "", err
	}
	c.learn(variables)
	var names []string
	for _, v := range variables {
		if v.Name == variable {
			return v.Value, nil
		}
		names = append(names, v.Name)
	}
	return "", badArgument("from.%s: the add-on %s (%s) has no variable %s; it has %s.", name, addon.Name, addon.ID, clip(variable, 64), list(names))
}

// fromUndo takes an old value of the same variable of the same application.
func (c *Call) fromUndo(app App, name, handle string) (string, error) {
	value, ok := c.kept.value(handle, c.Caller.ID, app.ID, name)
	if !ok {
		return "", badArgument("from.%s: there is no old value of it under %q: old values are kept until this server ends, for the application, the variable and the caller that they were of. Set it again from its source.", name, clip(handle, 40))
	}
	return value, nil
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func generate(name, length string) (string, error) {
	n, err := strconv.Atoi(length)
	if err != nil || n < 8 || n > 512 {
		return "", badArgument("from.%s: generate takes a length from 8 to 512, such as generate:32.", name)
	}
	value := make([]byte, n)
	for i := range value {
		k, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", err
		}
		value[i] = alphabet[k.Int64()]
	}
	return string(value), nil
}

// dollar stands in for the dollar sign while a .env text is parsed: values are
// taken as they are written, and never filled in from other variables.
const dollar = "\uE000"

// parseDotenv reads the text of a .env file. Its errors do not quote it.
func parseDotenv(text string) (map[string]string, error) {
	switch {
	case len(text) > maxValue*4:
		return nil, badArgument("dotenv is longer than %d KiB. Import it in parts.", maxValue*4>>10)
	case strings.Contains(text, dollar):
		return nil, badArgument("dotenv has a character that no text has (U+E000). Remove it.")
	}
	parsed, err := godotenv.Unmarshal(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "$", dollar))
	if err != nil {
		return nil, badArgument("dotenv is not the text of a .env file. Write one NAME=value a line, with quotation marks around values that have spaces or line breaks.")
	}
	if _, ok := parsed[""]; ok {
		return nil, badArgument("dotenv has a line without a name and =. Write one NAME=value a line.")
	}
	for k, v := range parsed {
		parsed[k] = strings.ReplaceAll(v, dollar, "$")
	}
	return parsed, nil
}

// list says what there is, sorted, at most 30.
func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(atMost(slices.Sorted(slices.Values(names)), 30), ", ")
}
