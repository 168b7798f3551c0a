package emulator

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

func cellarRoutes() routes {
	const base = " /v4/cellar/organisations/{ownerId}/cellar/{CellarId}"
	of := func(h func(c *call, a *addon) (any, error)) handler {
		return ofRealAddon("CellarId", []string{"cellar-addon"}, h)
	}
	return routes{
		"GET" + base:                                of(getCellar),
		"GET" + base + "/credentials":               of(getCellarCredentials),
		"GET" + base + "/credentials.cfg":           of(getCellarConfig),
		"GET" + base + "/credentials/presigned-url": of(getCellarConfigURL),
		"POST" + base + "/credentials/renew":        of(renewCellarCredentials),
		"GET" + base + "/buckets":                   of(listBuckets),
		"POST" + base + "/buckets":                  of(createBucket),
		"GET" + base + "/buckets/{bucketName}":      ofBucket(getBucket),
		"PATCH" + base + "/buckets/{bucketName}":    ofBucket(updateBucket),
		"DELETE" + base + "/buckets/{bucketName}":   ofBucket(deleteBucket),
	}
}

const maxBuckets = 100

// bucket is a name for objects; it is unique among all add-ons.
type bucket struct {
	name             string
	addon            *addon
	versioning       string
	created, updated time.Time
	objects          []*cellarObject // sorted by key
}

type cellarObject struct {
	key, contentType string
	content          []byte
	updated          time.Time
}

// cellarError refuses with a code of Cellar's own.
func cellarError(status int, code, format string, args ...any) error {
	e := fail(status, status, format, args...)
	e.code = "clever.cellar." + code
	return e
}

// renewable is a credential that was renewed some times.
func (a *addon) renewable(n int, name string) string {
	if a.renewed == 0 {
		return a.secret(n, name)
	}
	return a.secret(n, fmt.Sprintf("%s %d", name, a.renewed))
}

type cellarBucketsView struct {
	Count   int `json:"count"`
	Objects int `json:"objects"`
	Size    int `json:"size"`
}

type cellarTrafficView struct {
	Inbound  int `json:"inbound"`
	Outbound int `json:"outbound"`
}

type cellarView struct {
	ID           string            `json:"id"`
	AddonID      string            `json:"addonId"`
	OwnerID      string            `json:"ownerId"`
	Name         string            `json:"name"`
	Plan         string            `json:"plan"`
	Status       string            `json:"status"`
	CreationDate string            `json:"creationDate"`
	Buckets      cellarBucketsView `json:"buckets"`
	Traffic      cellarTrafficView `json:"traffic"`
}

func getCellar(_ *call, a *addon) (any, error) {
	v := cellarView{ID: a.realID, AddonID: a.id, OwnerID: a.owner.id, Name: a.name, Plan: "S", Status: "ACTIVE", CreationDate: iso(a.created)}
	for _, b := range a.buckets {
		v.Buckets.Count++
		v.Buckets.Objects += len(b.objects)
		v.Buckets.Size += b.size()
	}
	v.Traffic.Inbound = v.Buckets.Size
	return v, nil
}

type cellarCredentialsView struct {
	Host      string `json:"host"`
	KeyID     string `json:"keyId"`
	KeySecret string `json:"keySecret"`
}

func (a *addon) cellarCredentials() cellarCredentialsView {
	env := a.env()
	host, _ := env.get("CELLAR_ADDON_HOST")
	id, _ := env.get("CELLAR_ADDON_KEY_ID")
	secret, _ := env.get("CELLAR_ADDON_KEY_SECRET")
	return cellarCredentialsView{host, id, secret}
}

func getCellarCredentials(_ *call, a *addon) (any, error) { return a.cellarCredentials(), nil }

func (a *addon) s3cfg() string {
	v := a.cellarCredentials()
	return fmt.Sprintf("[default]\naccess_key = %s\nsecret_key = %s\nhost_base = %s\nhost_bucket = %%(bucket)s.%s\nuse_https = True\n", v.KeyID, v.KeySecret, v.Host, v.Host)
}

