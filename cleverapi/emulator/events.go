package emulator

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/coder/websocket"
)

func eventRoutes() routes {
	return routes{"GET /v2/events/event-socket": openEventSocket}
}

const (
	// How often the socket asks whether the client is there, and says so.
	pingEvery = 30 * time.Second
	// How long a client may take to say who it is.
	helloTime = 10 * time.Second
)

// openEventSocket turns the request into a WebSocket. Its credential comes in the
// first message, because browsers can set no header here.
func openEventSocket(c *call) (any, error) {
	if !strings.EqualFold(c.r.Header.Get("Upgrade"), "websocket") {
		return nil, fail(http.StatusUpgradeRequired, idGeneric, "This is a WebSocket: the request should ask for an upgrade")
	}
	return stream(c.e.serveEvents), nil
}

func (e *Emulator) serveEvents(w http.ResponseWriter, r *http.Request) {
	// The credential is in a message, so the origin of a page proves nothing.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: []string{"*"}})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	// The pings are messages, so a client that is gone shows when it is written to.
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	u := e.greet(ctx, conn, r)
	if u == nil {
		return
	}
	go func() {
		defer cancel()
		for {
			// What comes are pongs; the deadline for them is the connection's end.
			if _, _, err := conn.Read(ctx); err != nil {
				return
			}
		}
	}()
	e.sendEvents(ctx, conn, u)
}

// greet reads who the client is, and tells it whether it is let in.
func (e *Emulator) greet(ctx context.Context, conn *websocket.Conn, r *http.Request) *user {
	ctx, cancel := context.WithTimeout(ctx, helloTime)
	defer cancel()
	var hello struct {
		MessageType   string `json:"message_type"`
		Authorization string `json:"authorization"`
	}
	if _, text, err := conn.Read(ctx); err != nil || json.Unmarshal(text, &hello) != nil || hello.MessageType != "oauth" {
		_ = conn.Close(websocket.StatusPolicyViolation, "the first message should be of the type oauth")
		return nil
	}
	// Clients sign the URL of the events, not the one of the socket.
	signed := r.Clone(ctx)
	signed.URL.Path, signed.URL.RawPath, signed.URL.RawQuery = "/v2/events/", "", ""
	e.mu.Lock()
	_, u, err := e.authenticateOAuth(&call{e: e, r: signed, now: e.clock.Now()}, hello.Authorization)
	e.mu.Unlock()
	if err != nil {
		_ = send(ctx, conn, message{ID: idNotConnected, Message: "Not connected", Type: "error"})
		_ = conn.Close(websocket.StatusPolicyViolation, "not connected")
		return nil
	}
	if send(ctx, conn, map[string]string{"message_type": "socket_ready"}) != nil {
		return nil
	}
	return u
}

func send(ctx context.Context, conn *websocket.Conn, v any) error {
	text, err := encode(v)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, text)
}

// liveEvent is one message of the socket. Its data is JSON in a string, and its
// date a number.
type liveEvent struct {
	Event string `json:"event"`
	Date  int64  `json:"date"`
	Data  string `json:"data"`
}

// sendEvents sends what happens to what u can see, until the client hangs up or
// the account is replaced.
func (e *Emulator) sendEvents(ctx context.Context, conn *websocket.Conn, u *user) {
	e.mu.Lock()
	of := e.state
	w := &watch{user: u}
	w.look(of, e.clock.Now()) // what happened before is not told
	e.mu.Unlock()
	beat, tick := time.NewTicker(pingEvery), time.NewTicker(poll)
	defer beat.Stop()
	defer tick.Stop()
	ping := map[string]any{"type": "heartbeat", "heartbeat_msg": "ping", "heartbeat_delay_ms": pingEvery.Milliseconds()}
	if send(ctx, conn, ping) != nil {
		return
	}
	for {
		e.mu.Lock()
		changed, replaced := e.changed, e.state != of
		var events []liveEvent
		if !replaced {
			events = w.look(of, e.clock.Now())
		}
		e.mu.Unlock()
		if replaced {
			_ = conn.Close(websocket.StatusServiceRestart, "the account was replaced")
			return
		}
		for _, v := range events {
			if send(ctx, conn, v) != nil {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-tick.C:
		case <-beat.C:
			if send(ctx, conn, ping) != nil {
				return
			}
		}
	}
}

// watch knows what a socket has told, to tell each thing once.
type watch struct {
	user *user
	apps map[*application]*watched
}

type watched struct {
	told int           // deployments whose beginning was told
	open []*deployment // those among them whose end was not
}

// look returns what is new at now, by date. The emulator's lock is held.
func (w *watch) look(s *state, now time.Time) []liveEvent {
	var out []liveEvent
	was := w.apps
	w.apps = make(map[*application]*watched, len(was))
	for _, o := range s.ownersOf(w.user) {
		for _, a := range o.apps {
			k := was[a]
			if k == nil {
				k = &watched{}
				if was != nil {
					out = append(out, applicationEvent("APPLICATION_CREATION", a, now))
				}
			}
			w.apps[a] = k
			a.settle(now)
			for _, d := range a.deployments[k.told:] {
				k.told++
				k.open = append(k.open, d)
				out = append(out, d.event("DEPLOYMENT_ACTION_BEGIN", d.asked, stateWIP))
			}
			k.open = slices.DeleteFunc(k.open, func(d *deployment) bool {
				if d.inProgress(now) {
					return false
				}
				out = append(out, d.event("DEPLOYMENT_ACTION_END", d.ended, d.verdict))
				switch d.verdict {
				case stateOK:
					out = append(out, d.event("DEPLOYMENT_SUCCESS", d.ended, d.verdict))
				case stateFail:
					out = append(out, d.event("DEPLOYMENT_FAIL", d.ended, d.verdict))
				}
				return true
			})
		}
	}
	for a := range was {
		if w.apps[a] == nil {
			out = append(out, applicationEvent("APPLICATION_DELETION", a, now))
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Date < out[j].Date })
	return out
}

func applicationEvent(name string, a *application, at time.Time) liveEvent {
	return newEvent(name, at, map[string]any{"id": a.id, "appId": a.id, "ownerId": a.owner.id, "name": a.name})
}

func (d *deployment) event(name string, at time.Time, state string) liveEvent {
	return newEvent(name, at, map[string]any{
		"appId": d.app.id, "ownerId": d.app.owner.id, "id": d.number, "uuid": d.uuid, "state": state,
		"action": d.action, "commit": orNull(d.commit), "cause": d.cause,
	})
}

func newEvent(name string, at time.Time, data map[string]any) liveEvent {
	text, err := encode(data)
	if err != nil {
		panic(err) // strings and numbers
	}
	return liveEvent{name, millis(at), string(text)}
}
