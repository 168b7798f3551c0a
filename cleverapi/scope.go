package cleverapi

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"clever-mcp/cleverapi/catalogue"
)

// Scope limits what is reached to some owners. Who they are is found out at
// first use and kept: an organisation that is renamed later neither enters nor
// leaves.
type Scope struct {
	// lists name owners as the operator did. Who is allowed is in each of them.
	lists [][]string

	mu  sync.Mutex
	ids map[string]bool // nil: not yet known
}

// NewScope returns the scope of owners, each an ID or a whole name. Of several
// lists, what all of them have is allowed; an empty one says nothing. Without
// any the scope is nil, which allows everything.
func NewScope(lists ...[]string) *Scope {
	s := &Scope{lists: slices.DeleteFunc(slices.Clone(lists), func(l []string) bool { return len(l) == 0 })}
	if len(s.lists) == 0 {
		return nil
	}
	return s
}

// Owners returns how the operator named the owners; empty when all are allowed.
func (s *Scope) Owners() []string {
	if s == nil {
		return nil
	}
	var all []string
	for _, l := range s.lists {
		all = append(all, l...)
	}
	return all
}

// Narrow leaves of a summary what belongs to the owners of the scope. A name
// that fits no owner, or several, is an error: it must not open more or less
// than was meant.
func (s *Scope) Narrow(all Summary) (Summary, error) {
	if s == nil {
		return all, nil
	}
	ids, err := s.resolve(all)
	if err != nil {
		return Summary{}, err
	}
	within := all
	within.Owners = slices.DeleteFunc(slices.Clone(all.Owners), func(o SummaryOwner) bool { return !ids[o.ID] })
	return within, nil
}

func (s *Scope) resolve(all Summary) (map[string]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids != nil {
		return s.ids, nil
	}
	var ids map[string]bool
	for _, list := range s.lists {
		these := map[string]bool{}
		for _, ref := range list {
			id, err := s.find(ref, all)
			if err != nil {
				return nil, err
			}
			these[id] = true
		}
		if ids != nil {
			maps.DeleteFunc(these, func(id string, _ bool) bool { return !ids[id] })
		}
		ids = these
	}
	s.ids = ids
	return ids, nil
}

func (s *Scope) find(ref string, all Summary) (string, error) {
	var found []string
	for _, o := range all.Owners {
		if o.ID == ref {
			return o.ID, nil
		}
		if strings.EqualFold(o.Name, strings.TrimSpace(ref)) {
			found = append(found, o.ID)
		}
	}
	switch len(found) {
	case 0:
		return "", s.refuse("", "there is no owner %q that this user can see, and no other was allowed", ref)
	case 1:
		return found[0], nil
	}
	return "", s.refuse("", "the owner %q is %d different ones (%s): the operator must name it by id", ref, len(found), strings.Join(found, ", "))
}

func (s *Scope) refuse(op, format string, a ...any) error {
	e := &Error{Operation: op, Kind: ErrBounds, Message: fmt.Sprintf(format, a...) + fmt.Sprintf(". This server was started for %s only (--owner)", strings.Join(s.Owners(), ", "))}
	if op == "" {
		e.Operation = "owners"
	}
	return e
}

// Sending is a request that is about to leave.
type Sending struct {
	Operation catalogue.Operation
	Known     bool   // the catalogue knows the operation
	Path      string // escaped
	Query     url.Values
	Body      []byte
	// ContentType is of the body.
	ContentType string

	request *request // nil in what the client does not send itself
}

// ownerAfter are the path segments that an owner follows.
var ownerAfter = []string{"organisations", "tenants", "users"}

// ownerParams are the parameters that hold an owner elsewhere.
var ownerParams = []string{"ownerId", "orgaId", "owner_id", "tenantId"}

// resourceParams are the parameters that hold an application or an add-on,
// which the summary lists: one that it does not list belongs to somebody else.
var resourceParams = []string{"appId", "applicationId", "addonId", "resourceId", "dependencyId", "ref"}

// ownerless are what everybody may read, and what says who is signed in.
var ownerless = []string{
	"/v2/products/", "/v2/openapi.json", "/v2/notifications/info/", "/v2/payments/providers", "/v2/oauth/rights",
	"/v2/providers/es-addon/tmp/services-flavors",
	"/v4/products", "/v4/billing/price-system", "/v4/kubernetes-product", "/v4/ovd/openapi.json", "/v4/otel/gateways",
}

// whoami is the part of /v2/self that says who is signed in and no more.
var whoami = []string{"/v2/self", "/v2/self/id", "/v2/self/tokens/current"}

var (
	resourceIDs = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(?:app|addon)_[0-9A-Za-z][0-9A-Za-z-]{7,}`) })
	ownerIDs    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b(?:orga|user)_[0-9A-Za-z][0-9A-Za-z-]{7,}`) })
)

