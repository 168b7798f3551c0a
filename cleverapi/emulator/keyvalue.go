package emulator

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/match"
	"github.com/tidwall/redcon"
)

// keyspace is what a Redis or Materia KV add-on holds. A key that has expired
// stays until it is asked for, as in Redis.
type keyspace map[string]*keyed

// keyed is what a key holds: a string, a hash, a list or a set.
type keyed struct {
	value   any       // string, map[string]string, []string or map[string]bool
	expires time.Time // zero: never
}

// keyCall is one command to a keyspace, its name left out.
type keyCall struct {
	keys keyspace
	now  time.Time
	args []string
}

// keyCommand answers with nil, a string, a number, a redcon.SimpleString, a list
// of these, or an error. The emulator's lock is held.
type keyCommand struct {
	run      func(c *keyCall) any
	min, max int // arguments; max -1: any number
}

// Errors in the words of Redis, by which its clients know them.
var (
	errKeyType     = errors.New("WRONGTYPE Operation against a key holding the wrong kind of value")
	errKeyInteger  = errors.New("ERR value is not an integer or out of range")
	errKeySyntax   = errors.New("ERR syntax error")
	errNoKey       = errors.New("ERR no such key")
	errKeyFloat    = errors.New("ERR value is not a valid float")
	errKeyPositive = errors.New("ERR value is out of range, must be positive")
	errKeyAuth     = errors.New("NOAUTH Authentication required.")
)

const keyOK = redcon.SimpleString("OK")

func keyCommands() map[string]keyCommand {
	all := map[string]keyCommand{
		"ping":      {pingKeys, 0, 1},
		"echo":      {func(c *keyCall) any { return c.args[0] }, 1, 1},
		"select":    {selectKeys, 1, 1},
		"client":    {func(*keyCall) any { return keyOK }, 1, -1},
		"info":      {infoOfKeys, 0, -1},
		"dbsize":    {func(c *keyCall) any { return c.count() }, 0, 0},
		"flushdb":   {flushKeys, 0, 1},
		"flushall":  {flushKeys, 0, 1},
		"keys":      {func(c *keyCall) any { return c.matching(c.args[0]) }, 1, 1},
		"scan":      {scanKeys, 1, -1},
		"type":      {typeOfKey, 1, 1},
		"exists":    {existKeys, 1, -1},
		"del":       {deleteKeys, 1, -1},
		"unlink":    {deleteKeys, 1, -1},
		"rename":    {renameKey, 2, 2},
		"expire":    {expireIn(time.Second), 2, 2},
		"pexpire":   {expireIn(time.Millisecond), 2, 2},
		"expireat":  {expireAt, 2, 2},
		"persist":   {persistKey, 1, 1},
		"ttl":       {timeLeft(time.Second), 1, 1},
		"pttl":      {timeLeft(time.Millisecond), 1, 1},
		"randomkey": {firstKey, 0, 0},
	}
	maps.Copy(all, stringCommands())
	maps.Copy(all, hashCommands())
	maps.Copy(all, listCommands())
	maps.Copy(all, setCommands())
	return all
}

// find returns what the key holds, nil when there is none any more.
func (c *keyCall) find(key string) *keyed {
	k := c.keys[key]
	if k != nil && !k.expires.IsZero() && !k.expires.After(c.now) {
		delete(c.keys, key)
		return nil
	}
	return k
}

// held returns the value of a key when it is of type T. made is what a missing
// key stands for; it is not stored.
func held[T any](c *keyCall, key string, made T) (T, error) {
	k := c.find(key)
	if k == nil {
		return made, nil
	}
	v, ok := k.value.(T)
	if !ok {
		return made, errKeyType
	}
	return v, nil
}

// keep stores a value and leaves the expiry of the key as it is.
func (c *keyCall) keep(key string, value any) {
	if k := c.find(key); k != nil {
		k.value = value
		return
	}
	c.keys[key] = &keyed{value: value}
}

// matching returns the names of keys, sorted: Redis promises no order.
func (c *keyCall) matching(pattern string) []string {
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(c.keys)) {
		if c.find(name) != nil && match.Match(name, pattern) {
			names = append(names, name)
		}
	}
	return names
}

func (c *keyCall) count() int { return len(c.matching("*")) }

