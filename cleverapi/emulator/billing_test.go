package emulator

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func TestPricesAreByZone(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	price := func(zone string) float64 {
		for _, r := range at(t, c.with("").get("/v4/billing/price-system?currency=EUR&zone_id="+zone), "runtime").([]any) {
			if at(t, r, "slug_id") == "apps.XS" {
				return at(t, r, "price").(float64)
			}
		}
		t.Fatal("XS has no price")
		return 0
	}
	if par, hds := price("PAR"), price("parhds"); par <= 0 || hds <= par {
		t.Errorf("an hour of XS costs %v in par and %v in parhds", par, hds)
	}
	c.want(404, "GET", "/v4/billing/price-system?currency=EUR&zone_id=moon", nil)
	c.want(400, "GET", "/v4/billing/price-system?currency=XXX&zone_id=par", nil)
	base, _ := c.v4("billing")
	if at(t, c.get(base+"/price-system?zone_id=par"), "owner_id") == nil {
		t.Error("the price system of an owner does not name it")
	}
}

func TestInvoiceLinesAddUp(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, _ := c.v4("billing")
	for _, i := range c.get(base + "/invoices").([]any) {
		d := c.get(base + "/invoices/" + at(t, i, "invoice_number").(string))
		var total float64
		lines := at(t, d, "uptimes").([]any)
		for _, u := range lines {
			total += at(t, u, "price", "amount").(float64)
		}
		if want := at(t, d, "total_tax_excluded", "amount").(float64); math.Abs(total-want) > 0.001 || len(lines) < 5 {
			t.Errorf("%d lines of %v make %v, want %v", len(lines), at(t, d, "invoice_number"), total, want)
		}
	}
}

func TestInvoiceFiles(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, _ := c.v4("billing")
	number := at(t, c.get(base+"/invoices"), 0, "invoice_number").(string)
	for _, path := range []string{base + "/invoices/" + number + ".pdf", base + "/" + number + ".pdf",
		strings.Replace(base, "/v4/billing", "/v2", 1) + "/payments/billings/" + number + ".pdf"} {
		resp, body := c.send("GET", path, nil)
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/pdf" {
			t.Fatalf("%s: %d %s %.80s", path, resp.StatusCode, resp.Header.Get("Content-Type"), body)
		}
		checkPDF(t, body)
		if resp, _ := c.with("").send("GET", path, nil); resp.StatusCode != 401 {
			t.Errorf("%s without a credential: %d", path, resp.StatusCode)
		}
	}
	resp, body := c.send("GET", base+"/invoices/"+number+".html", nil)
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") || !bytes.Contains(body, []byte(number)) {
		t.Errorf("the HTML is %s %.100s", resp.Header.Get("Content-Type"), body)
	}
	c.want(404, "GET", base+"/F20200101-000000.pdf", nil)
	c.want(404, "GET", base+"/"+number+".exe", nil)
}

// checkPDF follows the table of a PDF as a reader does.
func checkPDF(t *testing.T, body []byte) {
	t.Helper()
	if !bytes.HasPrefix(body, []byte("%PDF-1.4\n")) || !bytes.HasSuffix(body, []byte("%%EOF\n")) {
		t.Fatalf("%.40q is no PDF", body)
	}
	tail := body[bytes.LastIndex(body, []byte("startxref\n")):]
	var xref, n int
	if _, err := fmt.Sscanf(string(tail), "startxref\n%d", &xref); err != nil || !bytes.HasPrefix(body[xref:], []byte("xref\n0 ")) {
		t.Fatalf("startxref leads to %.20q", body[xref:])
	}
	if _, err := fmt.Sscanf(string(body[xref:]), "xref\n0 %d", &n); err != nil {
		t.Fatal(err)
	}
	entries := bytes.Split(body[xref:], []byte("\n"))[2:]
	for i := 1; i < n; i++ {
		var offset int
		if _, err := fmt.Sscanf(string(entries[i]), "%d", &offset); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%d 0 obj\n", i); !bytes.HasPrefix(body[offset:], []byte(want)) {
			t.Errorf("object %d is at %.20q", i, body[offset:])
		}
	}
}

func FuzzPDF(f *testing.F) {
	f.Add("Invoice (42) \\ €")
	f.Add(strings.Repeat("é\n", 60))
	f.Fuzz(func(t *testing.T, s string) {
		body := pdf(strings.Split(s, "\n"))
		checkPDF(t, body)
		for _, line := range strings.Split(s, "\n") {
			escaped := pdfText(line)
			if open := strings.Count(escaped, "(") - strings.Count(escaped, `\(`); open != 0 || strings.ContainsAny(escaped, "\r\n") {
				t.Errorf("%q is written as %q", line, escaped)
			}
		}
	})
}

