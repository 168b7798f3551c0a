package emulator

import (
	"slices"
	"testing"
)

func TestAccountIsWhatTheSeedSaysAndFollowsWrites(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{Control: true})
	_, app := c.acme()
	c.want(200, "PUT", app("api")+"/env/LOG_LEVEL", map[string]any{"value": "debug"})
	c.steer(204, "DELETE", "requests", "")

	v := c.steer(200, "GET", "account", "")
	owner := at(t, v, "owners", 1)
	if got := at(t, owner, "name"); got != "Acme Corp" {
		t.Fatalf("the second owner is %v", got)
	}
	api := at(t, owner, "applications", 1)
	for name, want := range map[string]any{"name": "api", "state": "SHOULD_BE_UP", "running": 2.0, "favourite": "api.acme.example/"} {
		if got := at(t, api, name); got != want {
			t.Errorf("%s of api is %v, want %v", name, got, want)
		}
	}
	if got := at(t, api, "env", "LOG_LEVEL"); got != "debug" {
		t.Errorf("LOG_LEVEL is %v after it was set", got)
	}
	if got := at(t, api, "addons", 0); got != "shop-db" {
		t.Errorf("api is linked with %v", got)
	}
	if !slices.Contains(at(t, v, "secrets").([]any), at(t, api, "env", "JWT_SIGNING_KEY")) {
		t.Error("the value of a variable is not among the secrets")
	}
	if list := at(t, c.steer(200, "GET", "requests", ""), "requests").([]any); len(list) != 0 {
		t.Errorf("to look is recorded: %v", list)
	}
}
