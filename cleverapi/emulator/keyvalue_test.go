package emulator

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// redis is a client of the Redis protocol that shows answers as text.
type redis struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dialRedis(t *testing.T, address string) *redis {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &redis{t, conn, bufio.NewReader(conn)}
}

// do sends one command, its words parted by spaces.
func (r *redis) do(line string) string {
	r.t.Helper()
	words := strings.Fields(line)
	text := fmt.Sprintf("*%d\r\n", len(words))
	for _, word := range words {
		text += fmt.Sprintf("$%d\r\n%s\r\n", len(word), word)
	}
	if _, err := io.WriteString(r.conn, text); err != nil {
		r.t.Fatal(err)
	}
	return r.answer()
}

// answer shows nil as (nil), numbers as :1, and a list as [a b].
func (r *redis) answer() string {
	r.t.Helper()
	line, err := r.in.ReadString('\n')
	if err != nil {
		r.t.Fatal(err)
	}
	line = strings.TrimSuffix(line, "\r\n")
	n, _ := strconv.Atoi(line[1:])
	switch {
	case line[0] == '$' && n < 0:
		return "(nil)"
	case line[0] == '$':
		text := make([]byte, n+2)
		if _, err := io.ReadFull(r.in, text); err != nil {
			r.t.Fatal(err)
		}
		return string(text[:n])
	case line[0] == '*':
		parts := make([]string, n)
		for i := range parts {
			parts[i] = r.answer()
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return line
}

// withKeyValue is an emulator that serves the Redis protocol, and the URL of a
// new add-on of the provider.
func withKeyValue(t *testing.T) (c *client, made func(provider, plan string) (id string, at *url.URL)) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	host, port, _ := net.SplitHostPort(ln.Addr().String())
	c = newClient(t, Options{KeyValue: KeyValue{Host: host, Port: port}})
	go func() { _ = c.e.ServeKeyValue(ln) }()
	org, _ := c.acme()
	return c, func(provider, plan string) (string, *url.URL) {
		t.Helper()
		p := catalog().provider(provider)
		made := c.want(200, "POST", org+"/addons", map[string]any{"name": "cache of " + provider, "providerId": provider, "plan": p.planID(p.plan(plan)), "region": "par"})
		path := org + "/addons/" + at(t, made, "id").(string)
		for _, v := range c.get(path + "/env").([]any) {
			if at(t, v, "name") == "REDIS_URL" {
				u, err := url.Parse(at(t, v, "value").(string))
				if err != nil {
					t.Fatal(err)
				}
				return path, u
			}
		}
		t.Fatal("there is no REDIS_URL")
		return "", nil
	}
}

func passwordOf(u *url.URL) string {
	password, _ := u.User.Password()
	return password
}

func TestKeyValueCommands(t *testing.T) {
	t.Parallel()
	c, made := withKeyValue(t)
	_, at := made("redis-addon", "s_mono")
	r := dialRedis(t, at.Host)
	for _, tt := range []struct{ line, want string }{
		{"GET a", "-NOAUTH Authentication required."},
		{"AUTH wrong", "-WRONGPASS invalid username-password pair or user is disabled."},
		{"AUTH", "-ERR wrong number of arguments for 'auth' command"},
		{"AUTH default " + passwordOf(at), "+OK"},
		{"PING", "+PONG"}, {"PING hello", "hello"}, {"ECHO hello", "hello"}, {"SELECT 0", "+OK"}, {"SELECT 1", "-ERR DB index is out of range"},
		{"GET a", "(nil)"}, {"SET a 1", "+OK"}, {"get a", "1"}, {"SET a 2 NX", "(nil)"}, {"SET b 1 XX", "(nil)"}, {"SET a 2 XX GET", "1"},
		{"SET a 1 NX XX", "-ERR syntax error"}, {"SET a 1 EX", "-ERR syntax error"}, {"SET a 1 EX 0", "-ERR value is not an integer or out of range"},
		{"SET a 1 EX 99999999999999", "-ERR value is not an integer or out of range"}, {"SET a", "-ERR wrong number of arguments for 'set' command"},
		{"INCR a", ":3"}, {"DECRBY a 5", ":-2"}, {"INCRBY a 9223372036854775807", ":9223372036854775805"}, {"INCRBY a 3", "-ERR value is not an integer or out of range"},
		{"INCRBY a x", "-ERR value is not an integer or out of range"}, {"INCRBYFLOAT f 1.5", "1.5"}, {"INCRBYFLOAT f x", "-ERR value is not a valid float"},
		{"APPEND g ab", ":2"}, {"APPEND g c", ":3"}, {"STRLEN g", ":3"}, {"MSET m 1 n 2", "+OK"}, {"MSET m", "-ERR wrong number of arguments for 'mset' command"},
		{"MSET m 1 n", "-ERR wrong number of arguments for 'mset' command"}, {"MGET m x n", "[1 (nil) 2]"}, {"GETDEL m", "1"}, {"GETSET n 3", "2"}, {"SETNX n 4", ":0"}, {"GETDEL m", "(nil)"},
		{"HSET h x 1 y 2", ":2"}, {"HSET h x 3 z", "-ERR wrong number of arguments for 'hset' command"}, {"HSET h x 3", ":0"}, {"HGET h x", "3"}, {"HGET h q", "(nil)"},
		{"HGETALL h", "[x 3 y 2]"}, {"HMGET h y q", "[2 (nil)]"}, {"HKEYS h", "[x y]"}, {"HVALS h", "[3 2]"}, {"HEXISTS h y", ":1"}, {"HINCRBY h x 4", ":7"}, {"HDEL h x q", ":1"}, {"HLEN h", ":1"}, {"HDEL h y", ":1"}, {"EXISTS h", ":0"},
		{"RPUSH l b c", ":2"}, {"LPUSH l a z", ":4"}, {"LRANGE l 0 -1", "[z a b c]"}, {"LRANGE l -2 99", "[b c]"}, {"LRANGE l 3 1", "[]"}, {"LINDEX l -1", "c"}, {"LINDEX l 9", "(nil)"}, {"LPOP l", "z"}, {"RPOP l 2", "[c b]"}, {"LPOP l -1", "-ERR value is out of range, must be positive"}, {"LLEN l", ":1"}, {"LPOP l", "a"}, {"LPOP l", "(nil)"}, {"TYPE l", "+none"},
		{"SADD s b a b", ":2"}, {"SMEMBERS s", "[a b]"}, {"SISMEMBER s a", ":1"}, {"SREM s a q", ":1"}, {"SCARD s", ":1"}, {"TYPE s", "+set"},
		{"GET s", "-WRONGTYPE Operation against a key holding the wrong kind of value"}, {"SET s 1 GET", "-WRONGTYPE Operation against a key holding the wrong kind of value"}, {"SADD a 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"}, {"LPUSH s 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"}, {"HSET s a 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
		{"KEYS *", "[a f g n s]"}, {"KEYS ?", "[a f g n s]"}, {"KEYS x*", "[]"}, {"SCAN 0 MATCH s COUNT 10", "[0 [s]]"}, {"SCAN 0 TYPE set", "[0 [s]]"}, {"SCAN 0 MATCH", "-ERR syntax error"}, {"SCAN x", "-ERR invalid cursor"},
		{"RENAME a b", "+OK"}, {"RENAME a b", "-ERR no such key"}, {"EXISTS a b b", ":2"}, {"DEL b q", ":1"}, {"DBSIZE", ":4"},
		{"NOSUCH x", "-ERR unknown command 'nosuch'"}, {"TTL g", ":-1"}, {"TTL q", ":-2"}, {"EXPIRE q 5", ":0"}, {"EXPIRE g x", "-ERR value is not an integer or out of range"}, {"EXPIRE g 60", ":1"}, {"TTL g", ":60"},
		{"PERSIST g", ":1"}, {"TTL g", ":-1"}, {"SETEX g 30 v", "+OK"}, {"PTTL g", ":30000"}, {"SET g w KEEPTTL", "+OK"}, {"TTL g", ":30"},
	} {
		if got := r.do(tt.line); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.line, got, tt.want)
		}
	}
	if got := r.do("INFO"); !strings.Contains(got, "loading:0") {
		t.Errorf("INFO: %s", got)
	}
	c.e.Clock().Advance(31 * time.Second)
	if got := r.do("GET g"); got != "(nil)" {
		t.Errorf("after its time the key is %s", got)
	}
	if got := r.do("EXPIRE n -1"); got != ":1" || r.do("EXISTS n") != ":0" {
		t.Errorf("a key that ends at once: %s", got)
	}
	if got := r.do("FLUSHALL"); got != "+OK" || r.do("KEYS *") != "[]" {
		t.Errorf("FLUSHALL: %s", got)
	}
	if got := r.do("QUIT"); got != "+OK" {
		t.Errorf("QUIT: %s", got)
	}
	if _, err := r.in.ReadByte(); err != io.EOF {
		t.Errorf("after QUIT: %v", err)
	}
}

