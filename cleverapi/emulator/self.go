package emulator

func selfRoutes() routes {
	return routes{
		"GET /v2/self":    getSelf,
		"PUT /v2/self":    updateSelf,
		"GET /v2/self/id": getSelfID,
	}
}

type userView struct {
	ID                string   `json:"id"`
	Email             string   `json:"email"`
	Name              string   `json:"name"`
	Phone             string   `json:"phone"`
	Address           string   `json:"address"`
	City              string   `json:"city"`
	Zipcode           string   `json:"zipcode"`
	Country           string   `json:"country"`
	Avatar            *string  `json:"avatar"`
	CreationDate      int64    `json:"creationDate"`
	Lang              string   `json:"lang"`
	EmailValidated    bool     `json:"emailValidated"`
	OAuthApps         []string `json:"oauthApps"`
	Admin             bool     `json:"admin"`
	CanPay            bool     `json:"canPay"`
	PreferredMFA      string   `json:"preferredMFA"`
	HasPassword       bool     `json:"hasPassword"`
	PartnerID         *string  `json:"partnerId"`
	PartnerName       *string  `json:"partnerName"`
	PartnerConsoleURL *string  `json:"partnerConsoleUrl"`
}

func (u *user) mfa() string {
	if u.totp != "" {
		return "TOTP"
	}
	return "NONE"
}

func (u *user) view() userView {
	b := u.space.billing
	return userView{
		ID: u.id, Email: u.email, Name: u.name, Phone: u.phone, Address: b.address, City: b.city, Zipcode: b.zipcode, Country: b.country,
		CreationDate: millis(u.created), Lang: u.lang, EmailValidated: true, OAuthApps: u.oauthApps(), CanPay: u.space.canPay,
		PreferredMFA: u.mfa(), HasPassword: u.password != "",
	}
}

func getSelf(c *call) (any, error) { return c.user.view(), nil }

func getSelfID(c *call) (any, error) { return c.user.id, nil }

func updateSelf(c *call) (any, error) {
	var b struct{ Name, Phone, Address, City, Zipcode, Country, Lang *string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	u, billing := c.user, &c.user.space.billing
	set(&u.name, b.Name)
	set(&u.space.name, b.Name)
	set(&u.phone, b.Phone)
	set(&u.lang, b.Lang)
	set(&billing.address, b.Address)
	set(&billing.city, b.City)
	set(&billing.zipcode, b.Zipcode)
	if b.Country != nil {
		billing.country = countryName(*b.Country)
	}
	return u.view(), nil
}
