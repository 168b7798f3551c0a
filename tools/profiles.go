package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/schemas"
)

// Profiles are the accounts that one server works in, when the operator wants all
// of them: every tool then takes the argument profile, and every answer says which
// account it is about.
type Profiles struct {
	// Names lists them, the active one first.
	Names func() ([]string, error)
	// Open returns what tools work with in one of them.
	Open func(name string) (*Deps, error)
}

const (
	profileName     = "profile"
	profileArgument = `{"type":"string","description":"Account to work in, from get_self. Left out: the active one, which only reading takes."}`
	profileResult   = `{"type":"string","description":"The account that this is about."}`
	// profileTokens is what the argument costs a model in each contract.
	profileTokens = 30
)

// withProfile adds the argument and the result to a contract.
func withProfile(c schemas.Contract) (schemas.Contract, error) {
	in, err := addProperty(c.InputSchema, profileName, profileArgument)
	if err != nil {
		return c, fmt.Errorf("%s: %w", c.Name, err)
	}
	out, err := addProperty(c.OutputSchema, profileName, profileResult)
	if err != nil {
		return c, fmt.Errorf("%s: %w", c.Name, err)
	}
	c.InputSchema, c.OutputSchema = in, out
	c.Tokens += profileTokens
	return c, nil
}

// addProperty puts a property before the others of an object's schema.
func addProperty(schema json.RawMessage, name, property string) (json.RawMessage, error) {
	var root map[string]json.RawMessage
	if err := json.Unmarshal(schema, &root); err != nil {
		return nil, err
	}
	others := bytes.TrimSpace(root["properties"])
	if len(others) < 2 || others[0] != '{' {
		return nil, errors.New("the schema has no properties")
	}
	root["properties"] = splice(others, name, property)
	return schemas.Compact(root)
}

// splice puts a member before the others of an object.
func splice(object []byte, name, value string) []byte {
	rest := bytes.TrimSpace(object[1:])
	comma := ","
	if rest[0] == '}' {
		comma = ""
	}
	return []byte(`{"` + name + `":` + value + comma + string(rest))
}

// inProfile turns the call to the account that its arguments name. What changes
// something never guesses between several.
func (c *Call) inProfile(args json.RawMessage) error {
	p := c.Deps.Profiles
	if p == nil {
		return nil
	}
	names, err := p.Names()
	if err != nil {
		return err
	}
	var in struct{ Profile string }
	if err := json.Unmarshal(args, &in); err != nil {
		return err
	}
	switch {
	case len(names) == 0:
		return nil // signed out: the call says so
	case in.Profile == "" && len(names) > 1 && c.tool.Effect != catalogue.Reads:
		return badArgument("%s can change things, and there are several accounts: %s. Nothing was done.\nNext: name one of them with the argument profile.", c.tool.Name, strings.Join(names, ", "))
	case in.Profile == "":
		in.Profile = names[0]
	case !slices.Contains(names, in.Profile):
		sorted := slices.Sorted(slices.Values(names))
		return badArgument("There is no profile %s; there are %s. Nothing was done.\nNext: name one of them, or ask the user to sign in with clever-mcp login --profile NAME.", quoted([]string{in.Profile}), strings.Join(sorted, ", "))
	}
	deps, err := p.Open(in.Profile)
	if err != nil {
		return err
	}
	c.Deps, c.profile = deps, in.Profile
	return nil
}

// accounts are the names that the argument profile takes; nil when there is none.
func (c *Call) accounts() ([]string, error) {
	if c.Deps.Profiles == nil {
		return nil, nil
	}
	names, err := c.Deps.Profiles.Names()
	if errors.Is(err, cleverapi.ErrSignedOut) {
		return nil, nil
	}
	return names, err
}
