package server

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"clever-mcp/tools"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// askFor is how long a client may take to answer a question. Some clients
// declare that they can ask and then never do; the call must not hang on them.
const askFor = 60 * time.Second

// askID begins the key of a question in a multi round-trip; the rest of the key
// is the name of the field, so that nothing has to be remembered in between.
const askID = "ask."

// canElicit tells whether the client of a request can show a form to its user,
// and whether it can open a page. It knows both eras: since 2026-07-28 each
// request says so, before it was said once, when the session began.
func canElicit(ctx context.Context) (forms, pages bool) {
	if info := mcpserver.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		if info.ClientCapabilities == nil {
			return false, false
		}
		return shows(info.ClientCapabilities.Elicitation)
	}
	session := mcpserver.ClientSessionFromContext(ctx)
	if _, ok := session.(mcpserver.SessionWithElicitation); !ok {
		return false, false
	}
	client, ok := session.(mcpserver.SessionWithClientInfo)
	if !ok {
		return false, false
	}
	return shows(client.GetClientCapabilities().Elicitation)
}

// shows reads the capability: without a mode it means forms.
func shows(c *mcp.ElicitationCapability) (forms, pages bool) {
	if c == nil {
		return false, false
	}
	return c.Form != nil || c.URL == nil, c.URL != nil
}

func elicitation(q *tools.Question) mcp.ElicitationParams {
	if q.URL != "" {
		return mcp.ElicitationParams{Mode: mcp.ElicitationModeURL, Message: q.Message, URL: q.URL, ElicitationID: rand.Text()}
	}
	return mcp.ElicitationParams{
		Message: q.Message,
		RequestedSchema: map[string]any{
			"type":       "object",
			"properties": map[string]any{q.Field: map[string]any{"type": "string", "title": q.Label}},
			"required":   []string{q.Field},
		},
	}
}

// inputRequired asks a client of 2026-07-28: it repeats the call with the answer.
func inputRequired(q *tools.Question) *mcp.CallToolResult {
	return mcpserver.NewInputRequestBuilder(q.State).Elicit(askID+q.Field, elicitation(q)).ToolResult()
}

// answerIn finds the answer to a question of ours in a repeated call. What else
// stands there is ignored. Whether the state is one of ours, the Runner checks.
func answerIn(p mcp.MultiRoundTripParams) *tools.Answer {
	var ids []string
	for id := range p.InputResponses {
		if strings.HasPrefix(id, askID) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if res := mcpserver.ElicitationResponse(p.InputResponses, id); res != nil {
			return answer(res, strings.TrimPrefix(id, askID), p.RequestState)
		}
	}
	return nil
}

// ask asks a client from before 2026-07-28 and waits. Silence and an error of
// the client are no refusal by a person, and do not count as one.
func ask(ctx context.Context, q *tools.Question) *tools.Answer {
	session, ok := mcpserver.ClientSessionFromContext(ctx).(mcpserver.SessionWithElicitation)
	if !ok {
		return &tools.Answer{State: q.State, Action: "cancel"}
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	defer context.AfterFunc(exchangeFrom(ctx).answers, cancel)()
	res, err := session.RequestElicitation(ctx, mcp.ElicitationRequest{
		Request: mcp.Request{Method: string(mcp.MethodElicitationCreate)},
		Params:  elicitation(q),
	})
	if err != nil || res == nil {
		return &tools.Answer{State: q.State, Action: "cancel"}
	}
	return answer(res, q.Field, q.State)
}

func answer(res *mcp.ElicitationResult, field, state string) *tools.Answer {
	a := &tools.Answer{State: state, Action: string(res.Action)}
	if content, ok := res.Content.(map[string]any); ok {
		a.Text, _ = content[field].(string)
	}
	return a
}