func getCellarConfig(_ *call, a *addon) (any, error) {
	return raw{contentType: "text/plain; charset=utf-8", body: []byte(a.s3cfg())}, nil
}

func getCellarConfigURL(c *call, a *addon) (any, error) {
	return urlView{c.base + cellarPath + a.realID + "?signature=" + a.secret(43, "signature of the configuration")}, nil
}

func renewCellarCredentials(_ *call, a *addon) (any, error) {
	a.renewed++
	return a.cellarCredentials(), nil
}

func (b *bucket) size() (n int) {
	for _, o := range b.objects {
		n += len(o.content)
	}
	return n
}

type bucketView struct {
	Name         string `json:"name"`
	CreatedAt    string `json:"createdAt"`
	UpdatedAt    string `json:"updatedAt"`
	ObjectsCount int    `json:"objectsCount"`
	SizeInBytes  int    `json:"sizeInBytes"`
	Versioning   string `json:"versioning"`
}

func (b *bucket) view() bucketView {
	return bucketView{b.name, iso(b.created), iso(b.updated), len(b.objects), b.size(), b.versioning}
}

type bucketsView struct {
	Buckets []bucketView `json:"buckets"`
	Total   int          `json:"total"`
}

//go:noinline
func ofBucket(h func(c *call, b *bucket) (any, error)) handler {
	return ofRealAddon("CellarId", []string{"cellar-addon"}, func(c *call, a *addon) (any, error) {
		b := find(a.buckets, func(b *bucket) bool { return b.name == c.params["bucketName"] })
		if b == nil {
			return nil, cellarError(http.StatusNotFound, "bucket-not-found", "The bucket %s does not exist", c.params["bucketName"])
		}
		return h(c, b)
	})
}

func listBuckets(_ *call, a *addon) (any, error) {
	return bucketsView{each(a.buckets, (*bucket).view), len(a.buckets)}, nil
}

var bucketName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`) })

func (s *state) bucket(name string) *bucket {
	for _, o := range s.owners {
		for _, a := range o.addons {
			if b := find(a.buckets, func(b *bucket) bool { return b.name == name }); b != nil {
				return b
			}
		}
	}
	return nil
}

func createBucket(c *call, a *addon) (any, error) {
	var b struct {
		Name       string
		Versioning bool
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	switch {
	case !bucketName().MatchString(b.Name) || strings.Contains(b.Name, ".."):
		return nil, cellarError(http.StatusBadRequest, "invalid-bucket-name", "%q is no name of a bucket", b.Name)
	case c.state().bucket(b.Name) != nil:
		return nil, cellarError(http.StatusConflict, "bucket-already-exists", "The bucket %s exists already", b.Name)
	case len(a.buckets) >= maxBuckets:
		return nil, cellarError(http.StatusConflict, "too-many-buckets", "The add-on has %d buckets already", maxBuckets)
	}
	k := &bucket{name: b.Name, addon: a, created: c.now, updated: c.now, versioning: "DISABLED"}
	if b.Versioning {
		k.versioning = "ENABLED"
	}
	a.buckets = append(a.buckets, k)
	return k.view(), nil
}

func getBucket(_ *call, b *bucket) (any, error) { return b.view(), nil }

// updateBucket never goes back to DISABLED: versions that exist stay.
func updateBucket(c *call, b *bucket) (any, error) {
	var body struct{ Versioning *bool }
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	switch {
	case body.Versioning == nil:
		return nil, invalid("The field versioning is missing")
	case *body.Versioning:
		b.versioning = "ENABLED"
	case b.versioning == "ENABLED":
		b.versioning = "SUSPENDED"
	}
	return b.view(), nil
}

func deleteBucket(c *call, b *bucket) (any, error) {
	if len(b.objects) > 0 && c.query("purgeObjects") != "true" {
		return nil, cellarError(http.StatusConflict, "bucket-not-empty", "The bucket %s has %d objects", b.name, len(b.objects))
	}
	b.addon.buckets = slices.DeleteFunc(b.addon.buckets, func(other *bucket) bool { return other == b })
	return nil, nil
}
