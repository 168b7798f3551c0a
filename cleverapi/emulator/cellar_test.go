package emulator

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestBucketsAndObjects(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("cellar")
	cellar := base + "/cellar/" + id("shop-media")
	c.want(200, "POST", cellar+"/buckets", map[string]any{"name": "pictures", "versioning": true})
	if got := at(t, c.want(409, "POST", cellar+"/buckets", map[string]any{"name": "pictures"}), "code"); got != "clever.cellar.bucket-already-exists" {
		t.Errorf("a second bucket of the name is refused with %v", got)
	}
	for _, name := range []string{"", "AB", "a..b", "-ab"} {
		c.want(400, "POST", cellar+"/buckets", map[string]any{"name": name})
	}
	one := cellar + "/buckets/pictures"
	if got := at(t, c.want(200, "PATCH", one, map[string]bool{"versioning": false}), "versioning"); got != "SUSPENDED" {
		t.Errorf("versioning that is switched off is %v", got)
	}
	for _, key := range []string{"b/2.png", "a/1.png", "b/1.png"} {
		c.want(200, "POST", one+"/objects/upload/"+url.PathEscape(key), "content of "+key)
	}
	page := c.get(one + "/objects?count=2")
	if at(t, page, "content", 0, "key") != "a/1.png" || at(t, page, "cursor") != "b/1.png" {
		t.Errorf("the first page is %v", page)
	}
	if rest := c.get(one + "/objects?cursor=b/1.png"); at(t, rest, "content", 0, "name") != "2.png" || at(t, rest, "cursor") != nil {
		t.Errorf("the second page is %v", rest)
	}
	if n := len(at(t, c.get(one+"/objects?prefix=b/"), "content").([]any)); n != 2 {
		t.Errorf("%d objects under b/, want 2", n)
	}
	if got := at(t, c.get(one+"/objects/a%2F1.png"), "contentLength"); got != float64(len("content of a/1.png")) {
		t.Errorf("the object has %v bytes", got)
	}
	if got := at(t, c.want(409, "DELETE", one, nil), "code"); got != "clever.cellar.bucket-not-empty" {
		t.Errorf("a bucket with objects is refused with %v", got)
	}
	if got := at(t, c.get(cellar), "buckets", "objects"); got != 3.0 {
		t.Errorf("the add-on counts %v objects", got)
	}
	c.want(204, "DELETE", one+"/objects/a%2F1.png", nil)
	c.want(404, "GET", one+"/objects/a%2F1.png", nil)
	c.want(204, "DELETE", one+"?purgeObjects=true", nil)
	c.want(404, "GET", one, nil)
}

func TestAddressesOfObjectsExpire(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("cellar")
	one := base + "/cellar/" + id("shop-media") + "/buckets/files"
	c.want(200, "POST", strings.TrimSuffix(one, "/files"), map[string]string{"name": "files"})
	address := func(what string) string {
		u, err := url.Parse(at(t, c.want(200, "POST", one+"/objects/"+what, map[string]any{"objectKey": "x/é.txt", "expiresIn": 60}), "url").(string))
		if err != nil {
			t.Fatal(err)
		}
		return u.RequestURI()
	}
	c.want(404, "POST", one+"/objects/download-url", map[string]any{"objectKey": "x/é.txt"})
	anybody := c.with("")
	upload := address("upload-url")
	if resp, body := anybody.send("PUT", upload, "hello"); resp.StatusCode != 200 {
		t.Fatalf("the upload is answered %d %s", resp.StatusCode, body)
	}
	download := address("download-url")
	if _, body := anybody.send("GET", download, nil); string(body) != "hello" {
		t.Errorf("the download is %q", body)
	}
	// One address does not do what the other does.
	if resp, _ := anybody.send("PUT", download, "changed"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("an upload to the address of a download is answered %d", resp.StatusCode)
	}
	if resp, _ := anybody.send("GET", strings.Replace(download, "x%2F", "y%2F", 1), nil); resp.StatusCode != http.StatusForbidden {
		t.Errorf("another key is answered %d", resp.StatusCode)
	}
	c.e.Clock().Advance(2 * time.Minute)
	if resp, _ := anybody.send("GET", download, nil); resp.StatusCode != http.StatusForbidden {
		t.Errorf("an address that expired is answered %d", resp.StatusCode)
	}
}

func TestCellarCredentialsAreRenewed(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	base, id := c.v4("cellar")
	cellar := base + "/cellar/" + id("shop-media")
	before := at(t, c.get(cellar+"/credentials"), "keySecret")
	after := at(t, c.want(200, "POST", cellar+"/credentials/renew", nil), "keySecret")
	env := c.get(org + "/addons/" + named(t, c.get(org+"/addons"), "shop-media")["id"].(string) + "/env")
	if after == before || named(t, env, "CELLAR_ADDON_KEY_SECRET")["value"] != after {
		t.Errorf("the secret went from %v to %v, the environment has %v", before, after, env)
	}
	_, file := c.send("GET", cellar+"/credentials.cfg", nil)
	u, err := url.Parse(at(t, c.get(cellar+"/credentials/presigned-url"), "url").(string))
	if err != nil {
		t.Fatal(err)
	}
	if _, same := c.with("").send("GET", u.RequestURI(), nil); !strings.Contains(string(file), after.(string)) || string(same) != string(file) {
		t.Errorf("the file is %s, behind its address %s", file, same)
	}
}
