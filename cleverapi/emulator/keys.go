package emulator

import (
	"crypto/md5" // fingerprints of SSH keys as the API shows them
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func keyRoutes() routes {
	return routes{
		"GET /v2/self/keys":          listKeys,
		"PUT /v2/self/keys/{key}":    putKey,
		"DELETE /v2/self/keys/{key}": removeKey,
	}
}

func newKey(name, key string) sshKey {
	data := key
	if fields := strings.Fields(key); len(fields) > 1 {
		if raw, err := base64.StdEncoding.DecodeString(fields[1]); err == nil {
			data = string(raw)
		}
	}
	sum := md5.Sum([]byte(data))
	return sshKey{Name: name, Key: key, Fingerprint: strings.ReplaceAll(fmt.Sprintf("% x", sum[:]), " ", ":")}
}

func listKeys(c *call) (any, error) {
	return each(c.user.keys, func(k sshKey) sshKey { return k }), nil
}

func putKey(c *call) (any, error) {
	var key string
	if err := c.decode(&key); err != nil {
		return nil, err
	}
	fields := strings.Fields(key)
	if len(fields) < 2 || !strings.HasPrefix(fields[0], "ssh-") && !strings.HasPrefix(fields[0], "ecdsa-") && !strings.HasPrefix(fields[0], "sk-") {
		return nil, fail(http.StatusBadRequest, idKeyInvalid, "The SSH key is not valid")
	}
	u := c.user
	u.keys = slices.DeleteFunc(u.keys, func(k sshKey) bool { return k.Name == c.params["key"] })
	u.keys = append(u.keys, newKey(c.params["key"], key))
	return success("The SSH key has been added"), nil
}

func removeKey(c *call) (any, error) {
	i := slices.IndexFunc(c.user.keys, func(k sshKey) bool { return k.Name == c.params["key"] })
	if i < 0 {
		return nil, notFound("The SSH key %s does not exist", c.params["key"])
	}
	c.user.keys = slices.Delete(c.user.keys, i, i+1)
	return success("The SSH key has been removed"), nil
}