// Check refuses a request that is not proven to stay within the scope. all is
// the summary of everything that the user can see.
func (s *Scope) Check(req Sending, all Summary) error {
	if s == nil {
		return nil
	}
	allowed, err := s.resolve(all)
	if err != nil {
		return err
	}
	if !req.Known {
		return s.refuse(req.Operation.ID, "the catalogue does not know this operation, so nobody can say whose things it touches")
	}
	j := judgement{Scope: s, op: req.Operation.ID, user: all.User.ID, allowed: allowed, of: belongings(all)}
	if req.Operation.ID == "GET /v4/billing/organisations/{owner_id}/price-system" && strings.Contains(req.Path, "/"+all.User.ID+"/") {
		return j.carried(req) // what everybody pays, as it is shown to this user
	}
	proven, err := j.path(req)
	if err != nil {
		return err
	}
	if !proven && !readsOwnerless(req) {
		return s.refuse(j.op, "%s does not say whose it is, so it was not sent", j.op)
	}
	return j.carried(req)
}

// readsOwnerless tells whether a request reads what belongs to nobody.
func readsOwnerless(req Sending) bool {
	method, path := req.Operation.Method(), req.Operation.Path()
	if req.Operation.Effect != catalogue.Reads || method != http.MethodGet && method != http.MethodHead {
		return false
	}
	if slices.Contains(whoami, path) {
		return true
	}
	provider, rest, _ := strings.Cut(strings.TrimPrefix(path, "/v4/addon-providers/"), "/")
	if strings.HasPrefix(path, "/v4/addon-providers/") && provider != "" && rest == "" {
		return true
	}
	return slices.ContainsFunc(ownerless, func(p string) bool {
		return path == p || strings.HasPrefix(path, strings.TrimSuffix(p, "/")+"/")
	})
}

// judgement is one request held against what belongs to whom.
type judgement struct {
	*Scope
	op      string
	user    string // who is signed in
	allowed map[string]bool
	of      map[string]string // application or add-on to its owner
}

// belongings says whose each application and add-on is, by each of its IDs.
func belongings(all Summary) map[string]string {
	of := map[string]string{}
	for _, o := range all.Owners {
		for _, a := range o.Applications {
			of[a.ID] = o.ID
		}
		for _, a := range o.Addons {
			of[a.ID] = o.ID
			if a.RealID != "" {
				of[a.RealID] = o.ID
			}
		}
	}
	return of
}

// path tells whether the path proves whose the request is.
func (j judgement) path(req Sending) (proven bool, err error) {
	template, path := strings.Split(req.Operation.Path(), "/"), strings.Split(req.Path, "/")
	for i, segment := range path {
		value, err := url.PathUnescape(segment)
		if err != nil {
			return false, err
		}
		name := ""
		if len(template) == len(path) && strings.HasPrefix(template[i], "{") {
			name = strings.Trim(template[i], "{}")
		}
		holdsOwner := i > 0 && slices.Contains(ownerAfter, path[i-1]) || slices.Contains(ownerParams, name)
		switch {
		case holdsOwner || strings.HasPrefix(value, "orga_"):
			if !j.allowed[value] {
				return false, j.refuse(j.op, "%s belongs to another owner", value)
			}
			proven = true
		case j.of[value] != "":
			if !j.allowed[j.of[value]] {
				return false, j.refuse(j.op, "%s belongs to another owner, %s", value, j.of[value])
			}
			proven = true
		case resourceIDs().MatchString(value), slices.Contains(resourceParams, name):
			return false, j.refuse(j.op, "%s is not known to belong to an owner that is allowed", value)
		}
	}
	if len(path) > 2 && path[1] == "v2" && path[2] == "self" || strings.HasPrefix(req.Path, "/api-tokens") {
		return j.allowed[j.user], nil
	}
	return proven, nil
}

// carried refuses what names something of another owner in its query or body.
// The values of an environment are text, whatever they look like.
func (j judgement) carried(req Sending) error {
	for _, values := range req.Query {
		for _, v := range values {
			if err := j.text(v, req); err != nil {
				return err
			}
		}
	}
	if len(req.Body) == 0 || setsEnv(req.Operation.Path()) {
		return nil
	}
	err := walkJSON(req.Body, func(at []string, v any) error {
		// A new application brings its environment with it.
		if slices.Contains(at[:max(0, len(at)-1)], "env") {
			return nil
		}
		text, _ := v.(string)
		if err := j.text(text, req); err != nil || len(at) == 0 {
			return err
		}
		return j.text(at[len(at)-1], req)
	})
	if errors.Is(err, errNotJSON) {
		return j.text(string(req.Body), req)
	}
	return err
}

func setsEnv(path string) bool {
	return strings.HasSuffix(path, "/env") || strings.HasSuffix(path, "/exposed_env") || strings.Contains(path, "/env/")
}

func (j judgement) text(text string, req Sending) error {
	for _, id := range ownerIDs().FindAllString(text, -1) {
		// Who is signed in may look at what is offered to a user.
		if !j.allowed[id] && !(id == j.user && req.Operation.Effect == catalogue.Reads) {
			return j.refuse(j.op, "it names %s, which is another owner", id)
		}
	}
	for _, id := range resourceIDs().FindAllString(text, -1) {
		if !j.allowed[j.of[id]] {
			return j.refuse(j.op, "it names %s, which is not known to belong to an owner that is allowed", id)
		}
	}
	if owner := j.of[text]; owner != "" && !j.allowed[owner] {
		return j.refuse(j.op, "it names %s, which belongs to another owner, %s", text, owner)
	}
	return nil
}
