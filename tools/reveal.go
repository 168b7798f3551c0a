package tools

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/schemas"
)

// revealArgument is what the operator adds to get_env by --reveal. Without it
// the argument does not exist.
const revealArgument = `{"type":"string","description":"One variable whose value to show. Only if the user asked to see it."}`

// contractNamed is the contract of a tool as this process has it.
func contractNamed(tool string, reveal bool) (schemas.Contract, error) {
	c, err := schemas.Load(tool)
	if err != nil {
		return schemas.Contract{}, err
	}
	return revealing(c, reveal)
}

// servedRevealing is the contract of get_env as clients get it with --reveal.
func servedRevealing() (string, error) {
	c, err := contractNamed(getEnv.Name, true)
	if err != nil {
		return "", err
	}
	c.Tokens = 0
	line, err := schemas.Compact(c)
	return string(line), err
}

// revealing adds the argument to the contract of get_env.
func revealing(c schemas.Contract, on bool) (schemas.Contract, error) {
	if !on || c.Name != getEnv.Name {
		return c, nil
	}
	var schema map[string]json.RawMessage
	var properties map[string]json.RawMessage
	if err := json.Unmarshal(c.InputSchema, &schema); err != nil {
		return c, err
	}
	if err := json.Unmarshal(schema["properties"], &properties); err != nil {
		return c, err
	}
	properties["reveal"] = json.RawMessage(revealArgument)
	var err error
	if schema["properties"], err = schemas.Compact(properties); err != nil {
		return c, err
	}
	c.Description = strings.Replace(c.Description, "never values", "and the value of reveal", 1)
	c.InputSchema, err = schemas.Compact(schema)
	c.Tokens += Tokens(revealArgument)
	return c, err
}

// revealed adds the value of one variable to a view, when the operator allows
// it. The audit names what was done, not which.
func (c *Call) revealed(name string, own []cleverapi.Variable, linked []cleverapi.LinkedEnv, out *EnvView) error {
	if name == "" {
		return nil
	}
	if !c.Settings.Reveal {
		return badArgument("get_env shows no values: the operator did not start this server with --reveal. Nothing was shown.")
	}
	all := own
	for _, l := range linked {
		all = append(slices.Clip(all), l.Variables...)
	}
	i := slices.IndexFunc(all, func(v cleverapi.Variable) bool { return v.Name == name })
	if i < 0 {
		return badArgument("get_env: there is no variable %q to show. Without reveal, get_env lists the names.", clip(name, 64))
	}
	c.operation = "reveal"
	out.Revealed = map[string]string{name: c.show(all[i].Value)}
	return nil
}

// show returns what stands in a result for a value until it is hidden, and is
// then replaced by the value: the one way by which a secret leaves on purpose.
func (c *Call) show(value string) string {
	place := "shown-" + rand.Text()
	if c.shown == nil {
		c.shown = map[string]string{}
	}
	c.shown[place] = value
	return place
}

// unveil puts the values that are to be shown into a result that was hidden.
// Characters that could steer a terminal stay visible.
func (c *Call) unveil(raw json.RawMessage) json.RawMessage {
	for place, value := range c.shown {
		raw = bytes.ReplaceAll(raw, []byte(place), []byte(jsonBody(Visible(value), false)))
	}
	return raw
}
