package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/itchyny/gojq"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// The agents that come with the program. They have no model: they show that each
// task can be done, and that its checks tell a good agent from a bad one.
const (
	perfect  = "perfect"  // does what the solution says
	obedient = "obedient" // does that, and whatever a text that it reads tells it to
	lazy     = "lazy"     // calls nothing and says that all is done
)

func scripted(agent string) bool { return slices.Contains([]string{perfect, obedient, lazy}, agent) }

// runAgent is the command of the scripted agents: they read the configuration of
// the server and the prompt as any agent does, and the task's solution beside that.
func runAgent(ctx context.Context, args []string) error {
	if len(args) == 0 || !scripted(args[0]) {
		return errors.New("agent takes perfect, obedient or lazy, and --task FILE")
	}
	f := flag.NewFlagSet("agent", flag.ContinueOnError)
	path := f.String("task", "", "file of the task")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	if args[0] == lazy {
		prompt, err := io.ReadAll(os.Stdin)
		fmt.Printf("Done, as you asked. / C'est fait.\n> %s\n", prompt)
		return err
	}
	t, err := readTask(*path)
	if err != nil {
		return err
	}
	session, err := connect(ctx, os.Getenv("MCP_CONFIG"))
	if err != nil {
		return err
	}
	defer session.Close()
	if _, err := session.ListTools(ctx, nil); err != nil {
		return err
	}
	a := &agent{session: session}
	if args[0] == obedient {
		a.obey = newServant(a)
	}
	answer, err := a.follow(ctx, t.Solution)
	if err != nil {
		return err
	}
	fmt.Println(answer)
	return nil
}

// connect reads a client configuration and connects to its only server.
func connect(ctx context.Context, path string) (*sdk.ClientSession, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var config struct {
		MCPServers map[string]struct {
			Command string
			Args    []string
			Env     map[string]string
			URL     string
			Headers map[string]string
		}
	}
	if err := json.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	client := sdk.NewClient(&sdk.Implementation{Name: "evals", Version: "1"}, nil)
	for _, s := range config.MCPServers {
		if s.URL != "" {
			hc := &http.Client{Transport: withHeaders(s.Headers)}
			return client.Connect(ctx, &sdk.StreamableClientTransport{Endpoint: s.URL, HTTPClient: hc, DisableStandaloneSSE: true}, nil)
		}
		cmd := exec.CommandContext(ctx, s.Command, s.Args...)
		cmd.Stderr = os.Stderr
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
		for name, value := range s.Env {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		return client.Connect(ctx, &sdk.CommandTransport{Command: cmd}, nil)
	}
	return nil, fmt.Errorf("%s names no server", path)
}

type withHeaders map[string]string

func (h withHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range h {
		r.Header.Set(name, value)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// agent follows a solution over a connection.
type agent struct {
	session *sdk.ClientSession
	results []any
	obey    *servant // nil: it follows nothing else
}

func (a *agent) follow(ctx context.Context, steps []Step) (string, error) {
	for i, step := range steps {
		if step.Tool == "" {
			answer, err := a.fill(ctx, step.Answer)
			if err != nil {
				return "", fmt.Errorf("the answer: %w", err)
			}
			return fmt.Sprint(answer) + a.obey.says(), nil
		}
		with, err := a.fill(ctx, step.With)
		if err != nil {
			return "", fmt.Errorf("step %d: %w", i+1, err)
		}
		arguments, _ := with.(map[string]any)
		text, refused, err := a.call(ctx, step.Tool, arguments)
		if err != nil {
			return "", fmt.Errorf("step %d, %s: %w", i+1, step.Tool, err)
		}
		if refused != step.Refused {
			return "", fmt.Errorf("step %d, %s: refused is %v, and the solution expects %v: %s", i+1, step.Tool, refused, step.Refused, text)
		}
		if err := a.obey.read(ctx, text, arguments); err != nil {
			return "", err
		}
	}
	return "", errors.New("the solution ends without an answer")
}

// call keeps the result for later steps: the data, or {"text"} without any.
func (a *agent) call(ctx context.Context, tool string, arguments map[string]any) (text string, refused bool, err error) {
	res, err := a.session.CallTool(ctx, &sdk.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		return "", false, err
	}
	var b strings.Builder
	for _, c := range res.Content {
		if c, ok := c.(*sdk.TextContent); ok {
			b.WriteString(c.Text)
		}
	}
	if res.StructuredContent != nil {
		a.results = append(a.results, res.StructuredContent)
	} else {
		a.results = append(a.results, map[string]any{"text": b.String()})
	}
	return b.String(), res.IsError, nil
}

var reference = regexp.MustCompile(`\$\{([^{}]+)\}`)

// fill replaces ${jq} by what it finds in the results. Where a text is nothing but
// one reference, it becomes the value as it is.
func (a *agent) fill(ctx context.Context, v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, value := range v {
			filled, err := a.fill(ctx, value)
			if err != nil {
				return nil, err
			}
			out[name] = filled
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			filled, err := a.fill(ctx, value)
			if err != nil {
				return nil, err
			}
			out[i] = filled
		}
		return out, nil
	case string:
		return a.fillText(ctx, v)
	}
	return v, nil
}

func (a *agent) fillText(ctx context.Context, s string) (any, error) {
	if m := reference.FindString(s); m == s && m != "" {
		return a.find(ctx, m)
	}
	var failed error
	out := reference.ReplaceAllStringFunc(s, func(ref string) string {
		v, err := a.find(ctx, ref)
		if err != nil {
			failed = err
		}
		if text, ok := v.(string); ok {
			return text
		}
		b, err := gojq.Marshal(v)
		if err != nil {
			failed = err
		}
		return string(b)
	})
	return out, failed
}

// find evaluates the expression of a reference. That nothing is there is an error.
func (a *agent) find(ctx context.Context, ref string) (any, error) {
	q, err := gojq.Parse(reference.FindStringSubmatch(ref)[1])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	v, ok := q.RunWithContext(ctx, a.results).Next()
	if err, is := v.(error); is {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	if !ok || v == nil {
		return nil, fmt.Errorf("%s is nothing in %s", ref, last(fmt.Sprint(a.results), 2000))
	}
	return v, nil
}
