package emulator

import (
	"encoding/base32"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAddonDetails(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	_, id := c.v4("x")
	v := c.get("/v4/addon-providers/postgresql-addon/addons/" + id("shop-db"))
	addon := named(t, c.get(org+"/addons"), "shop-db")
	env := c.get(org + "/addons/" + addon["id"].(string) + "/env")
	if at(t, v, "password") != named(t, env, "POSTGRESQL_ADDON_PASSWORD")["value"] || at(t, v, "port") != 50013.0 || at(t, v, "app_id") != addon["id"] {
		t.Errorf("the details are %v", v)
	}
	if !strings.HasSuffix(at(t, v, "creation_date").(string), "Z[UTC]") {
		t.Errorf("the creation date is %v", at(t, v, "creation_date"))
	}
	c.want(404, "GET", "/v4/addon-providers/mysql-addon/addons/"+id("shop-db"), nil)
	es := c.made("es-addon")
	if got := at(t, c.get("/v2/providers/es-addon/"+es["id"].(string)), "config", "password"); got == "" {
		t.Error("Elasticsearch has no password")
	}
	if n := len(c.get(org + "/addons/" + addon["id"].(string) + "/instances").([]any)); n != 1 {
		t.Errorf("a dedicated add-on has %d machines", n)
	}
	base, _ := c.v4("materia")
	if got := at(t, c.get(base+"/materia/databases/"+id("sessions")), "status"); got != "PROVISIONED" {
		t.Errorf("Materia is %v", got)
	}
}

func TestMigrationsTakeTheirTime(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	one := org + "/addons/" + named(t, c.get(org+"/addons"), "shop-db")["id"].(string)
	var bigger any
	for _, p := range at(t, c.get("/v2/products/addonproviders/postgresql-addon"), "plans").([]any) {
		if at(t, p, "slug") == "m_big" {
			bigger = at(t, p, "id")
		}
	}
	if got := at(t, c.get(one+"/migrations/preorders?planId="+bigger.(string)), "totalHT"); got != 163.5 {
		t.Errorf("the plan would cost %v", got)
	}
	m := c.want(200, "POST", one+"/migrations", map[string]any{"planId": bigger, "region": "rbx", "version": "17"})
	c.want(409, "POST", one+"/migrations", map[string]any{"planId": bigger})
	c.e.Clock().Advance(migrationStep + time.Second)
	if v := c.get(one + "/migrations/" + at(t, m, "migrationId").(string)); at(t, v, "status") != "RUNNING" || at(t, v, "steps", 0, "status") != "OK" || at(t, v, "steps", 1, "status") != "RUNNING" {
		t.Errorf("the migration is %v", v)
	}
	if got := at(t, c.get(one), "plan", "slug"); got != "s_med" {
		t.Errorf("the plan is %v before the migration ended", got)
	}
	c.e.Clock().Advance(3 * migrationStep)
	if v := c.get(one); at(t, v, "plan", "slug") != "m_big" || at(t, v, "region") != "rbx" {
		t.Errorf("after the migration the add-on is %v in %v", at(t, v, "plan", "slug"), at(t, v, "region"))
	}
	c.want(400, "POST", one+"/migrations", map[string]any{"planId": bigger})
	second := at(t, c.want(200, "POST", one+"/migrations", map[string]any{"region": "par"}), "migrationId").(string)
	if got := at(t, c.want(200, "DELETE", one+"/migrations/"+second, nil), "status"); got != "ABORTED" {
		t.Errorf("an aborted migration is %v", got)
	}
	c.e.Clock().Advance(time.Hour)
	if got := at(t, c.get(one), "region"); got != "rbx" {
		t.Errorf("an aborted migration brought the add-on to %v", got)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, app := c.acme()
	addon := org + "/addons/" + named(t, c.get(org+"/addons"), "uploads")["id"].(string)
	for _, path := range []string{app("docs"), addon} {
		c.want(200, "PUT", path+"/tags/team:web", nil)
		c.want(200, "PUT", path+"/tags", `["b","a","a"]`)
		c.want(200, "PUT", path+"/tags/c", nil)
		if got := c.want(200, "DELETE", path+"/tags/b", nil).([]any); len(got) != 2 || got[0] != "a" || got[1] != "c" {
			t.Errorf("the tags of %s are %v", path, got)
		}
		c.want(200, "DELETE", path+"/tags/nothing", nil)
	}
}

func TestSecondFactorIsSetUp(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	send := func(method, path, password, body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, c.base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", c.auth)
		req.Header.Set("X-Clever-Password", base64.StdEncoding.EncodeToString([]byte(password)))
		resp, err := network.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	const good = "correct-horse-battery-staple"
	if status, _ := send("POST", "/v2/self/mfa/TOTP", "wrong", ""); status != 401 {
		t.Errorf("a wrong password is answered %d", status)
	}
	status, text := send("POST", "/v2/self/mfa/TOTP", good, "")
	_, rest, ok := strings.Cut(text, "secret=")
	if status != 200 || !ok {
		t.Fatalf("the enrolment is %d %s", status, text)
	}
	secret, _, _ := strings.Cut(rest, "&")
	if got := at(t, c.get("/v2/self"), "preferredMFA"); got != "NONE" {
		t.Errorf("before the confirmation the second factor is %v", got)
	}
	if status, _ := send("POST", "/v2/self/mfa/TOTP/confirmation", good, `{"code":"000000"}`); status != 401 {
		t.Errorf("a wrong code is answered %d", status)
	}
	if status, text := send("POST", "/v2/self/mfa/TOTP/confirmation", good, `{"code":"`+codeAt(t, secret, time.Now())+`"}`); status != 200 {
		t.Errorf("the right code is answered %d %s", status, text)
	}
	if got := at(t, c.get("/v2/self"), "preferredMFA"); got != "TOTP" {
		t.Errorf("after the confirmation the second factor is %v", got)
	}
	if status, text := send("GET", "/v2/self/mfa/TOTP/backupcodes", good, ""); status != 200 || strings.Count(text, "code") != 10 {
		t.Errorf("the backup codes are %d %s", status, text)
	}
	if status, _ := send("DELETE", "/v2/self/mfa/TOTP", good, ""); status != 200 {
		t.Errorf("switching it off is answered %d", status)
	}
	c.want(401, "PUT", "/v2/self/change_password", map[string]string{"oldPassword": "wrong", "newPassword": "long enough"})
	c.want(200, "PUT", "/v2/self/change_password", map[string]any{"oldPassword": good, "newPassword": "long enough", "dropTokens": true})
	c.get("/v2/self") // the caller stays
}

func TestSettingsAndGithub(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	c.want(204, "PUT", "/v4/console/settings/THEME?env=prod", "dark")
	if got := at(t, c.get("/v4/console/settings/THEME?env=prod"), "value"); got != "dark" {
		t.Errorf("the setting is %v", got)
	}
	c.want(404, "GET", "/v4/console/settings/THEME", nil)
	c.want(204, "DELETE", "/v4/console/settings/THEME?env=prod", nil)
	c.want(404, "DELETE", "/v4/console/settings/THEME?env=prod", nil)

	if got := c.get("/v2/github/username"); got != "camille-martin" {
		t.Errorf("the GitHub name is %v", got)
	}
	c.want(200, "DELETE", "/v2/github/link", nil)
	if got := at(t, c.want(404, "GET", "/v2/github/keys", nil), "id"); got != 7301.0 {
		t.Errorf("without GitHub the refusal is %v", got)
	}
	if n := len(at(t, c.get("/v2/self"), "oauthApps").([]any)); n != 0 {
		t.Errorf("%d services to log in by are left", n)
	}
	c.want(404, "GET", "/v2/users/user_x", nil)
}

func codeAt(t *testing.T, secret string, now time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return totpCode(key, now.Unix()/30)
}
