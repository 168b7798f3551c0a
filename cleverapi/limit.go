package cleverapi

import (
	"context"
	"io"
	"net/http"
	"sync"
)

// CallLimit is the most requests that one tool call has under way at once.
const CallLimit = 192

type callKey struct{}

// ForCall returns a context whose requests share the limit of one tool call.
func ForCall(ctx context.Context) context.Context {
	return context.WithValue(ctx, callKey{}, make(chan struct{}, CallLimit))
}

// limit holds requests back until there is room, for the call first and then
// for the process, so that a call with many requests leaves room for others.
// Room is given back when the body of the answer is closed.
func limit(max int, next handler) handler {
	process := make(chan struct{}, max)
	return func(ctx context.Context, r *request) (*http.Response, error) {
		call, _ := ctx.Value(callKey{}).(chan struct{})
		release, err := acquire(ctx, r, call, process)
		if err != nil {
			return nil, err
		}
		resp, err := next(ctx, r)
		if err != nil {
			release()
			return nil, err
		}
		resp.Body = &releasing{ReadCloser: resp.Body, release: release}
		return resp, nil
	}
}

func acquire(ctx context.Context, r *request, rooms ...chan struct{}) (release func(), err error) {
	var taken []chan struct{}
	release = sync.OnceFunc(func() {
		for _, room := range taken {
			<-room
		}
	})
	for _, room := range rooms {
		if room == nil {
			continue
		}
		select {
		case room <- struct{}{}:
			taken = append(taken, room)
		case <-ctx.Done():
			release()
			return nil, &Error{Operation: r.op.ID, Kind: ErrBusy, cause: ctx.Err(), Message: "too many requests are under way, and this one was not sent"}
		}
	}
	return release, nil
}

type releasing struct {
	io.ReadCloser
	release func()
}

func (b *releasing) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}
