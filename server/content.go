package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// Prompt is a text with which a user begins a conversation.
type Prompt struct {
	Name, Title, Description string
	Arguments                []Argument
	// Text gets every required argument, none of them empty.
	Text func(ctx context.Context, args map[string]string) (string, error)
	// Off says why it is not offered, to who asks for it; "": it is offered.
	Off string
}

// Argument is one argument of a Prompt.
type Argument struct {
	Name, Description string
	Required          bool
	Complete          Completer // nil: no help with typing
}

// Resource is something that a client may read: an address, or a template of
// addresses with {variables}.
type Resource struct {
	URI, Name, Title, Description, MIMEType string
	// Read gets the values of the variables. An error that wraps ErrAbsent means
	// that there is nothing at this address. What an error says is shown.
	Read     func(ctx context.Context, vars map[string]string) (string, error)
	Complete map[string]Completer // by variable
}

// Completer returns the values that begin as the user did, the best first. given
// holds the arguments that are known already.
type Completer func(ctx context.Context, begun string, given map[string]string) ([]string, error)

// ErrAbsent is wrapped by the error of a Resource that does not exist.
var ErrAbsent = errors.New("does not exist")

// Absent returns an error that wraps ErrAbsent and says no more than text.
func Absent(text string) error { return absent(text) }

type absent string

func (a absent) Error() string        { return string(a) }
func (a absent) Is(target error) bool { return target == ErrAbsent }

// maxCompletions is the most that the protocol allows in one answer.
const maxCompletions = 100

// content is what a server has beside its tools.
type content struct {
	prompts   []Prompt
	off       map[string]string // prompts that are not offered, and why
	resources []Resource
	templates map[string]*mcp.URITemplate
}

// offer registers prompts and resources. It is for before serving.
func (s *Server) offer(prompts []Prompt, resources []Resource) error {
	s.content = content{off: map[string]string{}, resources: resources, templates: map[string]*mcp.URITemplate{}}
	for _, p := range prompts {
		if p.Off != "" {
			s.content.off[p.Name] = p.Off
			continue
		}
		s.content.prompts = append(s.content.prompts, p)
		opts := []mcp.PromptOption{mcp.WithPromptDescription(p.Description)}
		for _, a := range p.Arguments {
			arg := []mcp.ArgumentOption{mcp.ArgumentDescription(a.Description)}
			if a.Required {
				arg = append(arg, mcp.RequiredArgument())
			}
			opts = append(opts, mcp.WithArgument(a.Name, arg...))
		}
		prompt := mcp.NewPrompt(p.Name, opts...)
		prompt.Title = p.Title
		s.mcp.AddPrompt(prompt, func(ctx context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			return traced(s, ctx, mcp.MethodPromptsGet, p.Name, req.Header, req.Params.Meta, func(ctx context.Context) (*mcp.GetPromptResult, error) { return p.get(ctx, req) })
		})
	}
	for _, r := range resources {
		read := func(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return traced(s, ctx, mcp.MethodResourcesRead, r.URI, req.Header, req.Params.Meta, func(ctx context.Context) ([]mcp.ResourceContents, error) { return r.read(ctx, req) })
		}
		if !strings.Contains(r.URI, "{") {
			resource := mcp.NewResource(r.URI, r.Name, mcp.WithResourceDescription(r.Description), mcp.WithMIMEType(r.MIMEType))
			resource.Title = r.Title
			s.mcp.AddResource(resource, read)
			continue
		}
		var uri mcp.URITemplate
		if err := uri.UnmarshalJSON(fmt.Appendf(nil, "%q", r.URI)); err != nil {
			return fmt.Errorf("the address %s of a resource: %w", r.URI, err)
		}
		s.content.templates[r.URI] = &uri
		template := mcp.NewResourceTemplate(r.URI, r.Name, mcp.WithTemplateDescription(r.Description), mcp.WithTemplateMIMEType(r.MIMEType))
		template.Title = r.Title
		s.mcp.AddResourceTemplate(template, read)
	}
	return nil
}

// libraryOptions declare what there is to offer, and nothing that there is not.
func (s *Server) libraryOptions(prompts []Prompt, resources []Resource) []mcpserver.ServerOption {
	var opts []mcpserver.ServerOption
	offered := slices.ContainsFunc(prompts, func(p Prompt) bool { return p.Off == "" })
	if offered {
		opts = append(opts, mcpserver.WithPromptCapabilities(false))
	}
	if len(resources) > 0 {
		opts = append(opts, mcpserver.WithResourceCapabilities(false, false))
	}
	if offered || len(resources) > 0 {
		completions := completions{&s.content}
		opts = append(opts, mcpserver.WithCompletions(),
			mcpserver.WithPromptCompletionProvider(completions), mcpserver.WithResourceCompletionProvider(completions))
	}
	return opts
}

