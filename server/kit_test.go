package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/tools"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// network carries the requests of tests. Whenever a server of httptest is closed, it
// closes the idle connections of the default transport, under the hands of others.
var network = &http.Transport{}

// The tools of these tests borrow the names, and so the contracts, of real ones
// and do what the test says.

type tagsIn struct {
	Tags []string `json:"tags"`
}

type zone struct {
	Name string `json:"name"`
}

type zonesOut struct {
	Zones []zone `json:"zones"`
}

// reads is a tool that reads; its result has one zone, named by run.
func reads(run func(ctx context.Context, c *tools.Call, tags []string) (string, error)) tools.Any {
	return &tools.Tool[tagsIn, zonesOut]{
		Name: "list_zones", Effect: catalogue.Reads,
		Run: func(ctx context.Context, c *tools.Call, in tagsIn) (zonesOut, error) {
			name, err := run(ctx, c, in.Tags)
			return zonesOut{[]zone{{name}}}, err
		},
	}
}

type requestIn struct {
	Method, Path string
}

type requestOut struct {
	Status int `json:"status"`
}

// destroys is a tool that destroys, after its plan was agreed to.
func destroys(run func(ctx context.Context, c *tools.Call, path string) error) tools.Any {
	return &tools.Tool[requestIn, requestOut]{
		Name: "raw_request", Effect: catalogue.Destroys, AnyOperation: true,
		Run: func(ctx context.Context, c *tools.Call, in requestIn) (requestOut, error) {
			return requestOut{204}, run(ctx, c, in.Path)
		},
	}
}

// confirmed asks for the name "shop" before it counts as done.
func confirmed(done func()) tools.Any {
	return destroys(func(_ context.Context, c *tools.Call, path string) error {
		if err := c.ConfirmPlan(tools.Plan{Action: "delete the application", Kind: "application", Name: "shop", ID: "app_1"}); err != nil {
			return err
		}
		done()
		return nil
	})
}

// echo names the zone after the first tag.
func echo() tools.Any {
	return reads(func(_ context.Context, _ *tools.Call, tags []string) (string, error) {
		return append(tags, "par")[0], nil
	})
}

func newServer(t testing.TB, set ...tools.Any) *Server {
	t.Helper()
	return newServerLogging(t, io.Discard, set...)
}

func newServerLogging(t testing.TB, log io.Writer, set ...tools.Any) *Server {
	t.Helper()
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	runner, err := tools.NewRunner(set, &tools.Deps{
		Hide: tools.NewHider(), Confirm: tools.NewSealer(), Log: logger, Now: time.Now,
		Settings: tools.Settings{ConfirmMode: tools.ConfirmAny},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{Name: "clever-mcp", Title: "Clever Cloud", Version: "1", Instructions: "Be brief.", Runner: runner, Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// eras are the revisions that a client may pin; "" lets it choose.
var eras = []string{"", "2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"}

const testToken = "token-of-the-tests"

var testHTTP = HTTPConfig{Callers: []Caller{NewCaller("test", testToken)}, SSE: true}

// bearer adds a token to each request.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return network.RoundTrip(r)
}

func serveHTTP(t testing.TB, s *Server, cfg HTTPConfig) *httptest.Server {
	t.Helper()
	e := s.endpoint(cfg)
	srv := httptest.NewServer(e)
	t.Cleanup(func() {
		srv.CloseClientConnections()
		e.close()
		srv.Close()
	})
	return srv
}

// transports connect a client of the official SDK to a server.
var transports = map[string]func(t testing.TB, s *Server) sdk.Transport{
	"stdio": func(t testing.TB, s *Server) sdk.Transport {
		fromClient, toServer := io.Pipe()
		fromServer, toClient := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			ended <- s.ServeStdio(context.Background(), fromClient, toClient)
			toClient.Close()
		}()
		t.Cleanup(func() {
			toServer.Close()
			fromServer.Close()
			fromClient.Close()
			<-ended
		})
		return &sdk.IOTransport{Reader: fromServer, Writer: toServer}
	},
	"http": func(t testing.TB, s *Server) sdk.Transport {
		srv := serveHTTP(t, s, testHTTP)
		return &sdk.StreamableClientTransport{Endpoint: srv.URL + "/mcp", HTTPClient: &http.Client{Transport: bearer(testToken)}, MaxRetries: -1}
	},
	"sse": func(t testing.TB, s *Server) sdk.Transport {
		srv := serveHTTP(t, s, testHTTP)
		return &sdk.SSEClientTransport{Endpoint: srv.URL + "/sse", HTTPClient: &http.Client{Transport: bearer(testToken)}}
	},
}

func connect(t testing.TB, transport sdk.Transport, version string, opts *sdk.ClientOptions) *sdk.ClientSession {
	t.Helper()
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, opts)
	session, err := client.Connect(context.Background(), transport, &sdk.ClientSessionOptions{ProtocolVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return session
}

// everyClient runs a test for each transport and revision that goes with it.
func everyClient(t *testing.T, test func(t *testing.T, transport func(testing.TB, *Server) sdk.Transport, version string)) {
	for name, transport := range transports {
		for _, version := range eras {
			if name == "sse" && version == "2026-07-28" {
				continue // that revision does not have the transport
			}
			label := version
			if label == "" {
				label = "newest"
			}
			t.Run(name+"/"+label, func(t *testing.T) {
				t.Parallel()
				test(t, transport, version)
			})
		}
	}
}

func text(t testing.TB, res *sdk.CallToolResult) string {
	t.Helper()
	if len(res.Content) != 1 {
		t.Fatalf("%d contents, want 1", len(res.Content))
	}
	return res.Content[0].(*sdk.TextContent).Text
}

func panickingPrompt() (mcp.Prompt, mcpserver.PromptHandlerFunc) {
	return mcp.NewPrompt("boom"), func(context.Context, mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		panic("a secret")
	}
}
