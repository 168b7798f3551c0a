package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// RevokeTokenInput names a token.
type RevokeTokenInput struct {
	// Id or name, from list_tokens.
	Token string `json:"token"`
	// From the plan, once the user agreed.
	Confirm string `json:"confirm,omitempty"`
}

// RevokedTokenView is a token that is good no more.
type RevokedTokenView struct {
	Revoked string `json:"revoked"`
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	// Set when it was the one in use: how to go on.
	Next string `json:"next,omitempty"`
}

var revokeToken = &Tool[RevokeTokenInput, RevokedTokenView]{
	Name: "revoke_token", Title: "Revoke a token", Toolset: "account",
	Doc:    `Revokes an API token or ends a sign-in, at once and for ever. First returns a plan to show to the user.`,
	Effect: catalogue.Destroys,
	Uses: []string{
		"GET /api-tokens", "GET /v2/self/tokens", "GET /v2/self/tokens/current",
		"DELETE /api-tokens/{apiTokenId}", "DELETE /v2/self/tokens/{token}",
	},
	Run: runRevokeToken,
}

func runRevokeToken(ctx context.Context, c *Call, in RevokeTokenInput) (RevokedTokenView, error) {
	all, err := c.readTokens(ctx)
	if err != nil {
		return RevokedTokenView{}, err
	}
	t, err := all.find(in.Token)
	if err != nil {
		return RevokedTokenView{}, err
	}
	c.about(t.view.ID)
	if err := c.ConfirmPlan(t.plan()); err != nil {
		return RevokedTokenView{}, err
	}
	if err := c.revoke(ctx, t); err != nil {
		return RevokedTokenView{}, err
	}
	view := RevokedTokenView{Revoked: t.view.ID, Name: t.view.Name, Kind: t.view.Kind}
	if t.view.Current {
		view.Next = "This server is signed out now: every call is refused until the user signs in again with clever-mcp login."
	}
	return view, nil
}

// find returns the token of an id or of a name that only one has.
func (l tokens) find(ref string) (token, error) {
	var found []token
	var ids []string
	for _, t := range l.tokens {
		if t.view.ID == ref {
			return t, nil
		}
		said := fmt.Sprintf("%s (%s)", t.view.Name, t.view.ID)
		if strings.EqualFold(t.view.Name, strings.TrimSpace(ref)) {
			found = append(found, t)
		}
		ids = append(ids, said)
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(found) > 1 {
		ids = nil
		for _, t := range found {
			ids = append(ids, fmt.Sprintf("created %s (%s)", t.view.Created, t.view.ID))
		}
		slices.Sort(ids)
		return token{}, badArgument("The token %q is ambiguous: %s. Name it by id.", ref, strings.Join(ids, ", "))
	}
	slices.Sort(ids)
	text := fmt.Sprintf("There is no token %q. Tokens: %s.", ref, strings.Join(ids, ", "))
	if len(ids) == 0 {
		text = fmt.Sprintf("There is no token %q, nor any other that can be seen.", ref)
	}
	for _, missing := range l.incomplete {
		text += "\n" + missing
	}
	return token{}, &ArgumentError{text}
}

func (t token) plan() Plan {
	plan := Plan{Action: "revoke the API token", Kind: "token", Name: t.view.Name, ID: t.view.ID}
	loss := "Every program that uses it is refused at once."
	if t.view.Kind == "sign_in" {
		plan.Action = "end the sign-in"
		loss = fmt.Sprintf("%q is signed out at once, wherever it uses this sign-in.", t.view.Name)
	}
	plan.Losses = []string{loss, "It cannot be undone: a new one has another value."}
	if t.view.LastUsed != "" {
		plan.Losses = append(plan.Losses, "It was last used "+t.view.LastUsed+".")
	}
	if t.view.Current {
		plan.Losses = append(plan.Losses, "It is the credential that this server signs with: every call after this one is refused until the user signs in again, and the clever CLI of the same login with it.")
	}
	return plan
}

// revoke ends a token. When the answer was lost, the list tells whether it did.
func (c *Call) revoke(ctx context.Context, t token) error {
	var err error
	if t.view.Kind == "sign_in" {
		err = c.API.OAuthTokens.Revoke(ctx, t.value)
	} else {
		err = c.API.APITokens.Revoke(ctx, t.view.ID)
	}
	if !errors.Is(err, cleverapi.ErrUnknownOutcome) {
		return err
	}
	all, look := c.readTokens(ctx)
	switch {
	case t.view.Current && errors.Is(look, cleverapi.ErrUnauthorized):
		return nil
	case look != nil || len(all.incomplete) > 0:
		return err
	case slices.ContainsFunc(all.tokens, func(o token) bool { return o.view.ID == t.view.ID }):
		return badArgument("The answer was lost, and the token %s (%s) is still listed: it was probably not revoked.\nNext: list_tokens in a minute; if it is still there, ask for a new plan without confirm.", t.view.Name, t.view.ID)
	}
	return nil
}
