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
	// The person who is signed in.
	User SeedUser `yaml:"user"`
	// Others, for organisations to have as members.
	People        []SeedUser  `yaml:"people"`
	Space         SeedOwner   `yaml:"space"`
	Organisations []SeedOwner `yaml:"organisations"`
	APITokens     []SeedToken `yaml:"api_tokens"`
}

// SeedUser is a person.
type SeedUser struct {
	Name     string `yaml:"name"`
	Email    string `yaml:"email"`
	Password string `yaml:"password"`
	// A base32 secret makes two-factor authentication necessary.
	TOTP   string    `yaml:"totp"`
	Phone  string    `yaml:"phone"`
	Emails []string  `yaml:"emails"`
	Keys   []SeedKey `yaml:"keys"`
	Since  Age       `yaml:"since"`
}

// SeedKey is an SSH key.
type SeedKey struct {
	Name string `yaml:"name"`
	Key  string `yaml:"key"`
}

// SeedToken is an API token. It expires Life after it was made, Since ago.
type SeedToken struct {
	Name        string `yaml:"name"`
	Description string `yaml:"description"`
	Since       Age    `yaml:"since"`
	Life        Age    `yaml:"life"`
}

// SeedOwner is an organisation or the personal space.
type SeedOwner struct {
	Name         string         `yaml:"name"`
	Description  string         `yaml:"description"`
	Company      string         `yaml:"company"`
	Address      string         `yaml:"address"`
	City         string         `yaml:"city"`
	Zipcode      string         `yaml:"zipcode"`
	VAT          string         `yaml:"vat"`
	BillingEmail string         `yaml:"billing_email"`
	Unpaid       bool           `yaml:"cannot_pay"`
	Role         string         `yaml:"role"` // of the user; default ADMIN
	Members      []SeedMember   `yaml:"members"`
	Applications []SeedApp      `yaml:"applications"`
	Addons       []SeedAddon    `yaml:"addons"`
	Consumers    []SeedConsumer `yaml:"consumers"`
	Invoices     []SeedInvoice  `yaml:"invoices"`
	Prepaid      float64        `yaml:"prepaid_credit"`
	Free         float64        `yaml:"free_credit"`
	Grafana      bool           `yaml:"grafana"`
	Cards        int            `yaml:"cards"` // payment methods
	Hooks        []SeedHook     `yaml:"hooks"`
	Networks     []SeedNetwork  `yaml:"network_groups"`
	Clusters     []SeedCluster  `yaml:"clusters"`
}

// SeedMember makes a person, by e-mail address, a member.
type SeedMember struct {
	Email string `yaml:"email"`
	Role  string `yaml:"role"`
	Job   string `yaml:"job"`
}

// SeedApp is an application.
type SeedApp struct {
	Name        string `yaml:"name"`
	Description string `yaml:"description"`
	Type        string `yaml:"type"` // slug of a runtime
	Zone        string `yaml:"zone"` // default par
	// running (default), stopped, deploying, failed, never, crashing, unpaid or moderated.
	State        string            `yaml:"state"`
	Flavor       string            `yaml:"flavor"`     // default: the runtime's
	MaxFlavor    string            `yaml:"max_flavor"` // default: flavor
	Instances    int               `yaml:"instances"`  // default 1
	MaxInstances int               `yaml:"max_instances"`
	BuildFlavor  string            `yaml:"build_flavor"` // set: a separate build
	Task         bool              `yaml:"task"`
	ForceHTTPS   bool              `yaml:"force_https"`
	Sticky       bool              `yaml:"sticky_sessions"`
	CancelOnPush bool              `yaml:"cancel_on_push"`
	Downtime     bool              `yaml:"downtime"` // zero-downtime deployment off
	Since        Age               `yaml:"since"`
	Deployed     Age               `yaml:"deployed"`    // age of the last deployment
	Deployments  int               `yaml:"deployments"` // how many there were; default 3
	Domains      []string          `yaml:"domains"`     // beside the cleverapps.io one
	Favourite    string            `yaml:"favourite"`
	Env          map[string]string `yaml:"env"`
	Exposed      map[string]string `yaml:"exposed"`
	Needs        []string          `yaml:"needs"` // variables it does not start without
	// How deployments go wrong: build, start, port or gone; or what runs does:
	// crash, disk or credential.
	Fails string `yaml:"fails"`
	// How many of the last deployments did. Left out, all.
	BrokenFor int `yaml:"broken_for"`
	// Of fails: credential, the variable that holds what has expired.
	Expired      string   `yaml:"expired"`
	Commits      []string `yaml:"commits"` // messages, of the last deployments, newest last
	Says         []string `yaml:"says"`    // what it writes in its log beside the usual
	Addons       []string `yaml:"addons"`
	Dependencies []string `yaml:"dependencies"`
	Tags         []string `yaml:"tags"`
	Branch       string   `yaml:"branch"`
	// Namespaces in which a port leads to the application.
	TCP    []string    `yaml:"tcp"`
	Drains []SeedDrain `yaml:"drains"`
}

// SeedDrain sends the logs of an application on. Nobody answers at hosts under
// "invalid".
type SeedDrain struct {
	Type  string `yaml:"type"` // default RAW_HTTP
	URL   string `yaml:"url"`
	Token string `yaml:"token"`
	Since Age    `yaml:"since"`
}

// SeedHook is an e-mail hook, or a webhook when it has a URL.
type SeedHook struct {
	Name   string   `yaml:"name"`
	Email  string   `yaml:"email"` // default: the whole organisation
	URL    string   `yaml:"url"`
	Format string   `yaml:"format"` // default raw
	Scope  []string `yaml:"scope"`  // names of applications and add-ons; default all
	Events []string `yaml:"events"` // default all
	Since  Age      `yaml:"since"`
}

// SeedNetwork is a network group of applications and add-ons, by name.
type SeedNetwork struct {
	Label   string   `yaml:"label"`
	Members []string `yaml:"members"`
	Since   Age      `yaml:"since"`
}

// SeedCluster is a Kubernetes cluster with one node group.
type SeedCluster struct {
	Name    string `yaml:"name"`
	Version string `yaml:"version"`
	Flavor  string `yaml:"flavor"` // default XS
	Nodes   int    `yaml:"nodes"`
	Since   Age    `yaml:"since"`
}

// SeedAddon is an add-on.
type SeedAddon struct {
	Name     string            `yaml:"name"`
	Provider string            `yaml:"provider"`
	Plan     string            `yaml:"plan"` // slug
	Zone     string            `yaml:"zone"` // default par
	Version  string            `yaml:"version"`
	Since    Age               `yaml:"since"`
	Tags     []string          `yaml:"tags"`
	Env      map[string]string `yaml:"env"` // of a configuration provider
}

// SeedConsumer is an OAuth consumer.
type SeedConsumer struct {
	Name        string   `yaml:"name"`
	Description string   `yaml:"description"`
	URL         string   `yaml:"url"`
	Rights      []string `yaml:"rights"`
}

// SeedInvoice is an invoice, emitted Since ago.
type SeedInvoice struct {
	Since  Age     `yaml:"since"`
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
