package emulator

import (
	"slices"
	"strconv"
	"time"
)

// state is everything that a seed describes and that calls change. Lists keep
// the order of creation. It is guarded by Emulator.mu.
type state struct {
	users       []*user
	owners      []*owner // personal spaces too
	consumers   []*consumer
	oauthTokens []*oauthToken
	apiTokens   []*apiToken
	migrating   []*addon // may have migrations that run
	signIns
	keyValue KeyValue
	made     int // objects made since the seed; part of their ids
}

// signIns are the sign-ins that are under way.
type signIns struct {
	requestTokens []*requestToken
	sessions      map[string]*user // by cookie
	logins        map[string]*pendingLogin
	cliLogins     map[string]*oauthToken // confirmed and not picked up, by cli_token
}

func newSignIns() signIns {
	return signIns{sessions: map[string]*user{}, logins: map[string]*pendingLogin{}, cliLogins: map[string]*oauthToken{}}
}

type user struct {
	id, name, email string
	password        string
	totp            string // base32 secret; "" without a second factor
	phone, lang     string
	created         time.Time
	emails          []string // secondary addresses
	keys            []sshKey
	space           *owner
	totpToConfirm   string // second factor that is not on yet
	githubUnlinked  bool
	settings        map[string]string // of the Console
}

type sshKey struct {
	Name        string `json:"name"`
	Key         string `json:"key"`
	Fingerprint string `json:"fingerprint"`
}

// owner is an organisation, or the personal space of a user.
type owner struct {
	id, name, description string
	personal              *user // nil for organisations
	billing               billingAddress
	canPay                bool
	members               []*member
	apps                  []*application
	addons                []*addon
	invoices              []*invoice
	prepaid, free         float64
	grafana               bool
	hooks                 []*hook
	networks              []*networkGroup
	clusters              []*cluster
	functions             []*function
	registries            []*registry
	telemetry             []*telemetry
	paymentMethods        []*paymentMethod
	coupons               []string // names of those that were applied
	maxPerMonth           float64  // 0: no limit
	recurring             bool     // pays by itself each month
}

type billingAddress struct {
	email, address, city, zipcode, country, countryCode, company, vat, contact string
}

type member struct {
	user *user
	role string
	job  string
}

type consumer struct {
	key, secret, name, description, url, picture, baseURL string
	owner                                                 *owner // nil for those of Clever Cloud
	rights                                                map[string]bool
	cli                                                   bool
}

type oauthToken struct {
	token, secret          string
	user                   *user
	consumer               *consumer
	created, expires, used time.Time
	rights                 map[string]bool // nil: all
	consented              bool            // by a person, on the page of rights
}

type apiToken struct {
	id, token, name, description, ip string
	user                             *user
	created, expires                 time.Time
}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// environment keeps its variables sorted by name.
type environment []variable

func (e *environment) set(name, value string) {
	i, found := e.index(name)
	if found {
		(*e)[i].Value = value
		return
	}
	*e = slices.Insert(*e, i, variable{name, value})
}

func (e *environment) unset(name string) {
	if i, found := e.index(name); found {
		*e = slices.Delete(*e, i, i+1)
	}
}

func (e environment) get(name string) (string, bool) {
	if i, found := e.index(name); found {
		return e[i].Value, true
	}
	return "", false
}

func (e environment) index(name string) (int, bool) {
	return slices.BinarySearchFunc(e, name, func(v variable, name string) int {
		switch {
		case v.Name < name:
			return -1
		case v.Name > name:
			return 1
		}
		return 0
	})
}

func (s *state) consumer(key string) *consumer {
	return find(s.consumers, func(c *consumer) bool { return c.key == key })
}

func (s *state) oauthToken(token string) *oauthToken {
	return find(s.oauthTokens, func(t *oauthToken) bool { return t.token == token })
}

func (s *state) user(id string) *user {
	return find(s.users, func(u *user) bool { return u.id == id })
}

// ownersOf returns the personal space of u, then its organisations.
func (s *state) ownersOf(u *user) []*owner {
	out := []*owner{u.space}
	for _, o := range s.owners {
		if o.personal == nil && o.role(u) != "" {
			out = append(out, o)
		}
	}
	return out
}

// addon returns the add-on of this id, of any owner.
func (s *state) addon(id string) *addon {
	for _, o := range s.owners {
		if a := find(o.addons, func(a *addon) bool { return a.id == id }); a != nil {
			return a
		}
	}
	return nil
}

// unique returns a part of an id that was never used.
func (s *state) unique() string {
	s.made++
	return "made-" + strconv.Itoa(s.made)
}

// role is "" for who is not a member.
func (o *owner) role(u *user) string {
	if o.personal == u {
		return "ADMIN"
	}
	if m := find(o.members, func(m *member) bool { return m.user == u }); m != nil {
		return m.role
	}
	return ""
}

// find returns the first element that satisfies is, or nil.
func find[T any](list []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i]
	}
	return nil
}

// each maps a list; the result is never nil, so that JSON has [] and not null.
func each[T, U any](list []T, f func(T) U) []U {
	out := make([]U, 0, len(list))
	for _, v := range list {
		out = append(out, f(v))
	}
	return out
}

func without[T comparable](list []T, v T) []T {
	return slices.DeleteFunc(list, func(w T) bool { return w == v })
}
