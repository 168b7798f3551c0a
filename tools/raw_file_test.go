package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clever-mcp/cleverapi"
)

// An invoice arrives as a file with the bytes that the API sent, for nobody else
// to read, and with a link to it.
func TestInvoiceArrives(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Files: true})
	ids := idsOf(t, w)
	const op = "GET /v4/billing/organisations/{id}/invoices/{invoiceNumber}.pdf"
	params := map[string]string{"id": ids["id"], "invoiceNumber": ids["invoiceNumber"]}
	res := w.runner.Call(t.Context(), "read_api", arguments(t, map[string]any{"operation": op, "params": params}), Caller{})
	w.check(t, "read_api", res)
	var out RawAnswer
	if err := json.Unmarshal(res.Structured, &out); err != nil || out.File == nil {
		t.Fatalf("%v: %s", err, res.Text)
	}
	var want bytes.Buffer
	sending, err := w.deps.API.RawSending(t.Context(), cleverapi.RawRequest{
		Method: http.MethodGet, Path: "/v4/billing/organisations/{id}/invoices/{invoiceNumber}.pdf", Params: params,
	})
	if err == nil {
		_, err = w.deps.API.Send(t.Context(), sending, func(cleverapi.RawResponse) io.Writer { return &want })
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out.File.Path)
	if err != nil || !bytes.Equal(got, want.Bytes()) || !bytes.HasPrefix(got, []byte("%PDF-1.4\n")) || !bytes.HasSuffix(got, []byte("%%EOF\n")) {
		t.Errorf("the file has %d bytes, of %d: %v", len(got), want.Len(), err)
	}
	if info, err := os.Stat(out.File.Path); err != nil || info.Mode().Perm() != 0o600 || info.Size() != out.File.Size {
		t.Errorf("the file is %v, %v; its size is said to be %d", info.Mode(), err, out.File.Size)
	}
	link := FileLink{Path: out.File.Path, Name: filepath.Base(out.File.Path), Type: "application/pdf", Size: out.File.Size}
	if len(res.Files) != 1 || res.Files[0] != link {
		t.Errorf("the links are %+v, want %+v", res.Files, link)
	}
	if strings.Contains(res.Text, "%PDF") {
		t.Errorf("the text has the file in it: %s", res.Text)
	}
}

// The address of a backup is a secret, on another host; how to get the file is said.
func TestBackupAddressIsHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Files: true})
	ids := idsOf(t, w)
	const op = "GET /v2/backups/{ownerId}/{ref}"
	address := w.get(t, "/v2/backups/"+ids["ownerId"]+"/"+ids["ref"]).first("download_url")
	_, signature, ok := strings.Cut(address, "signature=")
	for _, selection := range []string{"", ".[0].download_url", ".[0].link", `.[] | [.download_url[10:40], .link[30:]]`, "map(.link|@base64)"} {
		w.ResetRequests()
		res := w.runner.Call(t.Context(), "read_api", arguments(t, map[string]any{
			"operation": op, "params": map[string]string{"ownerId": ids["ownerId"], "ref": ids["ref"]}, "select": selection,
		}), Caller{})
		w.check(t, "read_api", res)
		if !ok || strings.Contains(res.Text, signature) || !strings.Contains(res.Text, "clever database backups download") || len(w.Requests()) != 1 {
			t.Errorf("select %q of the addresses, such as %q, sends %d requests and comes to %s", selection, address, len(w.Requests()), res.Text)
		}
	}
}

// files are tools on an API that answers one thing.
func files(t *testing.T, dir, contentType, body string) (*Runner, *Deps) {
	t.Helper()
	base, err := url.Parse("https://api.example.com")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, worldOptions{})
	w.deps.Settings.FilesDir = dir
	w.deps.API = cleverapi.New(cleverapi.Config{Session: func(context.Context) (cleverapi.Session, error) {
		return cleverapi.Session{API: base, Bridge: base, Transport: answering(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body))}, nil
		})}, nil
	}})
	return w.runner, w.deps
}

