package emulator

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestBackupsAreMadeKeptAndDownloaded(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	_, id := c.v4("stats")
	path := "/v2/backups" + strings.TrimPrefix(org, "/v2/organisations") + "/" + id("shop-db")
	list := c.get(path).([]any)
	if len(list) != keptBackups || at(t, list[0], "creation_date") != "2026-06-01T02:00:00.000Z" {
		t.Fatalf("%d backups, the newest of %v", len(list), at(t, list[0], "creation_date"))
	}
	u, err := url.Parse(at(t, list[6], "download_url").(string))
	if err != nil {
		t.Fatal(err)
	}
	resp, body := c.with("").send("GET", u.RequestURI(), nil)
	if resp.StatusCode != 200 || !strings.HasPrefix(string(body), "-- PostgreSQL database dump") {
		t.Errorf("the download answers %d %.60q", resp.StatusCode, body)
	}
	if resp, _ := c.with("").send("GET", u.Path+"?signature=x", nil); resp.StatusCode != 404 {
		t.Errorf("a wrong signature is answered %d", resp.StatusCode)
	}
	c.e.Clock().Advance(24 * time.Hour)
	if got := at(t, c.get(path), 0, "creation_date"); got != "2026-06-02T02:00:00.000Z" {
		t.Errorf("a day later the newest backup is of %v", got)
	}
	if resp, _ := c.with("").send("GET", u.RequestURI(), nil); resp.StatusCode != 404 {
		t.Errorf("a backup that is no longer kept is answered %d", resp.StatusCode)
	}
	if n := len(c.get(strings.TrimSuffix(path, id("shop-db")) + id("shop-cache")).([]any)); n != 0 {
		t.Errorf("a cache has %d backups", n)
	}
	c.want(404, "GET", path+"x", nil)
}
