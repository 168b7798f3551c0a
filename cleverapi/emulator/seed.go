package emulator

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// Seed describes an account: what exists, not how the API says it. Dates are
// ages, so that an account looks alive whenever it is started.
type Seed struct {
	User          SeedUser    `yaml:"user"`          // the person who is signed in
	People        []SeedUser  `yaml:"people"`        // others, for organisations to have as members
	Space         SeedOwner   `yaml:"space"`         // what is their own; it has no name
	Organisations []SeedOwner `yaml:"organisations"` // names are unique
	APITokens     []SeedToken `yaml:"api_tokens"`    // of the user
}

// SeedUser is a person.
type SeedUser struct {
	Name     string    `yaml:"name"`     // shown
	Email    string    `yaml:"email"`    // to sign in with
	Password string    `yaml:"password"` // to sign in with, and to make API tokens
	TOTP     string    `yaml:"totp"`     // base32 secret: a second factor is asked for
	Phone    string    `yaml:"phone"`    // free text
	Emails   []string  `yaml:"emails"`   // further addresses
	Keys     []SeedKey `yaml:"keys"`     // SSH keys
	Since    Age       `yaml:"since"`    // default 1000d for the user, 600d for others
}

// SeedKey is an SSH key.
type SeedKey struct {
	Name string `yaml:"name"` // unique for a person
	Key  string `yaml:"key"`  // as in `id_ed25519.pub`
}

// SeedToken is an API token. It expires Life after it was made, Since ago.
type SeedToken struct {
	Name        string `yaml:"name"`        // shown
	Description string `yaml:"description"` // shown
	Since       Age    `yaml:"since"`       // when it was made
	Life        Age    `yaml:"life"`        // how long it is good after that
}

// SeedOwner is an organisation or the personal space.
type SeedOwner struct {
	Name         string         `yaml:"name"`           // unique
	Description  string         `yaml:"description"`    // default: none
	Company      string         `yaml:"company"`        // for invoices, like the five below
	Address      string         `yaml:"address"`        // street
	City         string         `yaml:"city"`           // city
	Zipcode      string         `yaml:"zipcode"`        // postal code
	VAT          string         `yaml:"vat"`            // number
	BillingEmail string         `yaml:"billing_email"`  // where invoices go
	Unpaid       bool           `yaml:"cannot_pay"`     // it has no means of payment
	Role         string         `yaml:"role"`           // of the user: ADMIN (default), MANAGER, DEVELOPER or ACCOUNTING
	Members      []SeedMember   `yaml:"members"`        // beside the user
	Applications []SeedApp      `yaml:"applications"`   // names are unique
	Addons       []SeedAddon    `yaml:"addons"`         // names are unique
	Consumers    []SeedConsumer `yaml:"consumers"`      // of OAuth
	Invoices     []SeedInvoice  `yaml:"invoices"`       // in any order
	Prepaid      float64        `yaml:"prepaid_credit"` // euros
	Free         float64        `yaml:"free_credit"`    // euros
	Grafana      bool           `yaml:"grafana"`        // whether it is switched on
	Cards        int            `yaml:"cards"`          // payment methods
	Hooks        []SeedHook     `yaml:"hooks"`          // notifications
	Networks     []SeedNetwork  `yaml:"network_groups"` // private networks
	Clusters     []SeedCluster  `yaml:"clusters"`       // of Kubernetes
}

// SeedMember makes a person, by e-mail address, a member.
type SeedMember struct {
	Email string `yaml:"email"` // of one of the people
	Role  string `yaml:"role"`  // ADMIN, MANAGER, DEVELOPER or ACCOUNTING
	Job   string `yaml:"job"`   // free text
}

// SeedApp is an application.
type SeedApp struct {
	Name         string            `yaml:"name"`            // unique in its organisation
	Description  string            `yaml:"description"`     // default: the name
	Type         string            `yaml:"type"`            // slug of a runtime: node, python, go, php, jar, docker, …
	Zone         string            `yaml:"zone"`            // default par
	State        string            `yaml:"state"`           // running (default), stopped, deploying, failed, never, crashing, unpaid or moderated
	Flavor       string            `yaml:"flavor"`          // default: the runtime's
	MaxFlavor    string            `yaml:"max_flavor"`      // default: flavor
	Instances    int               `yaml:"instances"`       // default 1
	MaxInstances int               `yaml:"max_instances"`   // more than instances: it scales by itself
	BuildFlavor  string            `yaml:"build_flavor"`    // set: a separate build
	Task         bool              `yaml:"task"`            // it runs once and ends
	ForceHTTPS   bool              `yaml:"force_https"`     // HTTP is redirected
	Sticky       bool              `yaml:"sticky_sessions"` // of sessions
	CancelOnPush bool              `yaml:"cancel_on_push"`  // a push ends the deployment in progress
	Downtime     bool              `yaml:"downtime"`        // zero-downtime deployment off
	Since        Age               `yaml:"since"`           // age of the application; default 100d
	Deployed     Age               `yaml:"deployed"`        // age of the last deployment; default 1d
	Deployments  int               `yaml:"deployments"`     // how many there were; default 3
	Domains      []string          `yaml:"domains"`         // beside the cleverapps.io one
	Favourite    string            `yaml:"favourite"`       // one of the domains, with its path: `www.example.com/`
	Env          map[string]string `yaml:"env"`             // variables; `$secret(32)` makes a value of 32 characters, the same in each run
	Exposed      map[string]string `yaml:"exposed"`         // published configuration, for applications that depend on it
	Needs        []string          `yaml:"needs"`           // variables it does not start without
	Fails        string            `yaml:"fails"`           // how deployments go wrong: build, start, port or gone; or what runs does: crash, disk or credential
	BrokenFor    int               `yaml:"broken_for"`      // how many of the last deployments went wrong; default all
	Expired      string            `yaml:"expired"`         // of fails: credential, the variable that holds what has expired
	Commits      []string          `yaml:"commits"`         // messages, of the last deployments, newest last
	Says         []string          `yaml:"says"`            // what it writes in its log beside the usual
	Addons       []string          `yaml:"addons"`          // names of add-ons that it uses
	Dependencies []string          `yaml:"dependencies"`    // names of applications that it uses
	Tags         []string          `yaml:"tags"`            // free text
	Branch       string            `yaml:"branch"`          // default master
	TCP          []string          `yaml:"tcp"`             // namespaces in which a port leads to it
	Drains       []SeedDrain       `yaml:"drains"`          // where its log is sent on
}

