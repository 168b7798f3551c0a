package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Profile is one login in the file of the clever command line.
type Profile struct {
	Alias         string
	UserID, Email string
	Expires       time.Time // zero when the file does not say

	token, secret Secret
	overrides     map[string]string
	file          string    // as shown to people
	item          *ringItem // where the secrets are, when the file has none
}

// describe names the profile in errors and results.
func (p *Profile) describe() string { return fmt.Sprintf("profile %+q of %s", p.Alias, p.file) }

// InKeyring tells whether the keyring of the system has the secrets of the login.
func (p *Profile) InKeyring() bool { return p.item != nil }

// profileJSON is one element of "profiles". The older format, of one account, has
// the same fields at the top level, without the alias.
type profileJSON struct {
	Alias      string                     `json:"alias"`
	Token      string                     `json:"token"`
	Secret     string                     `json:"secret"`
	Expiration json.RawMessage            `json:"expirationDate"`
	UserID     string                     `json:"userId"`
	Email      string                     `json:"email"`
	Overrides  map[string]json.RawMessage `json:"overrides"`
}

// parseProfiles reads both formats. Its errors hold no byte of data, unlike those
// of encoding/json. shown is how the file is called in errors.
func parseProfiles(data []byte, shown string) ([]Profile, error) {
	var file struct {
		Profiles []profileJSON `json:"profiles"`
		profileJSON
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, jsonError(err, data, shown)
	}
	listed := file.Profiles
	if listed == nil && (file.Token != "" || file.Secret != "") {
		listed = []profileJSON{file.profileJSON}
		listed[0].Alias = "default"
	}
	profiles := make([]Profile, 0, len(listed))
	for _, p := range listed {
		profiles = append(profiles, p.profile(shown))
	}
	return profiles, nil
}

func (p profileJSON) profile(shown string) Profile {
	overrides := make(map[string]string, len(p.Overrides))
	for name, raw := range p.Overrides {
		var text string
		if json.Unmarshal(raw, &text) == nil { // null and foreign types override nothing
			overrides[name] = text
		}
	}
	return Profile{
		Alias: p.Alias, UserID: p.UserID, Email: p.Email, Expires: parseExpiry(p.Expiration),
		token: NewSecret(p.Token), secret: NewSecret(p.Secret), overrides: overrides, file: shown,
	}
}

// parseExpiry takes a date as ISO 8601 or as epoch milliseconds, the two forms in
// which the platform writes dates. Anything else is a date that is not known.
func parseExpiry(raw json.RawMessage) time.Time {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	return parseDate(text)
}

func parseDate(text string) time.Time {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC()
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms > 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

func jsonError(err error, data []byte, shown string) error {
	problem := "is not what the clever command line writes"
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		problem = "is empty"
	case errors.As(err, &syntax):
		problem = fmt.Sprintf("is not valid JSON (at byte %d)", syntax.Offset)
	case errors.As(err, &wrong):
		problem = fmt.Sprintf("has a value of the wrong type (before byte %d)", wrong.Offset)
	}
	return &FileError{Path: shown, Problem: problem, Remedy: "Correct it, or delete it and sign in again with `clever-mcp login`."}
}

// pick finds the profile by its alias; the first one is the active one.
func pick(profiles []Profile, alias, shown string) (*Profile, error) {
	if alias == "" {
		if len(profiles) == 0 {
			return nil, &SignedOutError{File: shown}
		}
		return &profiles[0], nil
	}
	for i := range profiles {
		if profiles[i].Alias == alias {
			return &profiles[i], nil
		}
	}
	var known []string
	for _, p := range profiles {
		known = append(known, printable(p.Alias))
	}
	slices.Sort(known)
	return nil, &UnknownProfileError{Profile: alias, File: shown, Known: known}
}

// credential is what the profile signs with, without its hosts.
func (p *Profile) credential(getenv func(string) string) (Credential, error) {
	switch {
	case p.token.IsZero() && p.secret.IsZero():
		return Credential{}, &SignedOutError{File: p.describe()}
	case p.secret.IsZero():
		return Credential{}, &MissingHalfError{Have: "token", Want: "secret", Source: p.describe()}
	case p.token.IsZero():
		return Credential{}, &MissingHalfError{Have: "secret", Want: "token", Source: p.describe()}
	}
	c := Credential{
		Kind: KindOAuth, Source: p.describe(), Profile: p.Alias,
		Token: p.token, TokenSecret: p.secret,
		Expires: p.Expires, UserID: p.UserID, Email: p.Email,
	}
	return c, c.setConsumer(getenv, pair{"OAUTH_CONSUMER_KEY", "OAUTH_CONSUMER_SECRET"}, p)
}
