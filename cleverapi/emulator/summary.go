package emulator

func summaryRoutes() routes {
	return routes{"GET /v2/summary": getSummary}
}

type appSummary struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	InstanceType    string   `json:"instanceType"`
	InstanceVariant string   `json:"instanceVariant"`
	VariantSlug     string   `json:"variantSlug"`
	VariantLogoURL  string   `json:"variantLogoUrl"`
	Archived        bool     `json:"archived"`
	Homogeneous     bool     `json:"homogeneous"`
	State           string   `json:"state"`
	Commit          *string  `json:"commit"`
	SystemTags      []string `json:"systemTags"`
	CustomerTags    []string `json:"customerTags"`
}

type addonSummary struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	RealID       string   `json:"realId"`
	ProviderID   string   `json:"providerId"`
	LogoURL      string   `json:"logoUrl"`
	SystemTags   []string `json:"systemTags"`
	CustomerTags []string `json:"customerTags"`
}

type consumerSummary struct {
	Name    string `json:"name"`
	Key     string `json:"key"`
	Picture string `json:"picture"`
}

// productsSummary is what an owner has; its lists are never null.
type productsSummary struct {
	Applications []appSummary      `json:"applications"`
	Addons       []addonSummary    `json:"addons"`
	Consumers    []consumerSummary `json:"consumers"`
}

type userSummary struct {
	ID                string  `json:"id"`
	Name              string  `json:"name"`
	Email             string  `json:"email"`
	Avatar            *string `json:"avatar"`
	Lang              string  `json:"lang"`
	Admin             bool    `json:"admin"`
	CanSEPA           bool    `json:"canSEPA"`
	PartnerID         *string `json:"partnerId"`
	PartnerName       *string `json:"partnerName"`
	PartnerConsoleURL *string `json:"partnerConsoleUrl"`
	productsSummary
}

type ownerSummary struct {
	ID               string  `json:"id"`
	Name             string  `json:"name"`
	Role             string  `json:"role"`
	VATState         string  `json:"vatState"`
	CanPay           bool    `json:"canPay"`
	CanSEPA          bool    `json:"canSEPA"`
	CleverEnterprise bool    `json:"cleverEnterprise"`
	EmergencyNumber  *string `json:"emergencyNumber"`
	IsTrusted        bool    `json:"isTrusted"`
	Avatar           *string `json:"avatar"`
	productsSummary
	Providers []struct{} `json:"providers"`
}

type summary struct {
	User          userSummary    `json:"user"`
	Organisations []ownerSummary `json:"organisations"`
}

// getSummary tells the personal space twice: as the user, with its products, and
// among the organisations, with what concerns billing and without products.
func getSummary(c *call) (any, error) {
	u := c.user
	out := summary{User: userSummary{ID: u.id, Name: u.name, Email: u.email, Lang: u.lang, productsSummary: c.products(u.space)}}
	for _, o := range c.state().ownersOf(u) {
		s := ownerSummary{ID: o.id, Name: o.name, Role: o.role(u), VATState: o.vatState(), CanPay: o.canPay, IsTrusted: true, Providers: []struct{}{}}
		if o.personal == nil {
			s.productsSummary = c.products(o)
		} else {
			s.productsSummary = productsSummary{[]appSummary{}, []addonSummary{}, []consumerSummary{}}
		}
		out.Organisations = append(out.Organisations, s)
	}
	return out, nil
}

func (c *call) products(o *owner) productsSummary {
	o.settle(c.now)
	p := productsSummary{
		Applications: each(o.apps, func(a *application) appSummary {
			v := a.runtime.variant()
			return appSummary{
				ID: a.id, Name: a.name, InstanceType: a.runtime.Type, InstanceVariant: v.Name, VariantSlug: v.Slug, VariantLogoURL: v.Logo,
				Archived: a.archived, Homogeneous: a.homogeneous, State: a.state(c.now), Commit: orNull(a.commit(c.now)),
				SystemTags: []string{}, CustomerTags: listed(a.tags),
			}
		}),
		Addons: each(o.addons, func(a *addon) addonSummary {
			return addonSummary{ID: a.id, Name: a.name, RealID: a.realID, ProviderID: a.provider.ID, LogoURL: a.provider.logo(),
				SystemTags: []string{}, CustomerTags: listed(a.tags)}
		}),
		Consumers: []consumerSummary{},
	}
	for _, k := range c.state().consumers {
		if k.owner == o {
			p.Consumers = append(p.Consumers, consumerSummary{k.name, k.key, k.picture})
		}
	}
	return p
}

// listed is a list that is never null.
func listed(list []string) []string {
	return each(list, func(s string) string { return s })
}
