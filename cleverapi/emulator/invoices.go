package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

func invoiceRoutes() routes {
	return routes{
		"GET /v4/billing/organisations/{id}/invoices/{invoiceNumber}":      ofInvoice("invoiceNumber", getInvoice),
		"GET /v4/billing/organisations/{id}/invoices/{invoiceNumber}.pdf":  ofInvoice("invoiceNumber", getInvoicePDF),
		"GET /v4/billing/organisations/{id}/invoices/{invoiceNumber}.html": ofInvoice("invoiceNumber", getInvoiceHTML),
		"GET /v2/organisations/{id}/payments/billings":                     ofOwner(listInvoicesV2),
		"POST /v2/organisations/{id}/payments/billings":                    ofOwner(orderCredits),
		"GET /v2/organisations/{id}/payments/billings/unpaid":              ofOwner(listUnpaidInvoicesV2),
		"GET /v2/organisations/{id}/payments/billings/{bid}":               ofInvoice("bid", getInvoiceV2),
		"PUT /v2/organisations/{id}/payments/billings/{bid}":               ofInvoice("bid", choosePayment),
		"DELETE /v2/organisations/{id}/payments/billings/{bid}":            ofInvoice("bid", deleteOrder),
		"GET /v2/organisations/{id}/payments/billings/{bid}.pdf":           ofInvoice("bid", getInvoicePDF),
	}
}

const (
	kindInvoice = "INVOICE"
	kindOrder   = "PURCHASE_ORDER"
)

//go:noinline
func ofInvoice(param string, h func(c *call, i *invoice) (any, error)) handler {
	return ofOwner(func(c *call, o *owner) (any, error) {
		number := c.params[param]
		i := find(o.invoices, func(i *invoice) bool { return i.number == number })
		if i == nil {
			return nil, notFound("The invoice %s does not exist in %s", number, o.id)
		}
		return h(c, i)
	})
}

// invoiceLine is the share of one application or add-on.
type invoiceLine struct {
	what, name, id string
	amount         float64
}

// lines split the amount as the owner's things cost by month; the last line
// takes what rounding left.
func (i *invoice) lines() []invoiceLine {
	if i.kind == kindOrder {
		return []invoiceLine{{"Credits", "Prepaid credits", "", i.amount}}
	}
	o := i.owner
	var lines []invoiceLine
	var total float64
	add := func(what, name, id string, weight float64) {
		if weight > 0 {
			lines = append(lines, invoiceLine{what, name, id, weight})
			total += weight
		}
	}
	for _, a := range o.apps {
		if a.serving(i.emitted) != nil {
			add("Application", a.name, a.id, float64(a.minInstances)*a.minFlavor.hourly())
		}
	}
	for _, a := range o.addons {
		if a.created.Before(i.emitted) {
			add("Add-on", a.name, a.id, a.plan.hourly())
		}
	}
	if lines == nil {
		return []invoiceLine{{"Consumption", "Consumption", o.id, i.amount}}
	}
	left := i.amount
	for k := range lines {
		lines[k].amount = round2(i.amount * lines[k].amount / total)
		left -= lines[k].amount
	}
	last := &lines[len(lines)-1]
	last.amount = round2(last.amount + left)
	return lines
}

type uptimeDetailView struct {
	InstanceID      string    `json:"instance_id"`
	FlavorName      string    `json:"flavor_name"`
	ZoneID          string    `json:"zone_id"`
	RuntimePolicyID string    `json:"runtime_policy_id"`
	Price           moneyView `json:"price"`
}

type uptimeView struct {
	ItemID      string             `json:"item_id"`
	Price       moneyView          `json:"price"`
	AppID       string             `json:"app_id"`
	OwnerID     string             `json:"owner_id"`
	Category    string             `json:"category"`
	SubCategory string             `json:"sub_category"`
	Details     []uptimeDetailView `json:"details"`
}

// couponRestView is what is left of free credits.
type couponRestView struct {
	Name      string    `json:"name"`
	Remaining moneyView `json:"remaining"`
}

