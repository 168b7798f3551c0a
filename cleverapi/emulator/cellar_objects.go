package emulator

import (
	"crypto/md5" // S3's tag of an object is its MD5
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func cellarObjectRoutes() routes {
	const base = " /v4/cellar/organisations/{ownerId}/cellar/{CellarId}/buckets/{bucketName}/objects"
	return routes{
		"GET" + base:                                 ofBucket(listObjects),
		"POST" + base + "/download-url":              ofBucket(getDownloadURL),
		"POST" + base + "/upload-url":                ofBucket(getUploadURL),
		"POST" + base + "/upload/{objectKey}":        ofBucket(uploadObject),
		"GET" + base + "/{objectKey}":                ofObject(getObject),
		"DELETE" + base + "/{objectKey}":             ofObject(deleteObject),
		"POST" + base + "/{objectKey}/presigned-url": ofBucket(getObjectUploadURL),
	}
}

// cellarPath is where files are downloaded and uploaded: beside the API.
const cellarPath = "/files/cellar/"

func (o *cellarObject) etag() string {
	sum := md5.Sum(o.content)
	return hex.EncodeToString(sum[:])
}

func (o *cellarObject) name() string { return o.key[strings.LastIndex(o.key, "/")+1:] }

func (b *bucket) object(key string) *cellarObject {
	return find(b.objects, func(o *cellarObject) bool { return o.key == key })
}

// put keeps the list sorted.
func (b *bucket) put(key, contentType string, content []byte, now time.Time) *cellarObject {
	o := b.object(key)
	if o == nil {
		o = &cellarObject{key: key}
		i, _ := slices.BinarySearchFunc(b.objects, key, func(o *cellarObject, key string) int { return strings.Compare(o.key, key) })
		b.objects = slices.Insert(b.objects, i, o)
	}
	o.content, o.contentType, o.updated = content, either(contentType, "application/octet-stream"), now
	b.updated = now
	return o
}

type aclView struct {
	Grantee    granteeView `json:"grantee"`
	Permission string      `json:"permission"`
}

type granteeView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
}

type objectView struct {
	Key           string            `json:"key"`
	Name          string            `json:"name"`
	Type          string            `json:"type"`
	ContentLength int               `json:"contentLength"`
	ContentType   string            `json:"contentType"`
	ETag          string            `json:"eTag"`
	UpdatedAt     string            `json:"updatedAt"`
	Metadata      map[string]string `json:"metadata"`
	Tags          []struct{}        `json:"tags"`
	ACL           []aclView         `json:"acl"`
}

func (b *bucket) objectView(o *cellarObject) objectView {
	return objectView{o.key, o.name(), "FILE", len(o.content), o.contentType, o.etag(), iso(o.updated), map[string]string{}, []struct{}{},
		[]aclView{{granteeView{b.addon.realID, b.addon.name, "CanonicalUser"}, "FULL_CONTROL"}}}
}

type objectsView struct {
	Content []objectView `json:"content"`
	Cursor  *string      `json:"cursor"`
}

func ofObject(h func(c *call, b *bucket, o *cellarObject) (any, error)) handler {
	return ofBucket(func(c *call, b *bucket) (any, error) {
		o := b.object(c.params["objectKey"])
		if o == nil {
			return nil, cellarError(http.StatusNotFound, "object-not-found", "The object %s does not exist in %s", c.params["objectKey"], b.name)
		}
		return h(c, b, o)
	})
}

// listObjects goes by key; the cursor is the last key that was told.
func listObjects(c *call, b *bucket) (any, error) {
	count, err := c.queryNumber("count", 1000)
	if err != nil {
		return nil, err
	}
	v := objectsView{Content: []objectView{}}
	for _, o := range b.objects {
		if !strings.HasPrefix(o.key, c.query("prefix")) || o.key <= c.query("cursor") {
			continue
		}
		if len(v.Content) == max(count, 1) {
			v.Cursor = &v.Content[len(v.Content)-1].Key
			break
		}
		v.Content = append(v.Content, b.objectView(o))
	}
	return v, nil
}

func getObject(_ *call, b *bucket, o *cellarObject) (any, error) { return b.objectView(o), nil }

func deleteObject(c *call, b *bucket, o *cellarObject) (any, error) {
	b.objects = without(b.objects, o)
	b.updated = c.now
	return nil, nil
}

