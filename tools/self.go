package tools

import (
	"context"
	"errors"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// GetSelfInput takes nothing.
type GetSelfInput struct{}

// SelfView is who is signed in, and what this server may do.
type SelfView struct {
	// False when no credential was found; how_to_sign_in then says what to do.
	SignedIn    bool   `json:"signed_in"`
	HowToSignIn string `json:"how_to_sign_in,omitempty"`

	User       *UserView       `json:"user,omitempty"`
	Credential *CredentialView `json:"credential,omitempty"`
	// What the argument profile takes, the active account first.
	Profiles      []string           `json:"profiles,omitempty"`
	Organisations []OrganisationView `json:"organisations"`
	Server        ServerView         `json:"server"`
}

// UserView is a person's account.
type UserView struct {
	// The id, user_…; it is also the owner id of the personal space.
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// CredentialView says how requests are signed.
type CredentialView struct {
	Kind string `json:"kind"`
	// Where it was found.
	Source string `json:"source"`
	// Where the OAuth 1 token was found that signs what an API token may not do.
	Besides string `json:"besides,omitempty"`
	// When it ends, as a date. Left out: not known.
	Expires string `json:"expires,omitempty"`
	// Set when it ends within two weeks.
	Warning string `json:"warning,omitempty"`
}

// OrganisationView is one owner.
type OrganisationView struct {
	// The owner id, for the argument owner.
	Owner string `json:"owner"`
	Name  string `json:"name"`
	// What the user may do there: ADMIN, MANAGER, DEVELOPER, ACCOUNTING.
	Role     string `json:"role"`
	Personal bool   `json:"personal,omitempty"`
	Apps     int    `json:"apps"`
	Addons   int    `json:"addons"`
}

// ServerView says what the operator switched off.
type ServerView struct {
	Demo     bool `json:"demo,omitempty"`
	ReadOnly bool `json:"read_only"`
	// Tools that the operator left out.
	ToolsOff []string `json:"tools_off"`
	// What the operator bounds: owners, operations, sizes, prices.
	Limits []string `json:"limits,omitempty"`
}

var getSelf = &Tool[GetSelfInput, SelfView]{
	Name: "get_self", Title: "Who is signed in", Toolset: "account",
	Doc:    `Shows who is signed in to Clever Cloud: user, organisations with roles, which credential signs and until when, what the operator switched off. Call it first when the account is unclear, or a call was refused for its rights. Signed out, it says how to sign in.`,
	Effect: catalogue.Reads,
	Uses:   []string{"GET /v2/summary", "GET /v2/self/tokens/current"},
	Run:    runGetSelf,
}

// soon is when the end of a credential is worth a warning.
const soon = 14 * 24 * time.Hour

func runGetSelf(ctx context.Context, c *Call, _ GetSelfInput) (SelfView, error) {
	view := SelfView{Organisations: []OrganisationView{}, Server: ServerView{
		Demo: c.Settings.Demo, ReadOnly: c.Settings.ReadOnly, ToolsOff: append([]string{}, c.Settings.Off...), Limits: c.Settings.limits(),
	}}
	names, err := c.accounts()
	if err != nil {
		return SelfView{}, err
	}
	view.Profiles = names
	identity, err := c.Identity(ctx)
	if errors.Is(err, cleverapi.ErrSignedOut) {
		view.HowToSignIn = sentence(err.Error())
		var page *pageNeeded
		if errors.As(c.signInNeeded(err), &page) {
			view.HowToSignIn = page.message + " " + page.url
		}
		return view, nil
	}
	if err != nil {
		return SelfView{}, err
	}

	var summary cleverapi.Summary
	err = parallel(ctx, 2, func(ctx context.Context, i int) (err error) {
		if i == 0 {
			summary, err = c.summary(ctx)
			return err
		}
		if identity.Expires.IsZero() && identity.OAuth {
			// Worth knowing, not worth failing for.
			if token, err := c.API.Self.CurrentToken(ctx); err == nil {
				identity.Expires = token.ExpirationDate.Time()
			}
		}
		return nil
	})
	if err != nil {
		return SelfView{}, err
	}

	view.SignedIn = true
	view.User = &UserView{ID: summary.User.ID, Name: summary.User.Name, Email: summary.User.Email}
	view.Credential = credentialView(identity, c.Now())
	for _, o := range summary.Owners {
		view.Organisations = append(view.Organisations, OrganisationView{
			Owner: o.ID, Name: o.Name, Role: o.Role, Personal: o.Personal, Apps: len(o.Applications), Addons: len(o.Addons),
		})
	}
	return view, nil
}

func credentialView(id Identity, now time.Time) *CredentialView {
	v := &CredentialView{Kind: id.Kind(), Source: id.Source, Besides: id.PairSource}
	if id.Expires.IsZero() {
		return v
	}
	v.Expires = id.Expires.UTC().Format(time.RFC3339)
	switch left := id.Expires.Sub(now); {
	case left <= 0:
		v.Warning = "It has expired: sign in again with clever-mcp login."
	case left < soon:
		v.Warning = "It ends within two weeks: sign in again before, with clever-mcp login."
	}
	return v
}
