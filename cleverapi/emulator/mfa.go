package emulator

import (
	"encoding/base32"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

func mfaRoutes() routes {
	return routes{
		"GET /v2/products/mfa_kinds":            listMFAKinds,
		"POST /v2/self/mfa/{kind}":              ofMFA(true, beginMFA),
		"POST /v2/self/mfa/{kind}/confirmation": ofMFA(true, confirmMFA),
		"PUT /v2/self/mfa/{kind}":               ofMFA(false, preferMFA),
		"DELETE /v2/self/mfa/{kind}":            ofMFA(true, endMFA),
		"GET /v2/self/mfa/{kind}/backupcodes":   ofMFA(true, listBackupCodes),
		"PUT /v2/self/change_password":          changePassword,
	}
}

func listMFAKinds(*call) (any, error) { return []string{"TOTP"}, nil }

// ofMFA refuses other kinds, and who does not send the password of the account.
//
//go:noinline
func ofMFA(needsPassword bool, h handler) handler {
	return func(c *call) (any, error) {
		if c.params["kind"] != "TOTP" {
			return nil, notFound("The two-factor method %s does not exist", c.params["kind"])
		}
		if !needsPassword {
			return h(c)
		}
		password, err := base64.StdEncoding.DecodeString(c.r.Header.Get("X-Clever-Password"))
		if err != nil || c.user.password == "" || !equal(string(password), c.user.password) {
			return nil, fail(http.StatusUnauthorized, idNotConnected, "The password is wrong")
		}
		return h(c)
	}
}

// beginMFA gives a secret that counts once it is confirmed.
func beginMFA(c *call) (any, error) {
	if c.user.totp != "" {
		return nil, fail(http.StatusConflict, http.StatusConflict, "Two-factor authentication is on already")
	}
	secret := digest("totp", c.user.id, c.state().unique())
	c.user.totpToConfirm = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret[:20])
	return urlView{"otpauth://totp/Clever%20Cloud:" + url.PathEscape(c.user.email) + "?secret=" + c.user.totpToConfirm + "&issuer=Clever%20Cloud"}, nil
}

func confirmMFA(c *call) (any, error) {
	var b struct {
		Code         string
		RevokeTokens bool
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	// Codes are made from real time, as signatures are.
	if c.user.totpToConfirm == "" || !validTOTP(c.user.totpToConfirm, b.Code, time.Now()) {
		return nil, fail(http.StatusUnauthorized, idNotConnected, "The code is wrong")
	}
	c.user.totp, c.user.totpToConfirm = c.user.totpToConfirm, ""
	if b.RevokeTokens {
		c.revokeOtherTokens()
	}
	return success("Two-factor authentication is on"), nil
}

func preferMFA(c *call) (any, error) {
	if c.user.totp == "" {
		return nil, notFound("Two-factor authentication is off")
	}
	return success("The preferred method has been changed"), nil
}

func endMFA(c *call) (any, error) {
	if c.user.totp == "" {
		return nil, notFound("Two-factor authentication is off")
	}
	c.user.totp = ""
	return success("Two-factor authentication is off"), nil
}

type backupCodeView struct {
	Code string `json:"code"`
}

// listBackupCodes gives codes that nothing here takes.
func listBackupCodes(c *call) (any, error) {
	if c.user.totp == "" {
		return nil, notFound("Two-factor authentication is off")
	}
	out := []backupCodeView{}
	for i := range 10 {
		out = append(out, backupCodeView{hexDecimal(8, "backup code", c.user.id, strings.Repeat("i", i))})
	}
	return out, nil
}

func changePassword(c *call) (any, error) {
	var b struct {
		OldPassword, NewPassword string
		DropTokens               bool
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if c.user.password == "" || !equal(b.OldPassword, c.user.password) {
		return nil, fail(http.StatusUnauthorized, idNotConnected, "The password is wrong")
	}
	if len(b.NewPassword) < 8 {
		return nil, invalid("The new password should have 8 characters at least")
	}
	c.user.password = b.NewPassword
	if b.DropTokens {
		c.revokeOtherTokens()
	}
	return success("The password has been changed"), nil
}

// revokeOtherTokens logs everybody out but the caller.
func (c *call) revokeOtherTokens() {
	s := c.state()
	s.oauthTokens = slices.DeleteFunc(s.oauthTokens, func(t *oauthToken) bool { return t.user == c.user && t != c.cred.oauth })
}
