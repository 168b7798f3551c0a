package emulator

import "strings"

func githubRoutes() routes {
	return routes{
		"GET /v2/github":              ofGithub(getGithub),
		"GET /v2/github/username":     ofGithub(getGithubUsername),
		"GET /v2/github/emails":       ofGithub(listGithubEmails),
		"GET /v2/github/keys":         ofGithub(listGithubKeys),
		"GET /v2/github/applications": ofGithub(listGithubApplications),
		"GET /v2/github/link":         linkGithub,
		"DELETE /v2/github/link":      ofGithub(unlinkGithub),

		"GET /v2/organisations/{id}/applications/{appId}/branches": ofApp(listBranches),
	}
}

const idNoGithub = 7301

// ofGithub refuses who has no GitHub account linked.
func ofGithub(h handler) handler {
	return func(c *call) (any, error) {
		if c.user.githubUnlinked {
			return nil, fail(404, idNoGithub, "No GitHub account is linked")
		}
		return h(c)
	}
}

// githubName is that of the account that everybody begins with.
func (u *user) githubName() string {
	name, _, _ := strings.Cut(u.email, "@")
	return strings.ReplaceAll(name, ".", "-")
}

// oauthApps are the services that one can log in by.
func (u *user) oauthApps() []string {
	if u.githubUnlinked {
		return []string{}
	}
	return []string{"github"}
}

type githubView struct {
	TransactionID string `json:"transactionId"`
	RedirectURI   string `json:"redirectUri"`
}

func getGithub(c *call) (any, error) {
	return githubView{uuid("github", c.user.id), "https://github.com/login/oauth/authorize"}, nil
}

func getGithubUsername(c *call) (any, error) { return c.user.githubName(), nil }

func listGithubEmails(c *call) (any, error) { return []string{c.user.email}, nil }

func listGithubKeys(c *call) (any, error) { return listKeys(c) }

type githubApplicationView struct {
	ID            string `json:"id"`
	Owner         string `json:"owner"`
	Name          string `json:"name"`
	Description   string `json:"description"`
	GitURL        string `json:"gitUrl"`
	DefaultBranch string `json:"defaultBranch"`
	Priv          bool   `json:"priv"`
}

// listGithubApplications has a repository for each application.
func listGithubApplications(c *call) (any, error) {
	out := []githubApplicationView{}
	for _, a := range c.user.space.apps {
		name := c.user.githubName()
		out = append(out, githubApplicationView{hexDecimal(8, a.id), name, a.name, a.description, "git://github.com/" + name + "/" + a.name + ".git", "main", false})
	}
	return out, nil
}

// linkGithub cannot send anybody to GitHub: it links at once, and answers the
// address that a browser would have opened.
func linkGithub(c *call) (any, error) {
	c.user.githubUnlinked = false
	return "https://github.com/login/oauth/authorize?state=" + uuid("github", c.user.id), nil
}

func unlinkGithub(c *call) (any, error) {
	c.user.githubUnlinked = true
	return success("The GitHub account has been unlinked"), nil
}

func listBranches(_ *call, a *application) (any, error) {
	if a.branch == "master" || a.branch == "main" {
		return []string{a.branch}, nil
	}
	return []string{"master", a.branch}, nil
}
