package emulator

import (
	"strings"
	"testing"
)

// Who may do what in an organisation, by role: the status that each is answered.
func TestRoles(t *testing.T) {
	t.Parallel()
	const other = "user_6e5c5b4e-0000-4000-8000-000000000000"
	for _, tt := range []struct {
		name, method, path  string
		body                any
		admin, manager, dev int
		accounting          int
	}{
		{"look", "GET", "/applications/APP", nil, 200, 200, 200, 200},
		{"deploy", "POST", "/applications/APP/instances", nil, 200, 200, 200, 403},
		{"set a variable", "PUT", "/applications/APP/env/A", map[string]string{"value": "b"}, 200, 200, 200, 403},
		{"create an add-on", "POST", "/addons", map[string]string{"providerId": "none"}, 404, 404, 404, 403},
		{"rename the organisation", "PUT", "", map[string]string{"name": "New"}, 200, 200, 403, 403},
		{"invite", "POST", "/members", map[string]string{"email": "z@example.com", "role": "DEVELOPER"}, 200, 200, 403, 403},
		{"invite an administrator", "POST", "/members", map[string]string{"email": "z@example.com", "role": "ADMIN"}, 200, 403, 403, 403},
		{"remove nobody", "DELETE", "/members/" + other, nil, 404, 404, 403, 403},
		{"delete", "DELETE", "", nil, 400, 403, 403, 403}, // an application is left
		{"delete an application", "DELETE", "/applications/APP", nil, 200, 200, 200, 403},
	} {
		for role, status := range map[string]int{"ADMIN": tt.admin, "MANAGER": tt.manager, "DEVELOPER": tt.dev, "ACCOUNTING": tt.accounting} {
			t.Run(tt.name+" as "+role, func(t *testing.T) {
				t.Parallel()
				c := newClient(t, Options{Seed: &Seed{User: SeedUser{Name: "A", Email: "a@example.com"}, Organisations: []SeedOwner{{
					Name: "O", Role: role, Applications: []SeedApp{{Name: "x", Type: "node"}},
				}}}})
				org := "/v2/organisations/" + named(t, c.get("/v2/organisations"), "O")["id"].(string)
				app := named(t, c.get(org+"/applications"), "x")["id"].(string)
				c.want(status, tt.method, org+strings.ReplaceAll(tt.path, "APP", app), tt.body)
				if !strings.HasPrefix(tt.path, "/applications/") || status != 403 {
					return
				}
				// The form of the personal space is no way around it.
				c.want(403, tt.method, "/v2/self"+strings.ReplaceAll(tt.path, "APP", app), tt.body)
			})
		}
	}
}

func TestRolesOfAdministrators(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{}) // a manager of Studio Nuage
	org := "/v2/organisations/" + named(t, c.get("/v2/organisations"), "Studio Nuage")["id"].(string)
	var admin, self string
	for _, m := range c.get(org + "/members").([]any) {
		if at(t, m, "role") == "ADMIN" {
			admin = at(t, m, "member", "id").(string)
		} else {
			self = at(t, m, "member", "id").(string)
		}
	}
	for _, tt := range []struct {
		method, path string
		body         any
		id           float64
	}{
		{"POST", "/members", map[string]string{"email": "x@example.com", "role": "ADMIN"}, 6451},
		{"DELETE", "/members/" + admin, nil, 6452},
		{"PUT", "/members/" + self, map[string]string{"role": "ADMIN"}, 6453},
	} {
		if id := at(t, c.want(403, tt.method, org+tt.path, tt.body), "id"); id != tt.id {
			t.Errorf("%s %s: id %v, want %v", tt.method, tt.path, id, tt.id)
		}
	}
	c.want(200, "DELETE", org+"/members/"+self, nil) // leaving is everybody's right
}
