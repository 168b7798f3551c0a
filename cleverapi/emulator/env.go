package emulator

import (
	"net/http"
	"regexp"
	"sync"
)

func envRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/applications/{appId}/env":              getEnv,
		"PUT /v2/organisations/{id}/applications/{appId}/env":              setEnv,
		"PUT /v2/organisations/{id}/applications/{appId}/env/{envName}":    setVariable,
		"DELETE /v2/organisations/{id}/applications/{appId}/env/{envName}": unsetVariable,
		"GET /v2/organisations/{id}/applications/{appId}/exposed_env":      getExposed,
		"PUT /v2/organisations/{id}/applications/{appId}/exposed_env":      setExposed,
	}
}

var variableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_.-]+$`) })

func checkVariable(name string) error {
	if variableName().MatchString(name) {
		return nil
	}
	return envInvalid(name)
}

func envInvalid(names ...string) error {
	e := fail(http.StatusBadRequest, idEnvInvalid, "The environment is not valid")
	e.fields = map[string]string{}
	for _, name := range names {
		e.fields[name] = "This is not a valid name of a variable"
	}
	return e
}

func (e environment) view() []variable {
	return each(e, func(v variable) variable { return v })
}

func (e environment) asMap() map[string]string {
	m := make(map[string]string, len(e))
	for _, v := range e {
		m[v.Name] = v.Value
	}
	return m
}

func getEnv(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return a.env.view(), nil
}

// readMap reads a whole environment. Every wrong name is told at once.
func (c *call) readMap() (environment, error) {
	var m map[string]string
	if err := c.decode(&m); err != nil {
		return nil, err
	}
	var env environment
	var wrong []string
	for name, value := range m {
		if !variableName().MatchString(name) {
			wrong = append(wrong, name)
		}
		env.set(name, value)
	}
	if wrong != nil {
		return nil, envInvalid(wrong...)
	}
	return env, nil
}

func setEnv(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	env, err := c.readMap()
	if err != nil {
		return nil, err
	}
	if c.query("check") != "true" {
		a.env = env
	}
	return a.view(c.now, c.base), nil
}

func setVariable(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	var b struct{ Value *string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Value == nil {
		return nil, invalid("The field value is missing")
	}
	if err := checkVariable(c.params["envName"]); err != nil {
		return nil, err
	}
	a.env.set(c.params["envName"], *b.Value)
	return a.view(c.now, c.base), nil
}

// unsetVariable of a variable that is not there is a success: what is asked is so.
func unsetVariable(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	a.env.unset(c.params["envName"])
	return a.view(c.now, c.base), nil
}

func getExposed(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return a.exposed.asMap(), nil
}

func setExposed(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	env, err := c.readMap()
	if err != nil {
		return nil, err
	}
	a.exposed = env
	return success("The published configuration has been updated"), nil
}
