package emulator

import (
	"net/http"
	"strings"

	"clever-mcp/cleverapi/catalogue"
)

// What a role forbids. That each role exists is documented; where exactly the
// borders run is not published, so they follow the names: who counts may look at
// everything and pay, who develops may change what runs, who manages may do all
// but end the organisation and make administrators.
const (
	roleAdmin      = "ADMIN"
	roleManager    = "MANAGER"
	roleDeveloper  = "DEVELOPER"
	roleAccounting = "ACCOUNTING"
)

// roles are all that a member may have; NONE gives nothing.
func roles() []string { return []string{"NONE", roleAdmin, roleAccounting, roleDeveloper, roleManager} }

// The ids of refusals that concern administrators.
const (
	idAddAdmin    = 6451
	idRemoveAdmin = 6452
	idGiveRole    = 6453
)

// permit refuses what the caller's role in o does not allow.
func (c *call) permit(o *owner) error {
	if c.op.Effect == catalogue.Reads || o.personal == c.user {
		return nil
	}
	role := o.role(c.user)
	if role == roleAdmin || role == roleManager && !ends(c.op) || role == roleDeveloper && develops(c.op) || role == roleAccounting && pays(c.op) || leaves(c) {
		return nil
	}
	return fail(http.StatusForbidden, idGeneric, "Your role in this organisation, %s, does not allow this", role)
}

// ends tells whether the operation deletes the organisation itself.
func ends(op catalogue.Operation) bool { return op.ID == "DELETE /v2/organisations/{id}" }

// develops tells whether the operation concerns what runs, and not the people,
// the bills or the organisation.
func develops(op catalogue.Operation) bool {
	if pays(op) {
		return false
	}
	rest, ok := strings.CutPrefix(op.Path(), "/v2/organisations/{id}")
	if !ok {
		return true
	}
	return rest != "" && !strings.HasPrefix(rest, "/members") && !strings.HasPrefix(rest, "/consumers")
}

// pays tells whether the operation concerns money.
func pays(op catalogue.Operation) bool {
	return strings.HasPrefix(op.Path(), "/v4/billing/") || strings.Contains(op.Path(), "/payments") || strings.Contains(op.Path(), "/credits")
}

// leaves tells whether a member removes itself.
func leaves(c *call) bool {
	return c.op.ID == "DELETE /v2/organisations/{id}/members/{userId}" && c.params["userId"] == c.user.id
}

// permitRole refuses who is no administrator and gives or takes that role.
func (c *call) permitRole(o *owner, before, after string) error {
	switch role := o.role(c.user); {
	case role == roleAdmin || before != roleAdmin && after != roleAdmin:
		return nil
	case before == "":
		return fail(http.StatusForbidden, idAddAdmin, "Only an administrator can add an administrator")
	case after == "":
		return fail(http.StatusForbidden, idRemoveAdmin, "Only an administrator can remove an administrator")
	}
	return fail(http.StatusForbidden, idGiveRole, "Only an administrator can give the role %s to an administrator, or that of an administrator", after)
}