type invoiceDetails struct {
	invoiceView
	Origin                   string           `json:"origin"`
	ConsumptionBeginDate     string           `json:"consumption_begin_date"`
	ConsumptionEndDate       string           `json:"consumption_end_date"`
	Uptimes                  []uptimeView     `json:"uptimes"`
	Countables               []struct{}       `json:"countables"`
	VendorConsumption        []struct{}       `json:"vendor_consumption"`
	Classic                  []struct{}       `json:"classic"`
	Unusable                 []struct{}       `json:"unusable"`
	CreditBalanceAtEmission  moneyView        `json:"credit_balance_at_emission"`
	FreeCreditsAvailableThis []couponRestView `json:"free_credits_available_this_period"`
	FreeCreditsAvailableNext []couponRestView `json:"free_credits_available_next_period"`
	TotalPendingUpfront      moneyView        `json:"total_pending_upfront_before_emission"`
	UpfrontCreditAmount      moneyView        `json:"upfront_credit_amount"`
	PaymentMethodID          *string          `json:"payment_method_id"`
}

func (i *invoice) details() invoiceDetails {
	none := []struct{}{}
	origin := "automatic"
	if i.kind == kindOrder {
		origin = "manual"
	}
	v := invoiceDetails{
		invoiceView: i.view(), Origin: origin, ConsumptionBeginDate: iso(i.emitted.AddDate(0, -1, 0)), ConsumptionEndDate: iso(i.emitted),
		Uptimes: []uptimeView{}, Countables: none, VendorConsumption: none, Classic: none, Unusable: none,
		CreditBalanceAtEmission: euros(i.owner.prepaid), FreeCreditsAvailableThis: []couponRestView{}, FreeCreditsAvailableNext: []couponRestView{},
		TotalPendingUpfront: euros(0), UpfrontCreditAmount: euros(0),
	}
	if i.owner.free > 0 {
		v.FreeCreditsAvailableThis = append(v.FreeCreditsAvailableThis, couponRestView{"free credits", euros(i.owner.free)})
	}
	if m := i.owner.defaultMethod(); m != nil && !i.paid.IsZero() {
		v.PaymentMethodID = &m.token
	}
	for _, l := range i.lines() {
		v.Uptimes = append(v.Uptimes, uptimeView{
			ItemID: uuid("invoice line", i.number, l.id), Price: euros(l.amount), AppID: l.id, OwnerID: i.owner.id, Category: l.what, SubCategory: l.name,
			Details: []uptimeDetailView{},
		})
	}
	return v
}

func getInvoice(_ *call, i *invoice) (any, error) { return i.details(), nil }

type invoiceLineV2 struct {
	Description    string  `json:"description"`
	SubDescription string  `json:"subDescription"`
	Pack           string  `json:"pack"`
	VAT            float64 `json:"VAT"`
	Price          float64 `json:"price"`
}

type invoiceV2 struct {
	ID               string          `json:"id"`
	Number           string          `json:"number"`
	Status           string          `json:"status"`
	EmissionDate     string          `json:"emissionDate"`
	PaymentDate      *string         `json:"paymentDate"`
	Name             string          `json:"name"`
	Company          string          `json:"company"`
	Target           string          `json:"target"`
	Address          string          `json:"address"`
	ZipCode          string          `json:"zipCode"`
	City             string          `json:"city"`
	Country          string          `json:"country"`
	CountryCode      string          `json:"countryCode"`
	VATNumber        string          `json:"vatNumber"`
	FromSubscription bool            `json:"fromSubscription"`
	Lines            []invoiceLineV2 `json:"lines"`
	OriginalTotal    float64         `json:"originalTotal"`
	TotalHT          float64         `json:"totalHT"`
	TotalVAT         float64         `json:"totalVAT"`
	TotalTTC         float64         `json:"totalTTC"`
	Type             string          `json:"type"`
	PayingUser       *memberView     `json:"payingUser"`
	ErrorCode        *string         `json:"errorCode"`
	ErrorShortMsg    *string         `json:"errorShortMsg"`
	ErrorLongMsg     *string         `json:"errorLongMsg"`
	Token            *string         `json:"token"`
	TargetID         string          `json:"targetId"`
	ForID            string          `json:"forId"`
	CustomerOrderID  *string         `json:"customerOrderId"`
	CustomerCostCode *string         `json:"customerCostCenter"`
	VATRate          float64         `json:"vatRate"`
	PayWhen          string          `json:"payWhen"`
}

