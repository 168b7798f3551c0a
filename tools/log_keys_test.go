package tools

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/cleverapi/emulator"
)

// keyLine is a line of a key, in which every part is known again.
func keyLine(n int) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("line-of-a-key-7", 4)))[n : n+keyWidth]
}

func TestKeysInLogsAreHiddenLineByLine(t *testing.T) {
	t.Parallel()
	first, second, last := keyLine(0), keyLine(1), "c2hvcnQtZW5kLW9m"
	const begin, end = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
	sha := strings.Repeat("0123456789abcdef", 4)
	for name, tt := range map[string]struct {
		lines        []string
		hidden, kept []string
	}{
		"whole":                     {[]string{"a> before", "a>" + begin, "a>" + first, "a>" + last, "a>" + end, "a>" + last}, []string{first}, []string{"before", last}},
		"after a date":              {[]string{"a>09:00 INFO " + begin, "a>09:00 INFO " + first, "a>09:01 INFO " + last, "a>09:02 INFO ready"}, []string{first, last}, []string{"09:01 INFO", "ready"}},
		"among other instances":     {[]string{"a>" + begin, "b>started as 0123456789ab", "a>" + first, "b>" + last, "a>" + last + "x", "a>" + end}, []string{first, last + "x"}, []string{"started as 0123456789ab", last}},
		"beginning not read":        {[]string{"a>" + first, "a>" + second, "a>" + last, "a>ready", "a>ready", "a>QWxhZGRpbjpvcGVu"}, []string{first, second, last}, []string{"ready", "QWxhZGRpbjpvcGVu"}},
		"several lines in an entry": {[]string{"a>" + begin + "\n" + first, "a>" + second + "\n" + last + "\n" + end}, []string{first, second, last}, nil},
		"without its end":           {[]string{"a>" + begin, "a>" + first, "a>GET /index 200", "a>" + second}, []string{first, second}, []string{"GET /index 200"}},
		"certificate":               {[]string{"a>-----BEGIN CERTIFICATE-----", "a>" + first, "a>-----END CERTIFICATE-----", "a>" + second}, []string{second}, []string{first}},
		"checksum":                  {[]string{"a>sha256 " + sha, "a>" + last}, nil, []string{sha, last}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, keys := NewHider(), keyLines{}
			var said strings.Builder
			for _, line := range tt.lines {
				from, message, _ := strings.Cut(line, ">")
				said.WriteString(keys.hide(h, from, message) + "\n")
			}
			for _, secret := range tt.hidden {
				if strings.Contains(said.String(), secret) {
					t.Errorf("%s is shown:\n%s", secret, said.String())
				}
			}
			for _, text := range tt.kept {
				if !strings.Contains(said.String(), text) {
					t.Errorf("%s is hidden:\n%s", text, said.String())
				}
			}
		})
	}
}

// rewritten says other things than the API did, in its words.
type rewritten struct {
	http.RoundTripper
	words *strings.Replacer
}

func (r rewritten) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTripper.RoundTrip(req)
	if err == nil && strings.HasSuffix(req.URL.Path, "/logs") {
		body, _ := io.ReadAll(resp.Body)
		resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(r.words.Replace(string(body)))), -1
	}
	return resp, err
}

// Every tool that reads a log knows keys that come line by line.
func TestNoLogShowsAKey(t *testing.T) {
	t.Parallel()
	first, last := keyLine(0), keyLine(5)[:40]
	synctest.Test(t, func(t *testing.T) {
		// The log of a deployment that did not start, with other words.
		words := strings.NewReplacer("npm ci", "-----BEGIN PRIVATE KEY-----", "added 412 packages in 9s", first, "npm run build", last)
		w := newWorld(t, worldOptions{over: func(e http.RoundTripper) http.RoundTripper { return rewritten{e, words} }, account: &emulator.Seed{
			User: emulator.SeedUser{Name: "Robin", Email: "robin@example.com", Password: "correct-horse-battery"},
			Organisations: []emulator.SeedOwner{{Name: "acme", Applications: []emulator.SeedApp{
				{Name: "shop", Type: "node", Flavor: "S", Deployed: emulator.Age(10 * time.Minute), Fails: "start"},
			}}},
		}})
		owner := w.get(t, "/v2/organisations").where("name", "acme").first("id")
		app := w.get(t, "/v2/organisations/"+owner+"/applications").first("id")
		var list DeploymentList
		called := func(tool string, args map[string]any) Result {
			args["app"] = app
			if tool == "read_api" {
				args = map[string]any{
					"path":  "/v4/logs/organisations/" + owner + "/applications/" + app + "/logs",
					"query": map[string]any{"since": started.Add(-time.Hour).Format(time.RFC3339), "until": started.Format(time.RFC3339)},
				}
			}
			return w.runner.Call(t.Context(), tool, arguments(t, args), Caller{})
		}
		if err := json.Unmarshal(called("list_deployments", map[string]any{}).Structured, &list); err != nil {
			t.Fatal(err)
		}
		for tool, args := range map[string]map[string]any{
			"get_logs": {}, "diagnose_app": {}, "read_api": {}, "list_deployments": {"deployment": list.Deployments[0].Deployment},
		} {
			res := called(tool, args)
			if res.IsError || tool != "diagnose_app" && !strings.Contains(res.Text, "[hidden ") {
				t.Errorf("%s reads no key: %s", tool, res.Text)
			}
			if leaks(res.Text, first) || leaks(res.Text, last) {
				t.Errorf("%s shows the key: %s", tool, res.Text)
			}
		}
	})
}
