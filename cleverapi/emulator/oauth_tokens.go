package emulator

import "slices"

func oauthTokenRoutes() routes {
	return routes{
		"GET /v2/self/tokens":            listOAuthTokens,
		"GET /v2/self/tokens/current":    getCurrentToken,
		"DELETE /v2/self/tokens":         revokeAllTokens,
		"DELETE /v2/self/tokens/{token}": revokeOAuthToken,
	}
}

// allRights returns every right of a consumer with one value. almighty is never
// settable, so it is left to Clever Cloud's own consumers.
func allRights(v bool) map[string]bool {
	return map[string]bool{
		"almighty": v, "access_organisations": v, "access_organisations_bills": v,
		"access_organisations_consumption_statistics": v, "access_organisations_credit_count": v,
		"access_personal_information": v, "manage_organisations": v, "manage_organisations_applications": v,
		"manage_organisations_members": v, "manage_organisations_services": v,
		"manage_personal_information": v, "manage_ssh_keys": v,
	}
}

type consumerView struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Key         string          `json:"key"`
	URL         string          `json:"url"`
	Picture     string          `json:"picture"`
	BaseURL     string          `json:"baseUrl"`
	Rights      map[string]bool `json:"rights"`
}

func (k *consumer) view() consumerView {
	return consumerView{k.name, k.description, k.key, k.url, k.picture, k.baseURL, k.rights}
}

type oauthTokenView struct {
	Token           string          `json:"token"`
	Consumer        consumerView    `json:"consumer"`
	CreationDate    int64           `json:"creationDate"`
	ExpirationDate  int64           `json:"expirationDate"`
	LastUtilisation int64           `json:"lastUtilisation"`
	Rights          map[string]bool `json:"rights"`
	EmployeeID      *string         `json:"employeeId"`
}

func (t *oauthToken) view() oauthTokenView {
	rights := t.rights
	if rights == nil {
		rights = t.consumer.rights
	}
	return oauthTokenView{
		Token: t.token, Consumer: t.consumer.view(), CreationDate: millis(t.created), ExpirationDate: millis(t.expires),
		LastUtilisation: millis(t.used), Rights: rights,
	}
}

func listOAuthTokens(c *call) (any, error) {
	out := []oauthTokenView{}
	for _, t := range c.state().oauthTokens {
		if t.user == c.user && t.expires.After(c.now) {
			out = append(out, t.view())
		}
	}
	return out, nil
}

// getCurrentToken describes the OAuth token in use. An API token is none.
func getCurrentToken(c *call) (any, error) {
	if c.cred.oauth == nil {
		return nil, notFound("The request was not made with an OAuth token")
	}
	return c.cred.oauth.view(), nil
}

func revokeOAuthToken(c *call) (any, error) {
	s := c.state()
	t := s.oauthToken(c.params["token"])
	if t == nil || t.user != c.user {
		return nil, notFound("The token does not exist")
	}
	s.oauthTokens = without(s.oauthTokens, t)
	return success("The token has successfully been revoked"), nil
}

func revokeAllTokens(c *call) (any, error) {
	s := c.state()
	s.oauthTokens = slices.DeleteFunc(s.oauthTokens, func(t *oauthToken) bool { return t.user == c.user })
	return success("All the tokens have successfully been revoked"), nil
}
