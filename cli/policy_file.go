package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"
)

// A policy file sets flags, and bounds them: the command line and the
// environment can ask for less than it, never for more.

// policyKey is one setting of a policy file.
type policyKey struct {
	name, flag string
	kind       string // yes or no, number, text or list
	// within refuses what a flag asks for beyond the file. Nil where both hold.
	within func(allowed, asked []string) error
}

func policyKeys() []policyKey {
	return []policyKey{
		{"allow_dirs", "allow-dir", "list", someOf},
		{"allow_env", "allow-env", "list", someOf},
		{"audit", "audit", "text", theSame},
		{"confirm", "confirm", "text", stricterThan("any", "elicit")},
		{"deploy_dirs", "deploy-dir", "list", someOf},
		{"files", "files", "text", folderBelow},
		{"forbid", "forbid", "list", nil},
		{"max_flavor", "max-flavor", "text", smallerFlavor},
		{"max_instances", "max-instances", "number", atMostInstances},
		{"max_monthly", "max-monthly", "number", atMostNumber},
		{"owners", "owner", "list", nil},
		{"read_only", "read-only", "yes or no", stricterThan("false", "true")},
		{"reveal", "reveal", "yes or no", stricterThan("true", "false")},
		{"tools", "tools", "list", nil},
		{"toolsets", "toolsets", "list", nil},
		{"without", "without", "list", nil},
	}
}

// policyValue is what a file says of one key.
type policyValue struct {
	values []string
	line   int
}

// maxPolicy is far more than a policy needs.
const maxPolicy = 1 << 20

// readPolicy reads a policy file. Its errors name the line and the key.
func readPolicy(path string) (map[string]policyValue, error) {
	text, err := readGuarded(path)
	if err != nil {
		return nil, fmt.Errorf("--policy: %w", err)
	}
	said, err := parsePolicy(text)
	if err != nil {
		return nil, fmt.Errorf("--policy: %s: %w", path, err)
	}
	return said, nil
}

// readGuarded reads a file that nobody but this user and root can change.
func readGuarded(path string) ([]byte, error) {
	f, info, err := openOrdinary(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w. Name a file that exists; clever-mcp policy example prints one", err)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if othersCanChange(info) {
		return nil, fmt.Errorf("%s can be changed by other users of this machine, so it bounds nothing. Run: chmod go-w %s, as its owner or root", path, path)
	}
	if dir := replaceable(path); dir != "" {
		return nil, fmt.Errorf("%s is in the folder %s, where other users of this machine can put another file in its place. Run: chmod go-w %s, as its owner or root", path, dir, dir)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxPolicy+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	if len(text) > maxPolicy {
		return nil, fmt.Errorf("%s is larger than 1 MiB, so it is no policy. Name another file", path)
	}
	return text, nil
}

// replaceable returns the folder in which somebody else could replace a file, as
// it is named or where its link leads; "" when nobody can.
func replaceable(path string) string {
	folders := []string{filepath.Dir(path)}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		folders = append(folders, filepath.Dir(real))
	}
	for _, dir := range folders {
		info, err := os.Stat(dir)
		if err != nil || othersCanChange(info) && info.Mode()&os.ModeSticky == 0 {
			return dir
		}
	}
	return ""
}

func parsePolicy(text []byte) (map[string]policyValue, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, errors.New("it says nothing. clever-mcp policy example prints what it can say")
	} else if err != nil {
		return nil, fmt.Errorf("it is not YAML (%s)", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("it has a second document after ---. Leave one")
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: it must be settings, one NAME: VALUE a line", max(1, doc.Line))
	}
	said := map[string]policyValue{}
	for i, members := 0, doc.Content[0].Content; i+1 < len(members); i += 2 {
		key, value := members[i], members[i+1]
		known, err := keyNamed(key)
		if err != nil {
			return nil, err
		}
		if _, twice := said[known.name]; twice {
			return nil, fmt.Errorf("line %d: %s is there twice. Leave one", key.Line, known.name)
		}
		values, err := known.read(value)
		if err != nil {
			return nil, fmt.Errorf("line %d: %s %w", value.Line, known.name, err)
		}
		switch {
		case known.name == "owners" && len(values) == 0:
			return nil, fmt.Errorf("line %d: owners names nobody. Name one, or leave owners out to allow all", value.Line)
		case known.name == "max_instances" && values[0] == "0":
			return nil, fmt.Errorf("line %d: max_instances must be at least 1. Leave it out for no bound", value.Line)
		}
		said[known.name] = policyValue{values, key.Line}
	}
	return said, nil
}

