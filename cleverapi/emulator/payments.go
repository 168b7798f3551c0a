package emulator

import "net/http"

func paymentRoutes() routes {
	return routes{
		"GET /v4/billing/organisations/{id}/payments/methods":                                     ofOwner(listPaymentMethods),
		"POST /v4/billing/organisations/{id}/payments/methods":                                    ofOwner(addPaymentMethod),
		"PUT /v4/billing/organisations/{id}/payments/methods/default":                             ofOwner(setDefaultPaymentMethod),
		"DELETE /v4/billing/organisations/{id}/payments/methods/{methodId}":                       ofOwner(removePaymentMethod),
		"GET /v4/billing/organisations/{id}/payments/stripe/intent":                               ofOwner(getPaymentIntent),
		"POST /v4/billing/organisations/{id}/invoices/{invoiceNumber}/payments/stripe":            ofInvoice("invoiceNumber", beginPayment),
		"PUT /v4/billing/organisations/{id}/invoices/{invoiceNumber}/payments/stripe/{paymentId}": ofInvoice("invoiceNumber", confirmPayment),
		"POST /v4/billing/organisations/{id}/invoices/{invoiceNumber}/payments/paypal":            ofInvoice("invoiceNumber", beginPaypal),
		"PUT /v4/billing/organisations/{id}/invoices/{invoiceNumber}/payments/paypal/{payerId}":   ofInvoice("invoiceNumber", confirmPayment),

		"GET /v2/organisations/{id}/payments/methods":           ofOwner(listPaymentMethodsV2),
		"POST /v2/organisations/{id}/payments/methods":          ofOwner(addPaymentMethodV2),
		"GET /v2/organisations/{id}/payments/methods/default":   ofOwner(getDefaultPaymentMethod),
		"PUT /v2/organisations/{id}/payments/methods/default":   ofOwner(setDefaultPaymentMethodV2),
		"GET /v2/organisations/{id}/payments/methods/newintent": ofOwner(getPaymentIntentV2),
		"DELETE /v2/organisations/{id}/payments/methods/{mId}":  ofOwner(removePaymentMethodV2),
		"GET /v2/organisations/{id}/payments/tokens/stripe":     ofOwner(getStripeKey),
		"GET /v2/organisations/{id}/payments/recurring":         ofOwner(getRecurring),
		"DELETE /v2/organisations/{id}/payments/recurring":      ofOwner(deleteRecurring),
		"GET /v2/organisations/{id}/payment-info":               ofOwner(getPaymentInfo),
		"GET /v2/payments/providers":                            listPaymentProviders,
	}
}

type paymentMethod struct {
	kind      string // CREDITCARD, PAYPAL, SEPA_DEBIT
	token     string
	number    string // the last four digits
	isDefault bool
}

func (o *owner) method(token string) *paymentMethod {
	return find(o.paymentMethods, func(m *paymentMethod) bool { return m.token == token })
}

func (o *owner) defaultMethod() *paymentMethod {
	return find(o.paymentMethods, func(m *paymentMethod) bool { return m.isDefault })
}

// pays adds a method; the first is the default, and pays each month by itself.
func (o *owner) pays(kind, token string) *paymentMethod {
	m := &paymentMethod{kind: kind, token: token, number: hexDecimal(4, token), isDefault: len(o.paymentMethods) == 0}
	o.recurring = o.recurring || m.isDefault
	o.paymentMethods = append(o.paymentMethods, m)
	return m
}

// hexDecimal returns n decimal digits made of parts.
func hexDecimal(n int, parts ...string) string {
	b := []byte(hexDigits(n, parts...))
	for i, c := range b {
		if c > '9' {
			b[i] = '0' + (c-'a')%10
		}
	}
	return string(b)
}

type paymentMethodView struct {
	OwnerID   string `json:"ownerId"`
	Type      string `json:"type"`
	Token     string `json:"token"`
	IsDefault bool   `json:"isDefault"`
	Number    string `json:"number"`
}

