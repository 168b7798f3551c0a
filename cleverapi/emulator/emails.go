package emulator

import (
	"net/http"
	"net/mail"
	"slices"
)

func emailRoutes() routes {
	return routes{
		"GET /v2/self/emails":            listEmails,
		"PUT /v2/self/emails/{email}":    putEmail,
		"DELETE /v2/self/emails/{email}": removeEmail,
	}
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

func listEmails(c *call) (any, error) { return listed(c.user.emails), nil }

// putEmail adds a secondary address or makes one the primary address. The CLI
// announces JSON and sends nothing when it adds one.
func putEmail(c *call) (any, error) {
	u, email := c.user, c.params["email"]
	var b struct {
		MakePrimary bool `json:"make_primary"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&b); err != nil {
			return nil, err
		}
	}
	if b.MakePrimary {
		if !slices.Contains(u.emails, email) {
			return nil, notFound("The e-mail address %s is not one of yours", email)
		}
		u.emails = append(without(u.emails, email), u.email)
		u.email = email
		return success("The e-mail address is now your primary address"), nil
	}
	if !isEmail(email) {
		return nil, fail(http.StatusBadRequest, idEmailInvalid, "The e-mail address is not valid")
	}
	if email == u.email || slices.Contains(u.emails, email) {
		return nil, fail(http.StatusBadRequest, idEmailYours, "This e-mail address is already yours")
	}
	for _, other := range c.state().users {
		if other.email == email || slices.Contains(other.emails, email) {
			return nil, fail(http.StatusBadRequest, idEmailTaken, "This e-mail address belongs to another account")
		}
	}
	u.emails = append(u.emails, email)
	return success("A confirmation has been sent to the e-mail address"), nil
}

func removeEmail(c *call) (any, error) {
	email := c.params["email"]
	if !slices.Contains(c.user.emails, email) {
		return nil, notFound("The e-mail address %s is not one of your secondary addresses", email)
	}
	c.user.emails = without(c.user.emails, email)
	return success("The e-mail address has been removed"), nil
}