func keyNamed(node *yaml.Node) (policyKey, error) {
	var names []string
	for _, k := range policyKeys() {
		if k.name == node.Value && node.Kind == yaml.ScalarNode {
			return k, nil
		}
		names = append(names, k.name)
	}
	return policyKey{}, fmt.Errorf("line %d: there is no setting %.60q; there are %s", node.Line, node.Value, strings.Join(names, ", "))
}

// read takes a value of exactly the kind that the key has.
func (k policyKey) read(node *yaml.Node) ([]string, error) {
	wrong := fmt.Errorf("must be %s", map[string]string{
		"yes or no": "true or false", "number": "a number of 0 or more", "text": "one text", "list": "a list of texts, such as [a, b]",
	}[k.kind])
	scalar := func(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag != "!!null" }
	switch {
	case k.kind == "list" && node.Kind == yaml.SequenceNode:
		values := []string{}
		for _, e := range node.Content {
			if !scalar(e) || e.Tag != "!!str" || strings.TrimSpace(e.Value) == "" {
				return nil, wrong
			}
			values = append(values, e.Value)
		}
		return values, nil
	case k.kind == "list" || !scalar(node):
		return nil, wrong
	case k.kind == "yes or no" && node.Tag == "!!bool":
		var on bool
		if err := node.Decode(&on); err != nil {
			return nil, wrong
		}
		return []string{strconv.FormatBool(on)}, nil
	case k.kind == "number" && (node.Tag == "!!int" || node.Tag == "!!float"):
		if n, err := strconv.ParseFloat(node.Value, 64); err == nil && n >= 0 && n < 1e9 {
			return []string{strconv.FormatFloat(n, 'f', -1, 64)}, nil
		}
	case k.kind == "text" && node.Tag == "!!str":
		return []string{node.Value}, nil
	}
	return nil, wrong
}

// From where a setting comes, kept with its flag.
const (
	fromVariable = "from-variable"
	fromPolicy   = "from-policy"
)

// applyPolicy lets the file set what neither the command line nor the
// environment did, and refuses what they ask for beyond it.
func (s *settings) applyPolicy(flags *pflag.FlagSet) error {
	if s.policy == "" {
		return nil
	}
	said, err := readPolicy(s.policy)
	if err != nil {
		return err
	}
	s.bounds = said
	for _, k := range policyKeys() {
		v, ok := said[k.name]
		f := flags.Lookup(k.flag)
		if !ok || f == nil {
			continue
		}
		here := fmt.Sprintf("%s, line %d", s.policy, v.line)
		if err := flags.SetAnnotation(k.flag, fromPolicy, []string{here}); err != nil {
			return err
		}
		switch {
		case k.within == nil:
			// Both lists hold: see settings.selections and settings.owned.
		case !f.Changed:
			if err := set(f, v.values); err != nil {
				return fmt.Errorf("--policy: %s: %s: %w", here, k.name, err)
			}
		default:
			if err := k.within(v.values, valuesOf(f)); err != nil {
				return fmt.Errorf("%s asks for more than the policy allows (%s: %s): %w", cameFrom(f), here, k.name, err)
			}
		}
	}
	return nil
}

func set(f *pflag.Flag, values []string) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.Replace(values)
	}
	return f.Value.Set(values[0])
}

func valuesOf(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.GetSlice()
	}
	return []string{f.Value.String()}
}

// cameFrom names the flag or the variable that set a value.
func cameFrom(f *pflag.Flag) string {
	switch {
	case !f.Changed:
		return "default"
	case len(f.Annotations[fromVariable]) > 0:
		return f.Annotations[fromVariable][0]
	}
	return "--" + f.Name
}

// ofPolicy returns the list that the file has under a key.
func (s *settings) ofPolicy(key string) []string { return s.bounds[key].values }

func someOf(allowed, asked []string) error {
	for _, a := range asked {
		if !slices.Contains(allowed, a) {
			return fmt.Errorf("%q is not among %s", a, strings.Join(allowed, ", "))
		}
	}
	return nil
}