func (p Prompt) get(ctx context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
	for _, a := range p.Arguments {
		if a.Required && r.Params.Arguments[a.Name] == "" {
			return nil, fail(ctx, mcp.INVALID_PARAMS, fmt.Sprintf("The prompt %s needs the argument %s: %s", p.Name, a.Name, a.Description))
		}
	}
	text, err := p.Text(ctx, r.Params.Arguments)
	if err != nil {
		return nil, fail(ctx, mcp.INTERNAL_ERROR, err.Error())
	}
	return mcp.NewGetPromptResult(p.Description, []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text))}), nil
}

func (r Resource) read(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	vars := map[string]string{}
	for name, value := range req.Params.Arguments {
		if list, ok := value.([]string); ok {
			vars[name] = strings.Join(list, ",")
		}
	}
	text, err := r.Read(ctx, vars)
	switch {
	case errors.Is(err, ErrAbsent):
		return nil, fail(ctx, absentCode(mcpserver.IsModernRequest(ctx)), err.Error())
	case err != nil:
		return nil, fail(ctx, mcp.INTERNAL_ERROR, err.Error())
	}
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: req.Params.URI, MIMEType: r.MIMEType, Text: text}}, nil
}

// absentCode is what a revision calls a resource that is not there.
func absentCode(modern bool) int {
	if modern {
		return mcp.INVALID_PARAMS
	}
	return mcp.RESOURCE_NOT_FOUND
}

// fail makes the transport answer with this error. An error that is only
// returned, the library turns into -32603 whatever it means.
func fail(ctx context.Context, code int, message string) error {
	exchangeFrom(ctx).failed = &rpcError{code, message}
	return errors.New(message)
}

// missing says what exists when a prompt or resource does not.
func (c *content) missing(e *envelope) *rpcError {
	switch e.method {
	case string(mcp.MethodPromptsGet):
		if why := c.off[e.name]; why != "" {
			return &rpcError{mcp.INVALID_PARAMS, why}
		}
		var names []string
		for _, p := range c.prompts {
			names = append(names, p.Name)
		}
		if len(names) > 0 && !slices.Contains(names, e.name) {
			slices.Sort(names)
			return &rpcError{mcp.INVALID_PARAMS, fmt.Sprintf("There is no prompt %q. The prompts are %s.", e.name, strings.Join(names, ", "))}
		}
	case string(mcp.MethodResourcesRead):
		var uris []string
		for _, r := range c.resources {
			if t := c.templates[r.URI]; r.URI == e.uri || t != nil && t.Regexp().MatchString(e.uri) {
				return nil
			}
			uris = append(uris, r.URI)
		}
		if len(uris) > 0 {
			slices.Sort(uris)
			return &rpcError{absentCode(e.modern), fmt.Sprintf("There is no resource %q. The resources are %s.", e.uri, strings.Join(uris, ", "))}
		}
	}
	return nil
}

// completions help with typing. Where there is no help, there are no values;
// an error of the API is no reason to disturb somebody who types.
type completions struct{ content *content }

func (c completions) CompletePromptArgument(ctx context.Context, name string, a mcp.CompleteArgument, given mcp.CompleteContext) (*mcp.Completion, error) {
	for _, p := range c.content.prompts {
		for _, arg := range p.Arguments {
			if p.Name == name && arg.Name == a.Name {
				return complete(ctx, arg.Complete, a.Value, given), nil
			}
		}
	}
	var known []string
	for _, p := range c.content.prompts {
		for _, arg := range p.Arguments {
			known = append(known, arg.Name+" of "+p.Name)
		}
	}
	return nil, fail(ctx, mcp.INVALID_PARAMS, fmt.Sprintf("There is no prompt %q with an argument %q. There is %s.", name, a.Name, sorted(known)))
}

func (c completions) CompleteResourceArgument(ctx context.Context, uri string, a mcp.CompleteArgument, given mcp.CompleteContext) (*mcp.Completion, error) {
	for _, r := range c.content.resources {
		if t := c.content.templates[r.URI]; r.URI == uri && t != nil && slices.Contains(t.Varnames(), a.Name) {
			return complete(ctx, r.Complete[a.Name], a.Value, given), nil
		}
	}
	var known []string
	for uri, t := range c.content.templates {
		for _, name := range t.Varnames() {
			known = append(known, name+" of "+uri)
		}
	}
	return nil, fail(ctx, mcp.INVALID_PARAMS, fmt.Sprintf("There is no resource template %q with a variable %q. There is %s.", uri, a.Name, sorted(known)))
}

func sorted(list []string) string {
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func complete(ctx context.Context, with Completer, begun string, known mcp.CompleteContext) *mcp.Completion {
	if with == nil {
		return &mcp.Completion{}
	}
	values, err := with(ctx, begun, known.Arguments)
	if err != nil {
		return &mcp.Completion{}
	}
	total := len(values)
	return &mcp.Completion{Values: values[:min(total, maxCompletions)], Total: total, HasMore: total > maxCompletions}
}
