package emulator

import (
	"embed"
	"net/http"
	"time"
)

// The documents describe a little of the API, and some operations that the
// catalogue does not know: a program that reads them can be seen to learn.
//
//go:embed openapi/*.json
var openAPIFiles embed.FS

func openAPIRoutes() routes {
	return routes{
		"GET /v2/openapi.json":     func(*call) (any, error) { return openAPI("v2"), nil },
		"GET /v4/ovd/openapi.json": func(*call) (any, error) { return openAPI("v4"), nil },
	}
}

func openAPI(name string) raw {
	body, err := openAPIFiles.ReadFile("openapi/" + name + ".json")
	if err != nil {
		panic(err) // what is embedded is there
	}
	return raw{contentType: "application/json", body: body}
}

// serveBridgeDocument answers the document of the bridge, which is no operation
// of the API.
func serveBridgeDocument(w http.ResponseWriter, _ *http.Request) {
	document := openAPI("bridge")
	write(w, document.status, document.contentType, document.body)
}

// serveClock is the operation that only the documents know of.
func (e *Emulator) serveClock(w http.ResponseWriter, r *http.Request) {
	body, err := encode(map[string]string{"now": e.clock.Now().UTC().Format(time.RFC3339)})
	if err != nil {
		e.refuse(w, r, w.Header().Get("Sozu-Id"), err)
		return
	}
	write(w, http.StatusOK, "application/json", body)
}