type answering func(*http.Request) (*http.Response, error)

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// A text with credentials goes to a file too; neither its text nor a link that a
// client could follow by itself is in the result.
func TestSecretFile(t *testing.T) {
	t.Parallel()
	const text = "users: [{user: {token: not-so-random}}]\n"
	for _, tt := range []struct{ name, operation, contentType, extension string }{
		{"a file by its operation", "GET /v4/kubernetes/organisations/{ownerId}/clusters/{clusterId}/kubeconfig.yaml", "application/yaml", ".yaml"},
		{"a text by its type", "GET /v2/metrics/read/{orgaId}", "text/plain", ".bin"},
		{"a text without a type", "GET /v2/metrics/read/{orgaId}", "", ".bin"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := arguments(t, map[string]any{"operation": tt.operation, "params": map[string]string{"ownerId": "orga_1", "orgaId": "orga_1", "clusterId": "kubernetes_1"}})
			runner, _ := files(t, t.TempDir(), tt.contentType, text)
			res := runner.Call(t.Context(), "read_api", args, Caller{})
			var out RawAnswer
			if err := json.Unmarshal(res.Structured, &out); err != nil || out.File == nil || !out.File.Secret {
				t.Fatalf("%v: %s", err, res.Text)
			}
			if got, err := os.ReadFile(out.File.Path); err != nil || string(got) != text || filepath.Ext(out.File.Path) != tt.extension {
				t.Errorf("%s holds %q, %v", out.File.Path, got, err)
			}
			if strings.Contains(res.Text, "not-so-random") || len(res.Files) > 0 {
				t.Errorf("the result is %s with %d links", res.Text, len(res.Files))
			}
			runner, _ = files(t, "", tt.contentType, text)
			if res := runner.Call(t.Context(), "read_api", args, Caller{}); !res.IsError || strings.Contains(res.Text, "not-so-random") || !strings.Contains(res.Text, "--files") {
				t.Errorf("without a folder it comes to %s", res.Text)
			}
		})
	}
}

// A write whose answer is a file that is not wanted was done all the same, and a
// folder that cannot be written says so.
func TestUnwantedFile(t *testing.T) {
	t.Parallel()
	runner, _ := files(t, "", "application/octet-stream", "\x00\x01")
	res := runner.Call(t.Context(), "raw_request", json.RawMessage(`{"method":"PUT","path":"/v2/self","body":{"name":"x"}}`), Caller{})
	if res.IsError || !strings.Contains(res.Text, "The request was done") {
		t.Errorf("a write comes to %s", res.Text)
	}
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	runner, _ = files(t, dir, "application/octet-stream", "\x00\x01")
	if res := runner.Call(t.Context(), "read_api", json.RawMessage(`{"path":"/v2/self"}`), Caller{}); !res.IsError || !strings.Contains(res.Text, "The answer was not saved") {
		t.Errorf("a folder that is a file comes to %s", res.Text)
	}
	if res := runner.Call(t.Context(), "raw_request", json.RawMessage(`{"method":"PUT","path":"/v2/self","body":{"name":"x"}}`), Caller{}); res.IsError || !strings.Contains(res.Text, "The request was done") {
		t.Errorf("a write whose answer cannot be saved comes to %s", res.Text)
	}
}

// A file that breaks off leaves nothing behind.
func TestFileBreaksOff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	runner, deps := files(t, dir, "", "")
	base, _ := url.Parse("https://api.example.com")
	deps.API = cleverapi.New(cleverapi.Config{Session: func(context.Context) (cleverapi.Session, error) {
		return cleverapi.Session{API: base, Bridge: base, Transport: answering(func(*http.Request) (*http.Response, error) {
			body := io.MultiReader(strings.NewReader("%PDF"), broken{})
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/pdf"}}, Body: io.NopCloser(body)}, nil
		})}, nil
	}})
	res := runner.Call(t.Context(), "read_api", json.RawMessage(`{"path":"/v2/self"}`), Caller{})
	if left, err := os.ReadDir(dir); !res.IsError || err != nil || len(left) > 0 {
		t.Errorf("%d files are left, %v; %s", len(left), err, res.Text)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
