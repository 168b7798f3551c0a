package emulator

import (
	"maps"
	"net/http"
	"strings"

	"clever-mcp/cleverapi/catalogue"
)

// routes are handlers by operation ID.
type routes map[string]handler

// allRoutes is the list of resources. A route that is not in the catalogue is a
// mistake that the first test run meets.
func allRoutes() routes {
	all := routes{}
	for _, some := range []routes{
		addonRoutes(),
		addonDetailRoutes(),
		addonEnvRoutes(),
		apiTokenRoutes(),
		applicationRoutes(),
		backupRoutes(),
		billingRoutes(),
		cellarObjectRoutes(),
		cellarRoutes(),
		configProviderRoutes(),
		consoleRoutes(),
		consumerRoutes(),
		consumptionRoutes(),
		couponRoutes(),
		danceRoutes(),
		deploymentRoutes(),
		domainRoutes(),
		drainRoutes(),
		emailRoutes(),
		envRoutes(),
		functionRoutes(),
		githubRoutes(),
		grafanaRoutes(),
		eventRoutes(),
		instanceRoutes(),
		invoiceRoutes(),
		keyRoutes(),
		kubernetesNodeRoutes(),
		kubernetesRoutes(),
		linkRoutes(),
		logRoutes(),
		loadBalancerRoutes(),
		memberRoutes(),
		metricsRoutes(),
		mfaRoutes(),
		migrationRoutes(),
		networkGroupRoutes(),
		networkPeerRoutes(),
		notificationRoutes(),
		oauthTokenRoutes(),
		operatorRoutes(),
		openAPIRoutes(),
		organisationRoutes(),
		paymentRoutes(),
		priceRoutes(),
		productRoutes(),
		otelRoutes(),
		postgresqlRoutes(),
		pulsarRoutes(),
		redirectionRoutes(),
		registryRoutes(),
		selfRoutes(),
		summaryRoutes(),
		tagRoutes(),
		webStatsRoutes(),
	} {
		for id := range some {
			catalogue.MustLookup(id)
			if all[id] != nil {
				panic("two handlers for " + id)
			}
		}
		maps.Copy(all, some)
	}
	return all
}

const (
	selfPrefix  = "/v2/self/"
	ownerPrefix = "/v2/organisations/{id}/"
)

// find returns the handler of a call. The /v2/self form of an operation without
// a handler of its own is the personal space of the caller.
func (rs routes) find(c *call) (handler, bool) {
	if h, ok := rs[c.op.ID]; ok {
		return h, true
	}
	rest, ok := strings.CutPrefix(c.op.Path(), selfPrefix)
	if !ok || c.user == nil {
		return nil, false
	}
	h, ok := rs[c.op.Method()+" "+ownerPrefix+rest]
	if !ok {
		return nil, false
	}
	c.self = true
	c.params["id"] = c.user.id
	return h, true
}

// allPages are the paths beside the API that clients meet: what is downloaded,
// opened in a browser or pushed to. They take the lock themselves.
func (e *Emulator) allPages() *http.ServeMux {
	m := http.NewServeMux()
	m.HandleFunc("GET "+backupPath+"{ref}/{backup}/{file}", e.serveBackup)
	m.HandleFunc("GET "+cellarPath+"{cellar}", e.serveCellarConfig)
	m.HandleFunc("GET "+cellarPath+"{cellar}/{bucket}", e.serveObject)
	m.HandleFunc("PUT "+cellarPath+"{cellar}/{bucket}", e.serveObject)
	m.HandleFunc("PUT "+functionPath+"{deployment}", e.serveFunctionUpload)
	m.HandleFunc("GET "+kubeconfigPath+"{cluster}", e.serveKubeconfig)
	m.HandleFunc("GET "+wireGuardPath+"{group}/{peer}", e.serveWireGuard)
	m.HandleFunc("GET /v4/billing/organisations/{id}/{file}", e.serveInvoice)
	e.addConsole(m)
	e.addGit(m)
	m.HandleFunc("GET /documentation/json", serveBridgeDocument)
	m.HandleFunc("GET /v2/emulator/clock", e.serveClock)
	return m
}

// servePage answers a path that is no operation.
func (e *Emulator) servePage(w http.ResponseWriter, r *http.Request) {
	if _, pattern := e.pages.Handler(r); pattern == "" {
		e.refuse(w, r, w.Header().Get("Sozu-Id"), notFound("Not found: %s %s", r.Method, r.URL.Path))
		return
	}
	e.pages.ServeHTTP(w, r) // which sets the path values
}