func (o *owner) methodView(m *paymentMethod) paymentMethodView {
	return paymentMethodView{o.id, m.kind, m.token, m.isDefault, m.number}
}

func listPaymentMethods(_ *call, o *owner) (any, error) {
	return each(o.paymentMethods, o.methodView), nil
}

func addPaymentMethod(c *call, o *owner) (any, error) {
	var b struct{ ID string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	m, err := o.newMethod(b.ID)
	if err != nil {
		return nil, err
	}
	return o.methodView(m), nil
}

func (o *owner) newMethod(token string) (*paymentMethod, error) {
	switch {
	case token == "":
		return nil, invalid("The payment method is missing")
	case o.method(token) != nil:
		return nil, fail(http.StatusConflict, http.StatusConflict, "The payment method %s is registered already", token)
	}
	return o.pays("CREDITCARD", token), nil
}

func (o *owner) chooseMethod(token string) (*paymentMethod, error) {
	chosen := o.method(token)
	if chosen == nil {
		return nil, notFound("The payment method %s does not exist", token)
	}
	for _, m := range o.paymentMethods {
		m.isDefault = m == chosen
	}
	return chosen, nil
}

func setDefaultPaymentMethod(c *call, o *owner) (any, error) {
	var b struct{ ID string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	m, err := o.chooseMethod(b.ID)
	if err != nil {
		return nil, err
	}
	return o.methodView(m), nil
}

func (o *owner) dropMethod(token string) error {
	m := o.method(token)
	if m == nil {
		return notFound("The payment method %s does not exist", token)
	}
	o.paymentMethods = without(o.paymentMethods, m)
	if m.isDefault && len(o.paymentMethods) > 0 {
		o.paymentMethods[0].isDefault = true
	}
	return nil
}

func removePaymentMethod(c *call, o *owner) (any, error) {
	return nil, o.dropMethod(c.params["methodId"])
}

type intentView struct {
	OwnerID      string `json:"ownerId,omitempty"`
	ID           string `json:"id"`
	ClientSecret string `json:"clientSecret"`
	Customer     string `json:"customer"`
}

func (c *call) intent(o *owner, purpose string) intentView {
	id := "seti_" + letters(24, "intent", o.id, purpose, c.state().unique())
	return intentView{ID: id, ClientSecret: id + "_secret_" + letters(24, "intent secret", id), Customer: "cus_" + letters(14, "customer", o.id)}
}

func getPaymentIntent(c *call, o *owner) (any, error) {
	if c.query("type") == "" {
		return nil, invalid("The query parameter type is missing")
	}
	return c.intent(o, c.query("type")), nil
}

func getPaymentIntentV2(c *call, o *owner) (any, error) {
	v := c.intent(o, c.query("type"))
	v.OwnerID = o.id
	return v, nil
}

func beginPayment(c *call, i *invoice) (any, error) {
	if !i.paid.IsZero() {
		return nil, fail(http.StatusConflict, http.StatusConflict, "The invoice %s is paid already", i.number)
	}
	return i.details(), nil
}

func beginPaypal(c *call, i *invoice) (any, error) {
	if _, err := beginPayment(c, i); err != nil {
		return nil, err
	}
	return urlView{c.base + "/payments/paypal/" + i.number}, nil
}

// confirmPayment takes any proof of payment: no bank is asked.
func confirmPayment(c *call, i *invoice) (any, error) {
	if err := i.pay(c.now); err != nil {
		return nil, err
	}
	return i.details(), nil
}

type paymentMethodV2 struct {
	paymentMethodView
	ImageURL       *string `json:"imageUrl"`
	HolderName     string  `json:"holderName"`
	ExpirationDate string  `json:"expirationDate"`
	IsExpired      bool    `json:"isExpired"`
	CardType       string  `json:"cardType"`
	Email          *string `json:"email"`
	BankCode       *string `json:"bankCode"`
	BranchCode     *string `json:"branchCode"`
	Country        string  `json:"country"`
	Fingerprint    string  `json:"fingerprint"`
}

func (o *owner) methodV2(m *paymentMethod) paymentMethodV2 {
	return paymentMethodV2{
		paymentMethodView: o.methodView(m), HolderName: o.billing.contact, ExpirationDate: "12/2032", CardType: "visa",
		Country: o.billing.countryCode, Fingerprint: letters(16, "fingerprint", m.token),
	}
}

func listPaymentMethodsV2(_ *call, o *owner) (any, error) {
	return each(o.paymentMethods, o.methodV2), nil
}

type paymentMethodBody struct{ Type, Token, DeviceData string }

func addPaymentMethodV2(c *call, o *owner) (any, error) {
	var b paymentMethodBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	m, err := o.newMethod(b.Token)
	if err != nil {
		return nil, err
	}
	return o.methodV2(m), nil
}

func getDefaultPaymentMethod(_ *call, o *owner) (any, error) {
	m := o.defaultMethod()
	if m == nil {
		return nil, notFound("%s has no payment method", o.id)
	}
	return o.methodV2(m), nil
}

func setDefaultPaymentMethodV2(c *call, o *owner) (any, error) {
	var b paymentMethodBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	m, err := o.chooseMethod(b.Token)
	if err != nil {
		return nil, err
	}
	return o.methodV2(m), nil
}

func removePaymentMethodV2(c *call, o *owner) (any, error) { return nil, o.dropMethod(c.params["mId"]) }

func getStripeKey(*call, *owner) (any, error) { return "pk_emulator", nil }

type recurringTargetView struct {
	ID       string   `json:"id"`
	Identity string   `json:"identity"`
	Emails   []string `json:"emails"`
}

type recurringView struct {
	User            userView            `json:"user"`
	Target          recurringTargetView `json:"target"`
	ThresholdAmount float64             `json:"thresholdAmount"`
	MonthlyAmount   float64             `json:"monthlyAmount"`
	Threshold       float64             `json:"threshold"`
	Currency        string              `json:"currency"`
	Token           string              `json:"token"`
}

// getRecurring: who has a payment method when the account begins pays with it
// each month, until that is stopped.
func getRecurring(c *call, o *owner) (any, error) {
	m := o.defaultMethod()
	if !o.recurring || m == nil {
		return nil, notFound("%s has no recurring payment", o.id)
	}
	return recurringView{User: c.user.view(), Target: recurringTargetView{o.id, o.name, []string{o.billing.email}}, Currency: "EUR", Token: m.token}, nil
}

func deleteRecurring(c *call, o *owner) (any, error) {
	if _, err := getRecurring(c, o); err != nil {
		return nil, err
	}
	o.recurring = false
	return success("The recurring payment has been removed"), nil
}

type paymentInfoView struct {
	FromOrga  bool              `json:"fromOrga"`
	Name      string            `json:"name"`
	Company   string            `json:"company"`
	Address   string            `json:"address"`
	ZipCode   string            `json:"zipCode"`
	City      string            `json:"city"`
	Country   string            `json:"country"`
	VATNumber string            `json:"vatNumber"`
	Errors    map[string]string `json:"errors"`
}

func getPaymentInfo(_ *call, o *owner) (any, error) {
	b := o.billing
	v := paymentInfoView{o.personal == nil, b.contact, b.company, b.address, b.zipcode, b.city, b.country, b.vat, map[string]string{}}
	for _, f := range []struct{ name, value string }{{"name", b.contact}, {"address", b.address}, {"zipCode", b.zipcode}, {"city", b.city}, {"country", b.country}} {
		if f.value == "" {
			v.Errors[f.name] = "This field is missing"
		}
	}
	return v, nil
}

func listPaymentProviders(*call) (any, error) {
	return []string{"CREDITCARD", "PAYPAL", "SEPA_DEBIT", "TRANSFER"}, nil
}