// SeedDrain sends the logs of an application on. Nobody answers at hosts under
// "invalid".
type SeedDrain struct {
	Type  string `yaml:"type"`  // default RAW_HTTP
	URL   string `yaml:"url"`   // required
	Token string `yaml:"token"` // an API key, for the types that want one
	Since Age    `yaml:"since"` // default 30d
}

// SeedHook is an e-mail hook, or a webhook when it has a URL.
type SeedHook struct {
	Name   string   `yaml:"name"`   // shown
	Email  string   `yaml:"email"`  // default: the whole organisation
	URL    string   `yaml:"url"`    // a webhook then
	Format string   `yaml:"format"` // default raw
	Scope  []string `yaml:"scope"`  // names of applications and add-ons; default all
	Events []string `yaml:"events"` // default all
	Since  Age      `yaml:"since"`  // default 1d
}

// SeedNetwork is a network group of applications and add-ons, by name.
type SeedNetwork struct {
	Label   string   `yaml:"label"`   // unique
	Members []string `yaml:"members"` // names of applications and add-ons
	Since   Age      `yaml:"since"`   // when it was made; default 1d
}

// SeedCluster is a Kubernetes cluster with one node group.
type SeedCluster struct {
	Name    string `yaml:"name"`    // unique
	Version string `yaml:"version"` // such as 1.34; default: the newest
	Flavor  string `yaml:"flavor"`  // default XS
	Nodes   int    `yaml:"nodes"`   // how many
	Since   Age    `yaml:"since"`   // when it was made; default 1d
}

// SeedAddon is an add-on.
type SeedAddon struct {
	Name     string            `yaml:"name"`     // unique in its organisation
	Provider string            `yaml:"provider"` // such as postgresql-addon, redis-addon, cellar-addon, kv
	Plan     string            `yaml:"plan"`     // slug
	Zone     string            `yaml:"zone"`     // default par
	Version  string            `yaml:"version"`  // default: the newest
	Since    Age               `yaml:"since"`    // default 100d
	Tags     []string          `yaml:"tags"`     // free text
	Env      map[string]string `yaml:"env"`      // of a configuration provider
}

// SeedConsumer is an OAuth consumer.
type SeedConsumer struct {
	Name        string   `yaml:"name"`        // unique
	Description string   `yaml:"description"` // shown
	URL         string   `yaml:"url"`         // of the program that uses it
	Rights      []string `yaml:"rights"`      // such as access_organisations
}

// SeedInvoice is an invoice, emitted Since ago.
type SeedInvoice struct {
	Since  Age     `yaml:"since"`  // when it was emitted
	Amount float64 `yaml:"amount"` // euros without tax
	Status string  `yaml:"status"` // default PAID
}

// Age is how long ago something was: "90d", "36h", "5m".
type Age time.Duration

func (a *Age) UnmarshalText(text []byte) error {
	s := string(text)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || n < 0 || n > 36_500 {
			return fmt.Errorf("%q is not an age such as 90d, 36h or 5m", s)
		}
		*a = Age(n * float64(24*time.Hour))
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is not an age such as 90d, 36h or 5m", s)
	}
	*a = Age(d)
	return nil
}

func (a Age) before(now time.Time) time.Time { return now.Add(-time.Duration(a)) }

func (a Age) or(d time.Duration) Age {
	if a == 0 {
		return Age(d)
	}
	return a
}

// ReadSeed reads a seed in YAML or JSON. Names that it does not know are errors.
func ReadSeed(text []byte) (*Seed, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	var s Seed
	if err := dec.Decode(&s); err != nil {
		return nil, fmt.Errorf("reading the seed: %w", err)
	}
	return &s, nil
}
