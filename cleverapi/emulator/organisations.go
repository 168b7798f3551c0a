package emulator

import (
	"slices"
	"strings"
)

func organisationRoutes() routes {
	return routes{
		"GET /v2/organisations":         listOrganisations,
		"POST /v2/organisations":        createOrganisation,
		"GET /v2/organisations/{id}":    getOrganisation,
		"PUT /v2/organisations/{id}":    updateOrganisation,
		"DELETE /v2/organisations/{id}": deleteOrganisation,
	}
}

type organisationView struct {
	ID               string  `json:"id"`
	Name             string  `json:"name"`
	Description      string  `json:"description"`
	BillingEmail     string  `json:"billingEmail"`
	Address          string  `json:"address"`
	City             string  `json:"city"`
	Zipcode          string  `json:"zipcode"`
	Country          string  `json:"country"`
	Company          string  `json:"company"`
	VAT              string  `json:"VAT"`
	Avatar           *string `json:"avatar"`
	VATState         string  `json:"vatState"`
	CustomerFullName string  `json:"customerFullName"`
	CanPay           bool    `json:"canPay"`
	CleverEnterprise bool    `json:"cleverEnterprise"`
	EmergencyNumber  *string `json:"emergencyNumber"`
	CanSEPA          bool    `json:"canSEPA"`
	IsTrusted        bool    `json:"isTrusted"`
}

func (o *owner) vatState() string {
	if o.billing.vat == "" {
		return "NOT_NEEDED"
	}
	return "VALID"
}

func (o *owner) view() organisationView {
	b := o.billing
	return organisationView{
		ID: o.id, Name: o.name, Description: o.description, BillingEmail: b.email, Address: b.address, City: b.city, Zipcode: b.zipcode,
		Country: b.country, Company: b.company, VAT: b.vat, VATState: o.vatState(), CustomerFullName: b.contact, CanPay: o.canPay, IsTrusted: true,
	}
}

func listOrganisations(c *call) (any, error) {
	return each(c.state().ownersOf(c.user), (*owner).view), nil
}

func getOrganisation(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	return o.view(), nil
}

type organisationBody struct {
	Name, Description, Address, City, Zipcode, Country, Company, CustomerFullName, VAT, BillingEmail *string
}

func (b *organisationBody) apply(o *owner) error {
	if b.Name != nil {
		if strings.TrimSpace(*b.Name) == "" {
			return invalid("The name of an organisation cannot be empty")
		}
		o.name = *b.Name
	}
	set(&o.description, b.Description)
	set(&o.billing.address, b.Address)
	set(&o.billing.city, b.City)
	set(&o.billing.zipcode, b.Zipcode)
	set(&o.billing.company, b.Company)
	set(&o.billing.contact, b.CustomerFullName)
	set(&o.billing.vat, b.VAT)
	set(&o.billing.email, b.BillingEmail)
	if b.Country != nil {
		o.billing.country = countryName(*b.Country)
	}
	return nil
}

// countryName gives a code of two letters its full name in capitals, as the API
// does. Codes of countries without a zone stay as they are.
func countryName(s string) string {
	for _, z := range catalog().Zones {
		if strings.EqualFold(s, z.CountryCode) {
			return strings.ToUpper(z.Country)
		}
	}
	return strings.ToUpper(s)
}

func createOrganisation(c *call) (any, error) {
	var b organisationBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Name == nil {
		return nil, invalid("An organisation needs a name")
	}
	o := &owner{
		id: "orga_" + uuid("organisation", c.state().unique()), canPay: true,
		members: []*member{{user: c.user, role: "ADMIN"}},
		billing: billingAddress{country: "FRANCE", countryCode: "FR", contact: c.user.name, email: c.user.email},
	}
	if err := b.apply(o); err != nil {
		return nil, err
	}
	c.state().owners = append(c.state().owners, o)
	return o.view(), nil
}

func updateOrganisation(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	var b organisationBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if err := b.apply(o); err != nil {
		return nil, err
	}
	return o.view(), nil
}

func deleteOrganisation(c *call) (any, error) {
	o, err := c.owner()
	switch {
	case err != nil:
		return nil, err
	case o.personal != nil:
		return nil, invalid("A personal space cannot be deleted")
	case len(o.apps)+len(o.addons) > 0:
		return nil, invalid("The organisation still has applications or add-ons: delete them first")
	}
	s := c.state()
	s.owners = without(s.owners, o)
	s.consumers = slices.DeleteFunc(s.consumers, func(k *consumer) bool { return k.owner == o })
	return success("The organisation has successfully been deleted"), nil
}