func TestKeyValueBelongsToItsAddon(t *testing.T) {
	t.Parallel()
	c, made := withKeyValue(t)
	path, at := made("redis-addon", "s_mono")
	_, other := made("kv", "alpha")
	r, o := dialRedis(t, at.Host), dialRedis(t, other.Host)
	r.do("AUTH " + passwordOf(at))
	o.do("AUTH " + passwordOf(other))
	r.do("SET a 1")
	if got := o.do("GET a"); got != "(nil)" {
		t.Errorf("another add-on has the key too: %s", got)
	}
	// It is part of the state: a snapshot keeps it.
	before := c.e.Snapshot()
	r.do("SET a 2")
	r.do("SADD s x")
	c.e.Restore(before)
	if got := r.do("GET a") + r.do("TYPE s"); got != "1+none" {
		t.Errorf("restored, the keys are %s", got)
	}
	c.want(200, "DELETE", path, nil)
	if got := r.do("GET a"); !strings.HasPrefix(got, "-NOAUTH") {
		t.Errorf("the deleted add-on answers %s", got)
	}
}

// Clients of the API and of the Redis protocol, while somebody else resets,
// snapshots and restores the account.
func TestManyClientsWhileTheAccountIsReplaced(t *testing.T) {
	t.Parallel()
	c, made := withKeyValue(t)
	_, at := made("kv", "alpha")
	all := c.e.Snapshot()
	org, app := c.acme()
	paths := []string{"/v2/summary", org + "/addons", app("api"), app("worker") + "/instances", org + "/applications"}
	var clients sync.WaitGroup
	for i := range 8 {
		r := dialRedis(t, at.Host)
		clients.Go(func() {
			for j := range 25 {
				req, err := http.NewRequestWithContext(t.Context(), "GET", c.base+paths[(i+j)%len(paths)], nil)
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("Authorization", c.auth)
				resp, err := network.RoundTrip(req)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
					t.Errorf("%s: %d %v", req.URL.Path, resp.StatusCode, err)
				}
				resp.Body.Close()
			}
		})
		clients.Go(func() {
			for range 50 {
				r.do("AUTH " + passwordOf(at)) // refused while the seed's account has no such add-on
				if got := r.do("INCR n"); !strings.HasPrefix(got, ":") && !strings.HasPrefix(got, "-NOAUTH") {
					t.Errorf("INCR: %s", got)
				}
			}
		})
	}
	for i := range 10 {
		kept := c.e.Snapshot()
		if i%2 == 0 {
			if err := c.e.Reset(nil); err != nil {
				t.Error(err)
			}
		}
		c.e.Restore(kept)
	}
	clients.Wait()
	c.e.Restore(all)
	r := dialRedis(t, at.Host)
	if got := r.do("AUTH "+passwordOf(at)) + r.do("INCR n"); got != "+OK:1" {
		t.Errorf("restored, the add-on answers %s", got)
	}
}
