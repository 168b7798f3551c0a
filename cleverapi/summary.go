package cleverapi

import "context"

// Summaries reads what the signed-in user can see, in one request.
type Summaries struct{ c *Client }

// Summary is the user, the owners and what belongs to them, by name and ID.
// The personal space is first, under the user's ID.
type Summary struct {
	User   SummaryUser
	Owners []SummaryOwner
}

// SummaryUser is the signed-in user.
type SummaryUser struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// SummaryOwner is an organisation or the personal space.
type SummaryOwner struct {
	ID           string               `json:"id"`
	Name         string               `json:"name"`
	Role         string               `json:"role"` // ADMIN, MANAGER, DEVELOPER, ACCOUNTING
	CanPay       bool                 `json:"canPay"`
	Applications []SummaryApplication `json:"applications"`
	Addons       []SummaryAddon       `json:"addons"`

	Personal bool `json:"-"`
}

// SummaryApplication is what the summary says of an application.
type SummaryApplication struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	VariantSlug string `json:"variantSlug"`
	State       string `json:"state"`
	Archived    bool   `json:"archived"`
}

// SummaryAddon is what the summary says of an add-on.
type SummaryAddon struct {
	ID         string `json:"id"`
	RealID     string `json:"realId"`
	Name       string `json:"name"`
	ProviderID string `json:"providerId"`
}

const summaryOperation = "GET /v2/summary"

// Get reads the summary, as far as the owners go that the client is bound to.
func (s *Summaries) Get(ctx context.Context) (Summary, error) {
	r, err := newRequest(s.c, summaryOperation, nil, nil)
	if err != nil {
		return Summary{}, err
	}
	r.narrowed = true
	ctx, cancel := context.WithTimeout(ctx, s.c.timeout)
	defer cancel()
	resp, err := s.c.do(ctx, r)
	if err != nil {
		return Summary{}, err
	}
	defer drain(resp)
	var raw rawSummary
	if err := decode(r, resp, &raw); err != nil {
		return Summary{}, err
	}
	return s.c.scope.Narrow(raw.summary())
}

type rawSummary struct {
	User struct {
		SummaryUser
		Applications []SummaryApplication `json:"applications"`
		Addons       []SummaryAddon       `json:"addons"`
	} `json:"user"`
	Organisations []SummaryOwner `json:"organisations"`
}

// summary lists each owner once. The API lists the personal space twice, as the
// user with its products and among the organisations without them.
func (raw rawSummary) summary() Summary {
	u := raw.User
	personal := SummaryOwner{ID: u.ID, Name: u.Name, Role: "ADMIN", Applications: u.Applications, Addons: u.Addons, Personal: true}
	out := Summary{User: u.SummaryUser, Owners: []SummaryOwner{personal}}
	for _, o := range raw.Organisations {
		if o.ID == u.ID {
			out.Owners[0].CanPay = o.CanPay
			continue
		}
		out.Owners = append(out.Owners, o)
	}
	return out
}
