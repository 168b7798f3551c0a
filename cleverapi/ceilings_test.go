package cleverapi

import (
	"errors"
	"testing"
)

func euros(f float64) *float64 { return &f }

// More than the ceilings is not sent, nor what does not say how much it is.
func TestCeilings(t *testing.T) {
	t.Parallel()
	const apps = "/v2/organisations/o/applications"
	both := Ceilings{Instances: 2, Flavor: "S"}
	for _, tt := range []struct {
		name, method, path, body string
		ceilings                 Ceilings
		sent                     bool
	}{
		{"within", "PUT", apps + "/a", `{"maxInstances":2,"maxFlavor":"S"}`, both, true},
		{"nothing of a size", "PUT", apps + "/a", `{"name":"x"}`, both, true},
		{"too many", "PUT", apps + "/a", `{"maxInstances":3}`, both, false},
		{"too many at least", "PUT", apps + "/a", `{"minInstances":3}`, both, false},
		{"too many as text", "PUT", apps + "/a", `{"maxInstances":"3"}`, both, false},
		{"too many with a fraction of nothing", "PUT", apps + "/a", `{"maxInstances":3.0}`, both, false},
		{"too many written large", "PUT", apps + "/a", `{"maxInstances":1e9}`, both, false},
		{"too many in a list", "PUT", apps + "/a", `{"maxInstances":["3"]}`, both, false},
		{"not a number", "PUT", apps + "/a", `{"maxInstances":"many"}`, both, false},
		{"said twice", "PUT", apps + "/a", `{"maxInstances":40,"maxInstances":1}`, both, false},
		{"in other letters", "PUT", apps + "/a", `{"MaxInstances":40}`, both, false},
		{"escaped", "PUT", apps + "/a", `{"max\u0049nstances":40}`, both, false},
		{"too large", "PUT", apps + "/a", `{"maxFlavor":"M"}`, both, false},
		{"a flavor that nobody knows", "PUT", apps + "/a", `{"maxFlavor":"HUGE"}`, both, false},
		{"a large build", "PUT", apps + "/a/buildflavor", `{"flavorName":"XL"}`, both, false},
		{"a build of unknown size", "PUT", apps + "/a", `{"separateBuild":true}`, both, false},
		{"not JSON", "PUT", apps + "/a", `maxInstances=40`, both, false},
		{"new, within", "POST", apps, `{"maxInstances":1,"maxFlavor":"XS","minFlavor":"XS"}`, both, true},
		{"new, without numbers", "POST", apps, `{"maxFlavor":"XS"}`, both, false},
		{"new, without a flavor", "POST", apps, `{"maxInstances":1}`, both, false},
		{"own application", "PUT", "/v2/self/applications/a", `{"maxInstances":3}`, both, false},
		{"a cluster", "POST", "/v4/kubernetes/organisations/o/clusters", `{}`, both, false},
		{"paying what is due", "POST", "/v4/billing/organisations/o/invoices/1/payments/stripe", `{}`, both, true},
		{"unheard of", "POST", "/v4/unheard/of", `{}`, both, false},
		{"unheard of, but without ceilings", "POST", "/v4/unheard/of", `{}`, Ceilings{}, true},
		{"a plan, its price unbound", "POST", "/v2/organisations/o/addons", `{"plan":"p"}`, both, true},
		{"no plan", "POST", "/v2/organisations/o/addons", `{}`, Ceilings{Monthly: euros(10)}, false},
		{"two plans", "POST", "/v2/organisations/o/addons", `{"plan":"p","plan":"q"}`, Ceilings{Monthly: euros(10)}, false},
		{"a plan", "POST", "/v2/organisations/o/addons", `{"plan":"p"}`, Ceilings{Monthly: euros(10)}, true},
		{"deleting", "DELETE", apps + "/a", ``, both, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tt.ceilings.Check(sendingOf(t, tt.method, tt.path, "", tt.body))
			if (err == nil) != tt.sent || err != nil && !errors.Is(err, ErrPolicy) {
				t.Errorf("comes to %v", err)
			}
		})
	}
}

func TestCeilingOfPrice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		ceiling, price *float64
		ok             bool
	}{
		{nil, euros(1000), true}, {euros(10), euros(10), true}, {euros(10), euros(10.01), false}, {euros(10), nil, false}, {euros(0), euros(0), true}, {euros(0), euros(1), false},
	} {
		if err := (Ceilings{Monthly: tt.ceiling}).AllowMonthly("p", tt.price); (err == nil) != tt.ok {
			t.Errorf("ceiling %v, price %v: %v", tt.ceiling, tt.price, err)
		}
	}
}