func (i *invoice) v2() invoiceV2 {
	b, vat := i.owner.billing, i.amount*vatPercent/100
	v := invoiceV2{
		ID: i.number, Number: i.number, Status: i.status, EmissionDate: iso(i.emitted), PaymentDate: isoOrNull(i.paid), Name: b.contact,
		Company: b.company, Target: i.owner.name, Address: b.address, ZipCode: b.zipcode, City: b.city, Country: b.country, CountryCode: b.countryCode,
		VATNumber: b.vat, FromSubscription: i.kind != kindOrder, OriginalTotal: round2(i.amount), TotalHT: round2(i.amount), TotalVAT: round2(vat),
		TotalTTC: round2(i.amount + vat), Type: either(i.kind, kindInvoice), TargetID: i.owner.id, ForID: i.owner.id, VATRate: vatPercent, PayWhen: "PAY_NEXT_MONTH",
		Lines: each(i.lines(), func(l invoiceLine) invoiceLineV2 {
			return invoiceLineV2{l.what, l.name, "", vatPercent, l.amount}
		}),
	}
	if i.kind == kindOrder {
		v.PayWhen = "PAY_NOW"
	}
	return v
}

func listInvoicesV2(_ *call, o *owner) (any, error) {
	return each(newestFirst(o.invoices), (*invoice).v2), nil
}

func listUnpaidInvoicesV2(_ *call, o *owner) (any, error) {
	out := []invoiceV2{}
	for _, i := range newestFirst(o.invoices) {
		if i.paid.IsZero() {
			out = append(out, i.v2())
		}
	}
	return out, nil
}

func getInvoiceV2(_ *call, i *invoice) (any, error) { return i.v2(), nil }

// orderCredits makes a purchase order that is still to be paid.
func orderCredits(c *call, o *owner) (any, error) {
	var b struct {
		PackageID    int
		Currency     string
		Coupon       string
		DropQuantity float64
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Currency != "" && b.Currency != "EUR" {
		return nil, invalid("There are prices in EUR only, not in %q", b.Currency)
	}
	if !(b.DropQuantity > 0 && b.DropQuantity < 1e7) {
		return nil, invalid("dropQuantity should be more than 0")
	}
	i := newInvoice(o, c.now, round2(b.DropQuantity*dropPrice), "PENDING")
	// Orders can be deleted, so their place in the list makes no number.
	i.number, i.kind = fmt.Sprintf("P%s-%06d", c.now.UTC().Format("20060102"), number(1_000_000, c.state().unique())), kindOrder
	o.invoices = append(o.invoices, i)
	return i.v2(), nil
}

// choosePayment answers the page on which one would pay; nobody serves it.
func choosePayment(c *call, i *invoice) (any, error) {
	var b struct{ Provider string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	switch b.Provider {
	case "BITCOIN", "COUPON", "CREDITCARD", "FREE", "PAYPAL", "SEPA_DEBIT", "TRANSFER":
	default:
		return nil, invalid("The payment provider %q does not exist", b.Provider)
	}
	return urlView{c.base + "/payments/" + strings.ToLower(b.Provider) + "/" + i.number}, nil
}

func deleteOrder(_ *call, i *invoice) (any, error) {
	if i.kind != kindOrder || !i.paid.IsZero() {
		return nil, invalid("Only a purchase order that is not paid can be deleted")
	}
	i.owner.invoices = without(i.owner.invoices, i)
	return success("The purchase order has been deleted"), nil
}

// pay settles an invoice; what was ordered is then there.
func (i *invoice) pay(now time.Time) error {
	if !i.paid.IsZero() {
		return fail(http.StatusConflict, http.StatusConflict, "The invoice %s is paid already", i.number)
	}
	i.paid, i.status = now, "PAID"
	if i.kind == kindOrder {
		i.owner.prepaid = round2(i.owner.prepaid + i.amount)
	}
	i.owner.unblock()
	return nil
}

func (i *invoice) title() string {
	if i.kind == kindOrder {
		return fmt.Sprintf("Purchase order %s", i.number)
	}
	return fmt.Sprintf("Invoice %s", i.number)
}
