package cleverapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a request can come to. Compare with errors.Is.
var (
	ErrSignedOut      = errors.New("signed out")
	ErrUnauthorized   = errors.New("credentials refused")
	ErrForbidden      = errors.New("not allowed")
	ErrRateLimited    = errors.New("rate limit")
	ErrNotFound       = errors.New("not found")
	ErrConflict       = errors.New("conflict")
	ErrInvalid        = errors.New("invalid input")
	ErrProvider       = errors.New("add-on provider failed")
	ErrGateway        = errors.New("gateway failed")
	ErrServer         = errors.New("server error")
	ErrTimeout        = errors.New("timeout")
	ErrUnreachable    = errors.New("unreachable")
	ErrUntrusted      = errors.New("not trusted")
	ErrCanceled       = errors.New("cancelled")
	ErrUnknownOutcome = errors.New("outcome unknown")
	ErrRedirect       = errors.New("redirect")
	ErrBadAnswer      = errors.New("answer not understood")
	ErrTooLarge       = errors.New("answer too large")
	ErrPolicy         = errors.New("refused by policy")
	ErrBounds         = errors.New("beyond the operator's bounds") // also ErrPolicy
	ErrBusy           = errors.New("busy")
)

// SignedOut gives an error of whoever keeps credentials the meaning of
// ErrSignedOut. Its text stays.
func SignedOut(err error) error { return signedOut{err} }

type signedOut struct{ error }

func (signedOut) Is(target error) bool { return target == ErrSignedOut }
func (e signedOut) Unwrap() error      { return e.error }

// Error is what an operation came to instead of an answer.
type Error struct {
	Operation string
	Status    int   // 0: no answer
	Kind      error // one of the Err values
	Code      string
	Message   string            // in the API's words, or ours when it said nothing
	Fields    map[string]string // what is wrong with which field, by v2
	RequestID string
	// RetryAfter is what the API asked for; zero when it did not.
	RetryAfter time.Duration

	cause error
	cut   bool // a stream broke off, and may be opened again
}

func (e *Error) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("%s: %s", e.Operation, e.Message)
	}
	msg := e.Message
	for _, f := range slices.Sorted(maps.Keys(e.Fields)) {
		msg += fmt.Sprintf("; %s: %s", f, e.Fields[f])
	}
	return fmt.Sprintf("Clever Cloud answered %d to %s: %s", e.Status, e.Operation, msg)
}

// Is makes errors.Is find the kind.
func (e *Error) Is(target error) bool {
	return e.Kind == target || e.Kind == ErrBounds && target == ErrPolicy
}

func (e *Error) Unwrap() error { return e.cause }

// maxErrorBody is what is read of a refusal. Its message is far shorter.
const maxErrorBody = 64 << 10

// refusal reads an answer of status 300 or more: the bodies of v2 (id, message),
// v4 (code, error, apiRequestId), the bridge (code, error) and of gateways,
// which answer HTML or nothing.
func refusal(op string, resp *http.Response) *Error {
	e := &Error{Operation: op, Status: resp.StatusCode, RequestID: requestID(resp), RetryAfter: retryAfter(resp.Header)}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	var b struct {
		ID           json.RawMessage   `json:"id"`
		Message      string            `json:"message"`
		Fields       map[string]string `json:"fields"`
		Context      json.RawMessage   `json:"context"`
		Code         json.RawMessage   `json:"code"`
		Error        string            `json:"error"`
		APIRequestID string            `json:"apiRequestId"`
	}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if json.Unmarshal(body, &b) == nil {
		e.Code = scalar(b.Code)
		if e.Code == "" {
			e.Code = scalar(b.ID)
		}
		e.Message, e.Fields = b.Message, b.Fields
		if e.Fields == nil {
			e.Fields = contextFields(b.Context)
		}
		if e.Message == "" {
			e.Message = b.Error
		}
		if e.RequestID == "" {
			e.RequestID = b.APIRequestID
		}
	} else if media == "text/plain" {
		e.Message = strings.TrimSpace(string(body))
	}
	if e.Message == "" {
		e.Message = strings.ToLower(http.StatusText(e.Status))
	}
	if len(e.Message) > 500 {
		e.Message = strings.ToValidUTF8(e.Message[:500], "") + "…"
	}
	e.Kind = kindOf(e)
	if e.Kind == ErrRedirect {
		e.Message = "a redirect, which is never followed"
	}
	return e
}

// contextFields reads what v4 says about the field that it refused; nil when
// it says nothing of the kind.
func contextFields(raw json.RawMessage) map[string]string {
	var kinds map[string]json.RawMessage
	if json.Unmarshal(raw, &kinds) != nil {
		return nil
	}
	var field struct{ FieldName, FieldValue string }
	if json.Unmarshal(kinds["OVDErrorFieldContext"], &field) != nil || field.FieldName == "" {
		return nil
	}
	return map[string]string{field.FieldName: field.FieldValue}
}

func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

func kindOf(e *Error) error {
	switch {
	case e.Status < 400:
		return ErrRedirect
	case e.Status == http.StatusUnauthorized:
		return ErrUnauthorized
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusForbidden && e.Code == "403":
		// v2 says its rate limit with status 403 and id 403.
		return ErrRateLimited
	case e.Status == http.StatusForbidden && e.Code == "999":
		// A domain that cannot be had: the input is wrong, not the right to do it.
		return ErrInvalid
	case e.Status == http.StatusForbidden:
		return ErrForbidden
	case e.Status == http.StatusNotFound, e.Status == http.StatusGone:
		return ErrNotFound
	case e.Status == http.StatusConflict:
		return ErrConflict
	case e.Status < 500:
		return ErrInvalid
	case e.Code == "-500":
		return ErrProvider
	case e.Status == http.StatusBadGateway, e.Status == http.StatusServiceUnavailable, e.Status == http.StatusGatewayTimeout:
		return ErrGateway
	}
	return ErrServer
}

// retryAfter reads both forms of the header, seconds and a date; zero when it is
// absent, in the past or nonsense.
func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil && n > 0 && n <= 24*3600 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		if d := time.Until(at); d > 0 && d <= 24*time.Hour {
			return d
		}
	}
	return 0
}
