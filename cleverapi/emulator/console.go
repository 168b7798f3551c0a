package emulator

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
)

func consoleRoutes() routes {
	return routes{
		"GET /v4/console/settings":           listSettings,
		"GET /v4/console/settings/{name}":    getSetting,
		"PUT /v4/console/settings/{name}":    putSetting,
		"DELETE /v4/console/settings/{name}": deleteSetting,
		"GET /v2/self/confirmation_email":    sendConfirmation,
		"PUT /v2/self/avatar":                setUserAvatar,
		"PUT /v2/organisations/{id}/avatar":  ofOwner(setOwnerAvatar),
		"GET /v2/users/{id}":                 getUser,
		"GET /v2/users/{id}/applications":    listUserApplications,
	}
}

type settingView struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// setting is the key of a preference: each environment has its own.
func (c *call) setting(name string) string { return c.query("env") + "\x00" + name }

func listSettings(c *call) (any, error) {
	out := []settingView{}
	prefix := c.setting("")
	for _, key := range slices.Sorted(maps.Keys(c.user.settings)) {
		if len(key) >= len(prefix) && key[:len(prefix)] == prefix {
			out = append(out, settingView{key[len(prefix):], c.user.settings[key]})
		}
	}
	return out, nil
}

func getSetting(c *call) (any, error) {
	value, ok := c.user.settings[c.setting(c.params["name"])]
	if !ok {
		return nil, notFound("The setting %s does not exist", c.params["name"])
	}
	return settingView{c.params["name"], value}, nil
}

// putSetting keeps the body as it is: it is plain text.
func putSetting(c *call) (any, error) {
	if c.user.settings == nil {
		c.user.settings = map[string]string{}
	}
	c.user.settings[c.setting(c.params["name"])] = string(c.body)
	return nil, nil
}

func deleteSetting(c *call) (any, error) {
	if _, err := getSetting(c); err != nil {
		return nil, err
	}
	delete(c.user.settings, c.setting(c.params["name"]))
	return nil, nil
}

func sendConfirmation(*call) (any, error) { return success("The e-mail has been sent"), nil }

func (c *call) avatar() (any, error) {
	var b struct{ Source string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if u, err := url.Parse(b.Source); err != nil || b.Source == "" || u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "data" {
		return nil, invalid("source should be the address of a picture, or gravatar or github")
	}
	return urlView{"https://assets.clever-cloud.com/avatars/" + uuid("avatar", c.user.id, b.Source)}, nil
}

func setUserAvatar(c *call) (any, error) { return c.avatar() }

func setOwnerAvatar(c *call, _ *owner) (any, error) { return c.avatar() }

// known returns a user whom the caller may see: oneself, or who is a member of
// an organisation with the caller.
func (c *call) known() (*user, error) {
	u := c.state().user(c.params["id"])
	if u != nil {
		for _, o := range c.state().ownersOf(c.user) {
			if o.role(u) != "" {
				return u, nil
			}
		}
	}
	return nil, notFound("The user %s does not exist", c.params["id"])
}

func getUser(c *call) (any, error) {
	u, err := c.known()
	if err != nil {
		return nil, err
	}
	return u.view(), nil
}

func listUserApplications(c *call) (any, error) {
	u, err := c.known()
	if err != nil {
		return nil, err
	}
	if u != c.user {
		return nil, fail(http.StatusForbidden, idGeneric, "The applications of %s are not yours", u.id)
	}
	return c.appViews(u.space.apps), nil
}
