package emulator

import (
	"net/http"
	"strings"

	"clever-mcp/cleverapi/catalogue"
)

// permitRights refuses what the OAuth token was not granted. Which right an
// operation needs is not published beyond the names, which say it. API tokens
// and the tokens of Clever Cloud's own clients have all rights.
func (c *call) permitRights() error {
	t := c.cred.oauth
	if t == nil || t.rights == nil {
		return nil
	}
	if right := neededRight(c.op); right != "" && !t.rights[right] {
		return fail(http.StatusForbidden, idGeneric, "This token was not granted the right %s", right)
	}
	return nil
}

func neededRight(op catalogue.Operation) string {
	path := op.Path()
	has := func(part string) bool { return strings.Contains(path+"/", "/"+part+"/") }
	switch {
	case op.ID == "GET /v2/self/id" || strings.HasPrefix(path, "/v2/products/") || strings.HasPrefix(path, "/v4/products/"):
		return ""
	case has("keys") && op.Effect != catalogue.Reads:
		return "manage_ssh_keys"
	case has("consumptions"):
		return "access_organisations_consumption_statistics"
	case has("credits"):
		return "access_organisations_credit_count"
	case has("billing") || has("payments"):
		return "access_organisations_bills"
	case path == "/v2/self" || strings.HasPrefix(path, "/v2/self/") && !has("applications") && !has("addons"):
		if op.Effect == catalogue.Reads {
			return "access_personal_information"
		}
		return "manage_personal_information"
	case op.Effect == catalogue.Reads:
		return "access_organisations"
	case has("applications"):
		return "manage_organisations_applications"
	case has("addons") || has("addon-providers"):
		return "manage_organisations_services"
	case has("members"):
		return "manage_organisations_members"
	}
	return "manage_organisations"
}
