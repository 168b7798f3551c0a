package emulator

import (
	"fmt"
	"time"
)

// The size of the large account: 50 × 100 applications with four variables each.
const (
	largeOrganisations = 50
	largeApplications  = 100 // of each organisation
	largeAddons        = 20  // of each organisation
)

// largeAccount is an account at which lists that are not paged, caches without a
// limit and quadratic loops show.
func largeAccount() *Seed {
	types := []string{"node", "go", "python", "php", "maven", "ruby", "static", "docker"}
	states := []string{"running", "running", "running", "running", "running", "running", "stopped", "failed", "never", "running"}
	zones := []string{"par", "rbx", "par", "mtl"}
	s := &Seed{
		User: SeedUser{Name: "Large Account", Email: "large@example.com", Password: "correct-horse-battery-staple", Since: Age(2000 * day)},
		APITokens: []SeedToken{
			{Name: "ci", Since: Age(40 * day), Life: Age(365 * day)},
		},
	}
	for i := range largeOrganisations {
		o := SeedOwner{Name: fmt.Sprintf("Division %02d", i+1), Company: "Large Account SA", City: "Lyon", BillingEmail: "billing@large.example",
			Invoices: []SeedInvoice{{Since: Age(12 * day), Amount: 1200 + float64(i)*37, Status: "PENDING"}, {Since: Age(43 * day), Amount: 1180 + float64(i)*37}}}
		for j := range largeAddons {
			provider, plan := "postgresql-addon", "s_med"
			if j%2 == 1 {
				provider, plan = "redis-addon", "m_mono"
			}
			o.Addons = append(o.Addons, SeedAddon{Name: fmt.Sprintf("store-%02d", j+1), Provider: provider, Plan: plan})
		}
		for j := range largeApplications {
			a := SeedApp{
				Name: fmt.Sprintf("service-%02d-%03d", i+1, j+1), Description: "One of many", Type: types[j%len(types)], Zone: zones[j%len(zones)],
				State: states[(i+j)%len(states)], Flavor: "XS", Instances: 1 + j%3, Since: Age(time.Duration(120+j) * day), Deployed: Age(time.Duration(1+j) * time.Hour), Deployments: 2,
				Domains: []string{fmt.Sprintf("service-%03d.division-%02d.example/", j+1, i+1)},
				Env: map[string]string{
					"PORT": "8080", "LOG_LEVEL": "info", "API_KEY": "$secret(32)",
					"SERVICE_URL": fmt.Sprintf("https://service-%03d.division-%02d.example", j+1, i+1),
				},
				Addons: []string{fmt.Sprintf("store-%02d", 1+j%largeAddons)},
				Tags:   []string{fmt.Sprintf("team:%d", j%10)},
			}
			if a.State == "failed" {
				a.Fails, a.BrokenFor = failBuild, 1
			}
			o.Applications = append(o.Applications, a)
		}
		s.Organisations = append(s.Organisations, o)
	}
	return s
}
