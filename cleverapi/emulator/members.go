package emulator

import (
	"net/http"
	"slices"
)

func memberRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/members":             listMembers,
		"POST /v2/organisations/{id}/members":            addMember,
		"PUT /v2/organisations/{id}/members/{userId}":    updateMember,
		"DELETE /v2/organisations/{id}/members/{userId}": removeMember,
	}
}

type memberUserView struct {
	ID           string  `json:"id"`
	Email        string  `json:"email"`
	Name         string  `json:"name"`
	Avatar       *string `json:"avatar"`
	PreferredMFA string  `json:"preferredMFA"`
}

type memberView struct {
	Member memberUserView `json:"member"`
	Role   string         `json:"role"`
	Job    string         `json:"job"`
}

func (m *member) view() memberView {
	u := m.user
	return memberView{memberUserView{ID: u.id, Email: u.email, Name: u.name, PreferredMFA: u.mfa()}, m.role, m.job}
}

func listMembers(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	if o.personal != nil {
		return []memberView{(&member{user: o.personal, role: "ADMIN"}).view()}, nil
	}
	return each(o.members, (*member).view), nil
}

type memberBody struct{ Email, Role, Job string }

func (c *call) memberBody() (memberBody, error) {
	var b memberBody
	if err := c.decode(&b); err != nil {
		return b, err
	}
	if !slices.Contains(roles(), b.Role) {
		return b, invalid("The role %q does not exist", b.Role)
	}
	return b, nil
}

// addMember invites somebody. Who has no account here is answered the same way,
// as an invitation by e-mail would be.
func addMember(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	b, err := c.memberBody()
	if err != nil {
		return nil, err
	}
	if o.personal != nil {
		return nil, invalid("A personal space has no members")
	}
	if !isEmail(b.Email) {
		return nil, fail(http.StatusBadRequest, idEmailInvalid, "The e-mail address is not valid")
	}
	if err := c.permitRole(o, "", b.Role); err != nil {
		return nil, err
	}
	if u := c.state().userByEmail(b.Email); u != nil && o.role(u) == "" {
		o.members = append(o.members, &member{user: u, role: b.Role, job: b.Job})
	}
	return success("The invitation has been sent"), nil
}

func (c *call) member() (*owner, *member, error) {
	o, err := c.owner()
	if err != nil {
		return nil, nil, err
	}
	m := find(o.members, func(m *member) bool { return m.user.id == c.params["userId"] })
	if m == nil {
		return nil, nil, fail(http.StatusNotFound, idMemberNotFound, "The member %s does not exist", c.params["userId"])
	}
	return o, m, nil
}

func updateMember(c *call) (any, error) {
	o, m, err := c.member()
	if err != nil {
		return nil, err
	}
	b, err := c.memberBody()
	if err != nil {
		return nil, err
	}
	if err := c.permitRole(o, m.role, b.Role); err != nil {
		return nil, err
	}
	m.role, m.job = b.Role, b.Job
	return success("The member has successfully been updated"), nil
}

func removeMember(c *call) (any, error) {
	o, m, err := c.member()
	if err != nil {
		return nil, err
	}
	if m.user != c.user {
		if err := c.permitRole(o, m.role, ""); err != nil {
			return nil, err
		}
	}
	admins := 0
	for _, other := range o.members {
		if other.role == "ADMIN" {
			admins++
		}
	}
	if m.role == "ADMIN" && admins == 1 {
		return nil, invalid("The last administrator cannot leave the organisation")
	}
	o.members = without(o.members, m)
	return success("The member has successfully been removed"), nil
}
