package emulator

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// socket is a client of the live events.
type socket struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
}

func (c *client) openSocket(hello any) socket {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	c.t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(c.base, "http")+"/v2/events/event-socket", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = conn.CloseNow() })
	text, err := json.Marshal(hello)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := conn.Write(ctx, websocket.MessageText, text); err != nil {
		c.t.Fatal(err)
	}
	return socket{c.t, ctx, conn}
}

func (s socket) read() map[string]any {
	s.t.Helper()
	_, text, err := s.conn.Read(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		s.t.Fatalf("%v\n%s", err, text)
	}
	return m
}

// event reads the next event and its data.
func (s socket) event(name string) map[string]any {
	s.t.Helper()
	m := s.read()
	if m["event"] != name {
		s.t.Fatalf("got %v, want %s", m, name)
	}
	if _, ok := m["date"].(float64); !ok {
		s.t.Errorf("the date of %s is %v", name, m["date"])
	}
	var data map[string]any
	if err := json.Unmarshal([]byte(m["data"].(string)), &data); err != nil {
		s.t.Fatal(err)
	}
	return data
}

func TestEventSocket(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, app := c.acme()
	s := c.openSocket(map[string]string{"message_type": "oauth", "authorization": c.auth})
	if m := s.read(); m["message_type"] != "socket_ready" {
		t.Fatalf("got %v", m)
	}
	if m := s.read(); m["heartbeat_msg"] != "ping" || m["heartbeat_delay_ms"] != 30000.0 {
		t.Fatalf("got %v", m)
	}
	if err := s.conn.Write(s.ctx, websocket.MessageText, []byte(`{"type":"heartbeat","heartbeat_msg":"pong"}`)); err != nil {
		t.Fatal(err)
	}
	// Nothing of the past is told, not even the deployment that is in progress.
	c.want(200, "POST", app("api")+"/instances", nil)
	begun := s.event("DEPLOYMENT_ACTION_BEGIN")
	if !strings.HasSuffix(app("api"), begun["appId"].(string)) || begun["state"] != "WIP" || begun["action"] != "DEPLOY" {
		t.Errorf("the event is %v", begun)
	}
	c.e.Clock().Advance(25 * time.Second)
	ended := s.event("DEPLOYMENT_ACTION_END")
	if ended["uuid"] != begun["uuid"] || ended["state"] != "OK" {
		t.Errorf("the event is %v, after %v", ended, begun)
	}
	s.event("DEPLOYMENT_SUCCESS")
	made := c.want(200, "POST", org+"/applications", map[string]string{"name": "new", "instanceType": "node"})
	if id := s.event("APPLICATION_CREATION")["id"]; id != at(t, made, "id") {
		t.Errorf("created is %v", id)
	}
	c.want(200, "DELETE", org+"/applications/"+at(t, made, "id").(string), nil)
	s.event("APPLICATION_DELETION")
	if err := c.e.Reset(nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.conn.Read(s.ctx); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Errorf("after a reset the socket ends with %v", err)
	}
}

func TestEventSocketRefuses(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	s := c.openSocket(map[string]string{"message_type": "oauth", "authorization": strings.Replace(c.auth, "%26", "%26x", 1)})
	if m := s.read(); m["type"] != "error" || m["id"] != 2001.0 {
		t.Errorf("a wrong credential is answered %v", m)
	}
	s = c.openSocket(map[string]string{"message_type": "hello"})
	if _, _, err := s.conn.Read(s.ctx); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("another first message ends with %v", err)
	}
	c.want(426, "GET", "/v2/events/event-socket", nil) // no WebSocket
}
