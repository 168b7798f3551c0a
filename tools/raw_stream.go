package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"

	"github.com/itchyny/gojq"
)

// What is read of a stream in one call. A stream that has an end (until or limit
// in its query) is often shorter.
const (
	streamTime   = 5 * time.Second
	streamBytes  = 4 << 20
	streamEvents = 1000
)

// readsLog tells what answers with lines that programs wrote.
func readsLog(op catalogue.Operation) bool {
	path := op.Path()
	return strings.HasSuffix(path, "/logs") || strings.HasSuffix(path, "/accesslogs") || path == "/v2/logs/{appId}"
}

// readyForLog makes secret what the writer of a log was given, as get_logs does. It
// refuses to let the API search: whether it finds a guess tells of what is hidden.
func (c *Call) readyForLog(ctx context.Context, req cleverapi.Sending) error {
	for name := range req.Query {
		if strings.EqualFold(name, "filter") {
			return badArgument("%s takes no filter here, because it would find what is hidden. Nothing was sent.\nNext: leave filter out and choose with select, or use get_logs with search.", req.Operation.ID)
		}
	}
	t, err := c.target(ctx, req)
	switch {
	case err != nil:
		return err
	case t.app != nil:
		c.learnFor(ctx, resource{ID: t.app.ID, Owner: t.app.Owner})
	case t.addon != nil:
		c.learnFor(ctx, resource{ID: t.addon.RealID, Owner: t.addon.Owner, addonID: t.addon.ID})
	}
	return nil
}

// readStream reads events for a bounded time. Their list is the answer.
func (c *Call) readStream(ctx context.Context, req cleverapi.Sending, code *gojq.Code) (RawAnswer, error) {
	op := req.Operation
	if op.Method() != http.MethodGet {
		return RawAnswer{}, badArgument("%s is a stream, which can only be read with GET. Nothing was sent.", op.ID)
	}
	events, keys := []any{}, keyLines{}
	end, err := c.API.Events(ctx, req, cleverapi.StreamLimits{Time: streamTime, Bytes: streamBytes}, func(e cleverapi.RawEvent) bool {
		events = append(events, c.event(op, e, keys))
		return len(events) < streamEvents
	})
	if err != nil && (len(events) == 0 || errors.Is(err, cleverapi.ErrCanceled)) {
		return RawAnswer{}, err
	}
	out := RawAnswer{Status: http.StatusOK, Operation: op.ID}
	out.Outside, out.End = fencePosts("Events")
	doc, _ := c.Hide.walk(events)
	if code != nil {
		if doc, err = runSelect(ctx, code, doc); err != nil {
			return RawAnswer{}, err
		}
	}
	body, cut, err := fit(doc, code != nil)
	if err != nil {
		return RawAnswer{}, err
	}
	out.Body, out.Cut = body, cut
	if more := goesOn(end, len(events)); more != "" {
		out.Cut = more
		if cut != "" {
			out.Cut += " " + cut
		}
	}
	return out, nil
}

// event is an event as select sees it.
func (c *Call) event(op catalogue.Operation, e cleverapi.RawEvent, keys keyLines) map[string]any {
	out := map[string]any{"type": e.Type}
	if e.ID != "" {
		out["id"] = e.ID
	}
	var data any
	if json.Unmarshal([]byte(e.Data), &data) != nil {
		data = e.Data
		if op.Secret {
			c.Hide.Learn(e.Data)
			data = c.Hide.Mark(e.Data)
		}
	}
	if op.Secret {
		data = c.Hide.Body(data)
	}
	if line, ok := data.(map[string]any); ok {
		if message, ok := line["message"].(string); ok {
			from, _ := line["instanceId"].(string)
			line["message"] = keys.hide(c.Hide, from, message)
		}
	}
	out["data"] = data
	return out
}

// goesOn says what of a stream was not read, "" when all of it was.
func goesOn(end cleverapi.StreamEnd, events int) string {
	narrow := "Choose others with query, such as since and until (2026-11-23T09:00:00Z) or limit."
	switch end {
	case cleverapi.EndReached:
		return ""
	case cleverapi.EndTime:
		return fmt.Sprintf("The stream was read for %s and gave %d events; it goes on. %s", streamTime, events, narrow)
	case cleverapi.EndStopped, cleverapi.EndBytes:
		return fmt.Sprintf("The first %d events were read; there may be more. %s", events, narrow)
	}
	return fmt.Sprintf("The stream broke off after %d events. %s", events, narrow)
}
