package emulator

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

func couponRoutes() routes {
	return routes{
		"POST /v4/billing/organisations/{id}/applied-coupons": ofOwner(applyCoupon),
		"GET /v2/payments/coupons/{name}":                     getCoupon,
		"GET /v2/vat_check":                                   checkVAT,
	}
}

// coupon gives free credit to who applies it.
type coupon struct {
	name   string
	amount float64
	begins time.Time // zero: always
	ends   time.Time // zero: never
	uses   int       // how often it can be applied; 0 when nobody can any more
}

// coupons are those that everybody knows: one for each answer.
func coupons(now time.Time) []coupon {
	return []coupon{
		{name: "WELCOME20", amount: 20, uses: 100},
		{name: "SUMMER2019", amount: 10, ends: time.Date(2019, 9, 1, 0, 0, 0, 0, time.UTC), uses: 100},
		{name: "NEXTYEAR", amount: 10, begins: now.AddDate(1, 0, 0), uses: 100},
		{name: "USEDUP", amount: 5},
	}
}

func couponError(id int, format string, args ...any) error {
	e := fail(http.StatusBadRequest, id, format, args...)
	e.code = strconv.Itoa(id)
	return e
}

func lookUpCoupon(name string, now time.Time) (coupon, error) {
	for _, k := range coupons(now) {
		if strings.EqualFold(k.name, name) {
			return k, nil
		}
	}
	return coupon{}, couponError(10001, "The coupon %s does not exist", name)
}

type couponView struct {
	Name     string  `json:"name"`
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"`
	Begins   *string `json:"startDate"`
	Ends     *string `json:"endDate"`
}

func getCoupon(c *call) (any, error) {
	k, err := lookUpCoupon(c.params["name"], c.now)
	if err != nil {
		return nil, notFound("The coupon %s does not exist", c.params["name"])
	}
	return couponView{k.name, k.amount, "EUR", isoOrNull(k.begins), isoOrNull(k.ends)}, nil
}

type appliedCouponView struct {
	CouponName           string `json:"coupon_name"`
	UsageDate            string `json:"usageDate"`
	FreeCreditsStartDate string `json:"freeCreditsStartDate"`
	FreeCreditsEndDate   string `json:"freeCreditsEndDate"`
	AppliedByUserID      string `json:"appliedByUserId"`
}

func applyCoupon(c *call, o *owner) (any, error) {
	var b struct{ Name string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	k, err := lookUpCoupon(b.Name, c.now)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(o.coupons, k.name):
		return nil, couponError(10011, "The coupon %s is activated already", k.name)
	case c.now.Before(k.begins):
		return nil, couponError(10002, "The coupon %s is not valid yet", k.name)
	case !k.ends.IsZero() && c.now.After(k.ends):
		return nil, couponError(10003, "The coupon %s is no longer valid", k.name)
	case k.uses == 0:
		return nil, couponError(10004, "The coupon %s was used too often", k.name)
	}
	o.coupons = append(o.coupons, k.name)
	o.free += k.amount
	return appliedCouponView{k.name, iso(c.now), iso(c.now), iso(c.now.AddDate(0, 3, 0)), c.user.id}, nil
}

var vatNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z]{2}[0-9A-Z]{8,12}$`) })

type vatCheckView struct {
	Valid   bool   `json:"valid"`
	Name    string `json:"name"`
	Address string `json:"address"`
}

// checkVAT looks at the form of the number only, and at who has it here.
func checkVAT(c *call) (any, error) {
	country, vat := strings.ToUpper(c.query("country")), strings.ToUpper(c.query("vat"))
	if !strings.HasPrefix(vat, country) {
		vat = country + vat
	}
	v := vatCheckView{Valid: vatNumber().MatchString(vat)}
	for _, o := range c.state().ownersOf(c.user) {
		if v.Valid && o.billing.vat == vat {
			v.Name, v.Address = o.billing.company, o.billing.address
		}
	}
	return v, nil
}
