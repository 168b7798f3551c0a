package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
)

const sessionHeader = "Mcp-Session-Id"

// streamable serves /mcp. The library does the protocol; what it would get wrong
// between callers is decided before it reads the message.
func (e *endpoint) streamable(w http.ResponseWriter, r *http.Request) {
	modern := mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion))
	session := r.Header.Get(sessionHeader)
	if !modern && session != "" && !e.sessions.ownedBy(session, callerOf(r.Context())) {
		e.guard.refuse(w, r, http.StatusNotFound, "session", "There is no such session. Begin a new one with initialize.")
		return
	}
	switch r.Method {
	case http.MethodPost:
		if body, ok := e.guard.readBody(w, r); ok {
			e.post(w, r, body, modern, session)
		}
	case http.MethodGet:
		if !modern && session == "" {
			http.Error(w, "A stream belongs to a session: send its "+sessionHeader+".", http.StatusBadRequest)
			return
		}
		out := newStream(w)
		defer out.finish(nil)
		e.library.ServeHTTP(out, r)
	default:
		e.library.ServeHTTP(w, r)
	}
}

func (e *endpoint) post(w http.ResponseWriter, r *http.Request, body []byte, modern bool, session string) {
	if bad := doubled(r.Header); bad != nil {
		writeError(w, http.StatusBadRequest, nil, bad)
		return
	}
	if isBatch(body) {
		e.batch(w, r, body, session)
		return
	}
	env, bad := readEnvelope(body)
	if bad != nil {
		writeError(w, http.StatusBadRequest, nil, bad)
		return
	}
	if env.id == nil && e.notified(w, &env, modern, session) {
		return
	}
	if bad := e.server.refuse(&env); bad != nil {
		writeError(w, errorStatus(modern, bad), env.id, bad)
		return
	}
	if !e.answer(w, r, body, &env, modern, session) {
		w.Header().Set("Retry-After", "5")
		http.Error(w, stopping, http.StatusServiceUnavailable)
	}
}

const stopping = "This server is stopping."

// answer lets the library answer one message. It does nothing, and says so, when
// the server takes no more messages.
func (e *endpoint) answer(w http.ResponseWriter, r *http.Request, body []byte, env *envelope, modern bool, session string) (taken bool) {
	// Without a session nothing but the end of the connection can cancel: ids of
	// different clients are equal all the time.
	key := ""
	if id, _ := idKey(env.id); env.request() && !modern && session != "" {
		key = session + " " + id
	}
	ctx, one := e.calls.begin(r.Context(), key, e.server.writes[env.name])
	if one == nil {
		return false
	}
	defer e.calls.end(one)
	out := newStream(w)
	x := &exchange{caller: callerOf(ctx), runner: principalOf(ctx).runner, send: out.notify, answers: e.open, holds: true}
	out.complete = func(answer []byte) []byte { return x.withContent(e.server.withTools(env.method, answer)) }
	ctx = withExchange(ctx, x)
	bad := e.run(ctx, out, r, body, env)
	if x.failed != nil && bad == nil {
		out.replace(errorStatus(modern, x.failed), errorMessage(env.id, e.server.hidden(x.failed)))
	}
	switch {
	case ctx.Err() != nil: // withdrawn: there is nothing to answer
		out.WriteHeader(http.StatusAccepted)
		out.finish(nil)
	case !env.request():
		out.finish(nil)
	default:
		out.change(e.server.hiddenAnswer)
		// The library writes nothing at all when an answer is no JSON.
		out.finish(func() []byte {
			if bad == nil {
				bad = e.server.mistake("empty answer", "method", env.method)
			}
			return errorMessage(env.id, bad)
		})
	}
	return true
}

// hiddenAnswer is an answer of the library; when it is an error, without the
// secrets that it quotes.
func (s *Server) hiddenAnswer(answer []byte) []byte {
	var bad struct {
		ID    json.RawMessage
		Error *rpcError
	}
	if !bytes.Contains(answer, []byte(`"error":`)) || json.Unmarshal(answer, &bad) != nil || bad.Error == nil || s.hide(bad.Error.Message) == bad.Error.Message {
		return answer
	}
	return errorMessage(bad.ID, s.hidden(bad.Error))
}

// doubled refuses a header of the protocol that was sent twice. They repeat what
// the body says for those in between, who might read another one than we do.
func doubled(h http.Header) *rpcError {
	for name, values := range h {
		if strings.HasPrefix(name, "Mcp-") && len(values) > 1 {
			return &rpcError{mcp.HEADER_MISMATCH, "The header " + name + " stands there twice. Send it once."}
		}
	}
	return nil
}

// errorStatus is the HTTP status of a protocol error: since 2026-07-28 it tells
// what is wrong with a request.
func errorStatus(modern bool, bad *rpcError) int {
	if modern && bad.Code == mcp.INVALID_PARAMS {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// run writes the answer to one message: to a plain call itself, to all others by the
// library.
func (e *endpoint) run(ctx context.Context, out *stream, r *http.Request, body []byte, env *envelope) *rpcError {
	call, ok := e.server.readPlain(body, env)
	if !ok || !e.plainHeaders(r.Header, &call) {
		return e.serve(out, withBody(r.WithContext(ctx), body))
	}
	call.request.Header = r.Header
	result, bad := e.server.runPlain(ctx, call)
	if bad != nil {
		return bad
	}
	buf := e.server.buffers.Get().(*bytes.Buffer)
	defer e.server.release(buf)
	if bad := e.server.render(buf, env.id, mcp.JSONRPCResponse{JSONRPC: mcp.JSONRPC_VERSION, Result: result}); bad != nil {
		return bad
	}
	out.replace(http.StatusOK, buf.Bytes())
	return nil
}

// serve is the library's handler with its panics kept private.
func (e *endpoint) serve(w http.ResponseWriter, r *http.Request) (bad *rpcError) {
	defer func() {
		if p := recover(); p != nil {
			bad = e.server.panicked(p)
		}
	}()
	e.library.ServeHTTP(w, r)
	return nil
}

// notified deals with notifications that must not reach the library: it would
// cancel by an id that another client uses too, and refuse those of 2026-07-28
// in a way that makes clients close their connection.
func (e *endpoint) notified(w http.ResponseWriter, env *envelope, modern bool, session string) bool {
	cancelled := env.method == string(mcp.MethodNotificationCancelled)
	switch {
	case modern && strings.HasPrefix(env.method, "notifications/"):
	case cancelled && session == "":
		http.Error(w, "A cancellation belongs to a session: send its "+sessionHeader+".", http.StatusBadRequest)
		return true
	case cancelled:
		e.withdraw(env, session)
	default:
		return false
	}
	w.WriteHeader(http.StatusAccepted)
	return true
}

func (e *endpoint) withdraw(env *envelope, session string) {
	if env.target != "" && session != "" {
		e.calls.withdraw(session + " " + env.target)
	}
}
