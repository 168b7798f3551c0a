package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// apiError is a refusal. Which of its parts are sent depends on the family of
// the path that was asked.
type apiError struct {
	status  int
	id      int    // v2
	code    string // v4 and the bridge
	message string
	fields  map[string]string // v2 validation, by field
	context map[string]any    // v4
}

func (e *apiError) Error() string { return fmt.Sprintf("%d: %s", e.status, e.message) }

// The ids that v2 gives to refusals. For "not found" and "bad request" no id is
// published, so the status stands in.
const (
	idEmailYours      = 101
	idRateLimit       = 403
	idKeyInvalid      = 505
	idEmailInvalid    = 550
	idEnvInvalid      = 557
	idGeneric         = 999
	idEmailTaken      = 1004
	idNotConnected    = 2001
	idAppInvalid      = 3004
	idNeverDeployed   = 4014
	idNoFavourite     = 4021
	idMemberNotFound  = 6501
	idProviderFailure = -500
)

// fail refuses with a v2 id; on v4 paths the code follows from the status.
func fail(status, id int, format string, args ...any) *apiError {
	return &apiError{status: status, id: id, code: codeOf(status), message: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) *apiError {
	return fail(http.StatusNotFound, http.StatusNotFound, format, args...)
}

func invalid(format string, args ...any) *apiError {
	return fail(http.StatusBadRequest, http.StatusBadRequest, format, args...)
}

func codeOf(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "clever.core.bad-request"
	case http.StatusUnauthorized:
		return "clever.core.unauthorized"
	case http.StatusForbidden:
		return "clever.core.forbidden"
	case http.StatusNotFound:
		return "clever.core.not-found"
	case http.StatusTooManyRequests:
		return "clever.core.too-many-requests"
	}
	return "999"
}

// errorBody is what path answers for err.
func errorBody(path, requestID string, err error) (status int, body any) {
	var e *apiError
	if !errors.As(err, &e) {
		e = fail(http.StatusInternalServerError, idGeneric, "Internal error")
	}
	switch {
	case strings.HasPrefix(path, "/v4/"):
		context := e.context
		if context == nil {
			context = map[string]any{}
		}
		return e.status, map[string]any{"code": e.code, "error": e.message, "context": context, "apiRequestId": requestID}
	case strings.HasPrefix(path, "/api-tokens"):
		if e.status == http.StatusBadRequest {
			return e.status, map[string]any{"statusCode": e.status, "code": e.code, "error": "Bad Request", "message": e.message}
		}
		return e.status, map[string]any{"code": e.code, "error": e.message}
	}
	b := map[string]any{"id": e.id, "message": e.message, "type": "error"}
	if len(e.fields) > 0 {
		b["fields"] = e.fields
	}
	return e.status, b
}

// message is what v2 answers to a write that has no object to give back.
type message struct {
	ID      int    `json:"id"`
	Message string `json:"message"`
	Type    string `json:"type"`
}

func success(format string, args ...any) message {
	return message{ID: 501, Message: fmt.Sprintf(format, args...), Type: "success"}
}
