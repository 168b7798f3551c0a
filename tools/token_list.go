package tools

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// ListTokensInput takes nothing.
type ListTokensInput struct{}

// TokenList is who can act as the user.
type TokenList struct {
	Tokens []TokenView `json:"tokens"`
	// What could not be listed, and why.
	Incomplete []string `json:"incomplete,omitempty"`
}

// TokenView is a token without its value.
type TokenView struct {
	// What revoke_token takes: api_tokens_… of an API token, oauth_… of a sign-in.
	ID string `json:"id"`
	// api_token or sign_in.
	Kind string `json:"kind"`
	// Of an API token its name, of a sign-in the program that has it.
	Name     string `json:"name"`
	Created  string `json:"created,omitempty"`
	Expires  string `json:"expires,omitempty"`
	LastUsed string `json:"last_used,omitempty"`
	// Set on the credential that signs the requests of this server.
	Current bool `json:"current,omitempty"`
	// Set when it has expired, expires within two weeks, or is not the user's.
	Warning string `json:"warning,omitempty"`
}

var listTokens = &Tool[ListTokensInput, TokenList]{
	Name: "list_tokens", Title: "Tokens", Toolset: "account",
	Doc:    `Lists the user's API tokens and OAuth sign-ins: name, expiry, last use, which is in use here. Never values.`,
	Effect: catalogue.Reads,
	Uses:   []string{"GET /api-tokens", "GET /v2/self/tokens", "GET /v2/self/tokens/current"},
	Run:    runListTokens,
}

func runListTokens(ctx context.Context, c *Call, _ ListTokensInput) (TokenList, error) {
	all, err := c.readTokens(ctx)
	if err != nil {
		return TokenList{}, err
	}
	out := TokenList{Tokens: []TokenView{}, Incomplete: all.incomplete}
	for _, t := range all.tokens {
		out.Tokens = append(out.Tokens, t.view)
	}
	return out, nil
}

// token is a token on its way into the list.
type token struct {
	view  TokenView
	value string // of a sign-in: how the API names it
}

type tokens struct {
	tokens     []token
	incomplete []string
}

// readTokens reads API tokens and sign-ins. API tokens can be listed with an
// OAuth 1 login only.
func (c *Call) readTokens(ctx context.Context) (tokens, error) {
	identity, err := c.Identity(ctx)
	if err != nil {
		return tokens{}, err
	}
	if err := c.account(ctx); err != nil {
		return tokens{}, err
	}
	var apiTokens []cleverapi.APIToken
	var signIns []cleverapi.SignIn
	var current cleverapi.SignIn
	var out tokens
	var failed [2]error
	_ = parallel(ctx, 3, func(ctx context.Context, i int) error {
		switch i {
		case 0:
			if identity.OAuth {
				apiTokens, failed[0] = c.API.APITokens.List(ctx)
			}
		case 1:
			signIns, failed[1] = c.API.OAuthTokens.List(ctx)
		case 2:
			if identity.Signature != "" {
				// Worth marking, not worth failing for.
				current, _ = c.API.OAuthTokens.Current(ctx)
			}
		}
		return nil
	})
	for _, s := range append(signIns, current) {
		c.Hide.Learn(s.Value)
	}
	if failed[0] != nil && failed[1] != nil {
		return tokens{}, failed[0]
	}
	if !identity.OAuth {
		out.incomplete = append(out.incomplete, fmt.Sprintf("API tokens: Clever Cloud lists them for an OAuth 1 login only, and this server uses the %s from %s. The user sees them at %s/users/me/tokens.", identity.Kind(), identity.Source, c.Settings.ConsoleURL))
	}
	for i, what := range []string{"API tokens", "sign-ins"} {
		if failed[i] != nil {
			out.incomplete = append(out.incomplete, what+": "+failed[i].Error())
		}
	}
	for _, t := range apiTokens {
		out.tokens = append(out.tokens, token{view: apiTokenView(t, c.Now())})
	}
	for _, s := range signIns {
		out.tokens = append(out.tokens, token{value: s.Value, view: signInView(s, current.Value != "" && s.Value == current.Value, c.Now())})
	}
	sort.SliceStable(out.tokens, func(i, j int) bool {
		a, b := out.tokens[i], out.tokens[j]
		return cmp.Or(strings.Compare(a.view.Kind, b.view.Kind), strings.Compare(b.view.Created, a.view.Created), strings.Compare(a.view.ID, b.view.ID)) < 0
	})
	return out, nil
}

func apiTokenView(t cleverapi.APIToken, now time.Time) TokenView {
	v := TokenView{ID: t.ID, Kind: "api_token", Name: t.Name, Created: date(t.CreationDate), Expires: date(t.ExpirationDate)}
	v.Warning = ending(t.ExpirationDate, now)
	if v.Warning == "" && t.State == "EXPIRED" {
		v.Warning = "It has expired."
	}
	return v
}

func signInView(s cleverapi.SignIn, current bool, now time.Time) TokenView {
	v := TokenView{
		ID: signInID(s.Value), Kind: "sign_in", Name: cmp.Or(s.Consumer.Name, "unknown program"), Current: current,
		Created: date(s.CreationDate.Time()), Expires: date(s.ExpirationDate.Time()), LastUsed: date(s.LastUse.Time()),
		Warning: ending(s.ExpirationDate.Time(), now),
	}
	if s.Employee != "" {
		v.Warning = strings.TrimSpace("It is a session of Clever Cloud's support. " + v.Warning)
	}
	return v
}

// ending warns of a token that has ended or soon will.
func ending(at, now time.Time) string {
	switch left := at.Sub(now); {
	case at.IsZero() || left >= soon:
		return ""
	case left <= 0:
		return "It has expired."
	default:
		return "It expires within two weeks."
	}
}

// signInID names a sign-in without its value, which is all that the API has for
// a name. It is the same in every process, so that an id outlives a restart; a
// token is drawn at random, so nobody finds it by trying values.
func signInID(value string) string {
	sum := sha256.Sum256([]byte("sign-in\x00" + value))
	return "oauth_" + hex.EncodeToString(sum[:6])
}