func TestPayingAnInvoice(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, _ := c.v4("billing")
	org := strings.Replace(base, "/v4/billing", "/v2", 1)
	number := at(t, c.get(base+"/invoices/unpaid"), 0, "invoice_number").(string)
	pay := base + "/invoices/" + number + "/payments/stripe"
	c.want(200, "POST", pay, nil)
	if got := at(t, c.want(200, "PUT", pay+"/pi_1", nil), "status"); got != "PAID" {
		t.Errorf("a paid invoice is %v", got)
	}
	c.want(409, "PUT", pay+"/pi_1", nil)
	if n := len(c.get(base + "/invoices/unpaid").([]any)); n != 0 {
		t.Errorf("%d invoices are unpaid", n)
	}
	// Credits that are ordered are there once they are paid.
	before := at(t, c.get(base+"/credits/summary"), "prepaidCredit").(float64)
	order := c.want(200, "POST", org+"/payments/billings", map[string]any{"dropQuantity": 1000})
	id := at(t, order, "id").(string)
	c.want(200, "PUT", base+"/invoices/"+id+"/payments/paypal/payer", nil)
	if after := at(t, c.get(base+"/credits/summary"), "prepaidCredit").(float64); math.Abs(after-before-9.7) > 0.001 {
		t.Errorf("the credit went from %v to %v", before, after)
	}
	c.want(400, "DELETE", org+"/payments/billings/"+id, nil)
	second := at(t, c.want(200, "POST", org+"/payments/billings", map[string]any{"dropQuantity": 1}), "id").(string)
	c.want(200, "DELETE", org+"/payments/billings/"+second, nil)
	c.want(404, "GET", org+"/payments/billings/"+second, nil)
}

func TestPaymentMethods(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, _ := c.v4("billing")
	methods := base + "/payments/methods"
	c.want(200, "POST", methods, map[string]string{"id": "pm_new"})
	c.want(409, "POST", methods, map[string]string{"id": "pm_new"})
	c.want(200, "PUT", methods+"/default", map[string]string{"id": "pm_new"})
	v2 := strings.Replace(methods, "/v4/billing", "/v2", 1)
	if got := at(t, c.get(v2+"/default"), "token"); got != "pm_new" {
		t.Errorf("the default is %v", got)
	}
	c.want(204, "DELETE", methods+"/pm_new", nil)
	if got := c.get(methods).([]any); len(got) != 2 || at(t, got[0], "isDefault") != true {
		t.Errorf("the methods that are left are %v", got)
	}
	c.want(404, "DELETE", methods+"/pm_new", nil)
	c.want(404, "GET", "/v2/self/payments/methods/default", nil)
}

func TestConsumptionGrowsWithTheClock(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{Clock: NewClock(start.Add(10*day), 0)})
	org, app := c.acme()
	total := func(query string) float64 { return at(t, c.get(org+"/consumptions"+query), "total").(float64) }
	before := total("")
	c.e.Clock().Advance(24 * time.Hour)
	if after := total(""); after <= before {
		t.Errorf("a day later the consumption went from %v to %v", before, after)
	}
	storefront := app("storefront")
	id := storefront[strings.LastIndex(storefront, "/")+1:]
	// Two instances of S for a day.
	want := round2(2 * catalog().flavor("S").Price)
	from := start.Add(10 * day)
	if got := total("?appId=" + id + "&from=" + iso(from) + "&to=" + iso(from.Add(day))); got != want {
		t.Errorf("a day of storefront costs %v, want %v", got, want)
	}
	c.want(404, "GET", org+"/consumptions?appId=app_x", nil)
	month := c.get(org + "/payments/monthlyinvoice")
	if at(t, month, "estimated").(float64) <= at(t, month, "consumed").(float64) || at(t, month, "max") != nil {
		t.Errorf("the estimate is %v", month)
	}
	if got := at(t, c.want(200, "PUT", org+"/payments/monthlyinvoice/maxcredit", map[string]any{"max": 50}), "max"); got != 50.0 {
		t.Errorf("the limit is %v", got)
	}
}

func TestCoupons(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, _ := c.v4("billing")
	for _, tt := range []struct{ name, code string }{
		{"NOTHING", "10001"}, {"NEXTYEAR", "10002"}, {"SUMMER2019", "10003"}, {"USEDUP", "10004"},
	} {
		if got := at(t, c.want(400, "POST", base+"/applied-coupons", map[string]string{"name": tt.name}), "code"); got != tt.code {
			t.Errorf("%s is refused with %v, want %s", tt.name, got, tt.code)
		}
	}
	c.want(200, "POST", base+"/applied-coupons", map[string]string{"name": "welcome20"})
	if got := at(t, c.want(400, "POST", base+"/applied-coupons", map[string]string{"name": "WELCOME20"}), "code"); got != "10011" {
		t.Errorf("the second time it is refused with %v", got)
	}
	if got := at(t, c.get(base+"/credits/summary"), "freeCredit"); got != 40.0 {
		t.Errorf("the free credit is %v, want 40", got)
	}
}