func pingKeys(c *keyCall) any {
	if len(c.args) == 1 {
		return c.args[0]
	}
	return redcon.SimpleString("PONG")
}

func selectKeys(c *keyCall) any {
	if c.args[0] != "0" {
		return errors.New("ERR DB index is out of range")
	}
	return keyOK
}

// infoOfKeys says what clients wait for before they send anything.
func infoOfKeys(c *keyCall) any {
	return "# Server\r\nredis_version:7.2.4\r\nredis_mode:standalone\r\n# Persistence\r\nloading:0\r\n# Keyspace\r\ndb0:keys=" + strconv.Itoa(c.count()) + "\r\n"
}

func flushKeys(c *keyCall) any {
	clear(c.keys)
	return keyOK
}

// scanKeys answers everything at once: the cursor of its answer is 0, the end.
func scanKeys(c *keyCall) any {
	pattern, kind := "*", ""
	for i := 1; i < len(c.args); i += 2 {
		if i+1 == len(c.args) {
			return errKeySyntax
		}
		switch strings.ToLower(c.args[i]) {
		case "match":
			pattern = c.args[i+1]
		case "type":
			kind = c.args[i+1]
		case "count":
			if _, err := strconv.Atoi(c.args[i+1]); err != nil {
				return errKeyInteger
			}
		default:
			return errKeySyntax
		}
	}
	if _, err := strconv.ParseUint(c.args[0], 10, 64); err != nil {
		return errors.New("ERR invalid cursor")
	}
	names := slices.DeleteFunc(c.matching(pattern), func(name string) bool { return kind != "" && kindOfKey(c.find(name)) != kind })
	return []any{"0", names}
}

func kindOfKey(k *keyed) string {
	if k == nil {
		return "none"
	}
	switch k.value.(type) {
	case map[string]string:
		return "hash"
	case []string:
		return "list"
	case map[string]bool:
		return "set"
	}
	return "string"
}

func typeOfKey(c *keyCall) any { return redcon.SimpleString(kindOfKey(c.find(c.args[0]))) }

func existKeys(c *keyCall) any {
	n := 0
	for _, key := range c.args {
		if c.find(key) != nil {
			n++
		}
	}
	return n
}

func deleteKeys(c *keyCall) any {
	n := 0
	for _, key := range c.args {
		if c.find(key) != nil {
			delete(c.keys, key)
			n++
		}
	}
	return n
}

func renameKey(c *keyCall) any {
	k := c.find(c.args[0])
	if k == nil {
		return errNoKey
	}
	delete(c.keys, c.args[0])
	c.keys[c.args[1]] = k
	return keyOK
}

func expireIn(unit time.Duration) func(c *keyCall) any {
	return func(c *keyCall) any {
		n, err := strconv.ParseInt(c.args[1], 10, 64)
		if err != nil || n > int64(maxExpiry/unit) || n < -int64(maxExpiry/unit) {
			return errKeyInteger
		}
		return c.expire(c.args[0], c.now.Add(time.Duration(n)*unit))
	}
}

// Longer than any test lasts, and short enough for a time.Duration.
const maxExpiry = 200 * 365 * 24 * time.Hour

func expireAt(c *keyCall) any {
	n, err := strconv.ParseInt(c.args[1], 10, 64)
	if err != nil {
		return errKeyInteger
	}
	return c.expire(c.args[0], time.Unix(n, 0))
}

// expire sets when the key ends; a date that is past ends it now.
func (c *keyCall) expire(key string, at time.Time) any {
	k := c.find(key)
	if k == nil {
		return 0
	}
	k.expires = at
	c.find(key)
	return 1
}

func persistKey(c *keyCall) any {
	k := c.find(c.args[0])
	if k == nil || k.expires.IsZero() {
		return 0
	}
	k.expires = time.Time{}
	return 1
}

func timeLeft(unit time.Duration) func(c *keyCall) any {
	return func(c *keyCall) any {
		k := c.find(c.args[0])
		switch {
		case k == nil:
			return -2
		case k.expires.IsZero():
			return -1
		}
		return int((k.expires.Sub(c.now) + unit/2) / unit)
	}
}

func firstKey(c *keyCall) any {
	if names := c.matching("*"); len(names) > 0 {
		return names[0]
	}
	return nil
}