type uploadedView struct {
	ObjectKey     string `json:"objectKey"`
	ContentLength int    `json:"contentLength"`
	ContentType   string `json:"contentType"`
	ETag          string `json:"eTag"`
}

func uploadObject(c *call, b *bucket) (any, error) {
	o := b.put(c.params["objectKey"], c.r.Header.Get("Content-Type"), c.body, c.now)
	return uploadedView{o.key, len(o.content), o.contentType, o.etag()}, nil
}

type signedURLView struct {
	URL       string `json:"url"`
	ExpiresAt string `json:"expiresAt"`
}

// presigned is an address that lets its holder read or write one object until
// a date.
func (c *call) presigned(b *bucket, method, key string, lasts time.Duration) signedURLView {
	expires := c.now.Add(lasts)
	at := strconv.FormatInt(expires.Unix(), 10)
	q := url.Values{"key": {key}, "expires": {at}, "signature": {objectSignature(b, method, key, at)}}
	return signedURLView{c.base + cellarPath + b.addon.realID + "/" + b.name + "?" + q.Encode(), iso(expires)}
}

func objectSignature(b *bucket, method, key, expires string) string {
	return letters(43, "object", b.addon.id, b.name, method, key, expires)
}

func (c *call) objectURL(b *bucket, method string) (any, error) {
	body := struct {
		ObjectKey string
		ExpiresIn int
	}{ExpiresIn: 3600}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	switch {
	case body.ObjectKey == "":
		return nil, invalid("The field objectKey is missing")
	case body.ExpiresIn < 1 || body.ExpiresIn > 604_800:
		return nil, invalid("expiresIn should be 1 to 604800 seconds")
	case method == http.MethodGet && b.object(body.ObjectKey) == nil:
		return nil, cellarError(http.StatusNotFound, "object-not-found", "The object %s does not exist in %s", body.ObjectKey, b.name)
	}
	return c.presigned(b, method, body.ObjectKey, time.Duration(body.ExpiresIn)*time.Second), nil
}

func getDownloadURL(c *call, b *bucket) (any, error) { return c.objectURL(b, http.MethodGet) }

func getUploadURL(c *call, b *bucket) (any, error) { return c.objectURL(b, http.MethodPut) }

func getObjectUploadURL(c *call, b *bucket) (any, error) {
	return urlView{c.presigned(b, http.MethodPut, c.params["objectKey"], time.Hour).URL}, nil
}

// serveObject reads or writes an object for who has an address of it.
func (e *Emulator) serveObject(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(content) > maxBody {
		e.refuse(w, r, w.Header().Get("Sozu-Id"), fail(http.StatusRequestEntityTooLarge, idGeneric, "The object is larger than %d bytes", maxBody))
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	q, now := r.URL.Query(), e.clock.Now()
	b := e.state.bucket(r.PathValue("bucket"))
	expires, err := strconv.ParseInt(q.Get("expires"), 10, 64)
	if b == nil || err != nil || now.Unix() > expires || !equal(q.Get("signature"), objectSignature(b, r.Method, q.Get("key"), q.Get("expires"))) {
		e.refuse(w, r, w.Header().Get("Sozu-Id"), fail(http.StatusForbidden, idGeneric, "The address is no longer valid, or its signature is wrong"))
		return
	}
	if r.Method == http.MethodPut {
		b.put(q.Get("key"), r.Header.Get("Content-Type"), content, now)
		w.WriteHeader(http.StatusOK)
		return
	}
	o := b.object(q.Get("key"))
	if o == nil {
		e.refuse(w, r, w.Header().Get("Sozu-Id"), notFound("The object is gone"))
		return
	}
	w.Header().Set("ETag", strconv.Quote(o.etag()))
	write(w, http.StatusOK, o.contentType, o.content)
}

// serveCellarConfig is the file of credentials for who has its address.
func (e *Emulator) serveCellarConfig(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	var text string
	for _, o := range e.state.owners {
		for _, a := range o.addons {
			if a.realID == r.PathValue("cellar") && equal(r.URL.Query().Get("signature"), a.secret(43, "signature of the configuration")) {
				text = a.s3cfg()
			}
		}
	}
	e.mu.Unlock()
	if text == "" {
		e.refuse(w, r, w.Header().Get("Sozu-Id"), notFound("There is no such file, or its signature is wrong"))
		return
	}
	write(w, http.StatusOK, "text/plain; charset=utf-8", []byte(text))
}
