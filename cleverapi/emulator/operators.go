package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// operatorKind is a product that is made of an application and add-ons.
type operatorKind struct {
	name, provider, param string
	versions              []string // newest last; a new one has the last
	network               bool     // it can be put into a network group
	updatable             bool
}

func operatorKinds() []operatorKind {
	return []operatorKind{
		{"keycloak", "keycloak", "addonKeycloakId", []string{"25.0.6", "26.0.8", "26.1.4"}, true, true},
		{"otoroshi", "otoroshi", "OtoroshiId", []string{"16.23.2", "16.24.0", "17.0.0"}, true, true},
		{"metabase", "metabase", "addonMetabaseId", []string{"0.52.9", "0.53.4", "0.54.1"}, false, true},
		{"matomo", "addon-matomo", "addonMatomoId", []string{"5.1.2", "5.2.1", "5.3.0"}, false, false},
	}
}

func operatorRoutes() routes {
	all := routes{}
	for _, k := range operatorKinds() {
		base := "/v4/addon-providers/addon-" + k.name + "/addons/{" + k.param + "}"
		of := func(h func(c *call, k operatorKind, a *addon) (any, error)) handler {
			return ofRealAddon(k.param, []string{k.provider}, func(c *call, a *addon) (any, error) { return h(c, k, a) })
		}
		all["POST "+base+"/reboot"] = of(redeployOperator("Restart", true))
		all["POST "+base+"/rebuild"] = of(redeployOperator("Rebuild", false))
		if k.name == "matomo" {
			// The path names its parameter otherwise here.
			all["GET /v4/addon-providers/addon-matomo/addons/{matomoId}"] = ofRealAddon("matomoId", []string{k.provider},
				func(c *call, a *addon) (any, error) { return getOperator(c, k, a) })
		} else {
			all["GET "+base] = of(getOperator)
		}
		if k.updatable {
			all["GET "+base+"/version/check"] = of(checkOperatorVersion)
			all["POST "+base+"/version/update"] = of(updateOperatorVersion)
		}
		if k.network {
			all["POST "+base+"/networkgroup"] = of(joinOperator)
			all["DELETE "+base+"/networkgroup"] = of(leaveOperator)
		}
		if k.name != "matomo" {
			all["GET /v4/addon-providers/"+k.provider] = func(*call) (any, error) { return k.provided(), nil }
		} else {
			all["GET /v4/addon-providers/addon-matomo"] = func(*call) (any, error) { return k.provided(), nil }
		}
	}
	all["GET /v4/addon-providers/addon-otoroshi/addons/{OtoroshiId}/config.yaml"] = ofRealAddon("OtoroshiId", []string{"otoroshi"}, getOtoroshiConfig)
	all["GET /v4/keycloaks/organisations/{ownerId}/keycloaks/{addonKeycloakId}"] = ofRealAddon("addonKeycloakId", []string{"keycloak"},
		func(c *call, a *addon) (any, error) { return getOperator(c, operatorKinds()[0], a) })
	return all
}

type operatorProviderView struct {
	providerVersions
	ProviderID string `json:"providerId"`
	Version    string `json:"version"`
}

func (k operatorKind) provided() operatorProviderView {
	v := operatorProviderView{providerVersions{Clusters: []clusterView{}, Dedicated: map[string]dedicatedView{}, DefaultDedicatedVersion: k.latest()}, k.provider, k.latest()}
	for _, version := range k.versions {
		v.Dedicated[version] = dedicatedView{[]providerFeature{}}
	}
	return v
}

func (k operatorKind) latest() string { return k.versions[len(k.versions)-1] }

// installed is the version of an operator. One from before the last half year
// was made with an older one, so that there is something to update.
func (k operatorKind) installed(a *addon, now time.Time) string {
	switch {
	case a.version != "":
		return a.version
	case now.Sub(a.created) > 180*day:
		return k.versions[len(k.versions)-2]
	}
	return k.latest()
}

// offers tells whether a provider has a version.
func (v *provider) offers(version string) bool {
	return slices.Contains(v.Versions, version) || slices.ContainsFunc(operatorKinds(), func(k operatorKind) bool {
		return k.provider == v.ID && slices.Contains(k.versions, version)
	})
}

type credentialsView struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

type operatorResourcesView struct {
	Entrypoint string `json:"entrypoint"`
	FSBucketID string `json:"fsbucketId,omitempty"`
	PgsqlID    string `json:"pgsqlId,omitempty"`
	MysqlID    string `json:"mysqlId,omitempty"`
	RedisID    string `json:"redisId,omitempty"`
}

type networkGroupRef struct {
	ID string `json:"id"`
}

type operatorFeaturesView struct {
	NetworkGroup *networkGroupRef `json:"networkGroup"`
}

// The secret of Otoroshi's own API.
const (
	otoroshiSecret       = "api secret"
	otoroshiSecretLength = 32
)

type otoroshiAPIView struct {
	URL        string `json:"url"`
	User       string `json:"user"`
	Secret     string `json:"secret"`
	OpenAPI    string `json:"openapi"`
	SwaggerURL string `json:"swaggerUrl"`
}

type operatorView struct {
	ResourceID         string                `json:"resourceId"`
	AddonID            string                `json:"addonId"`
	Name               string                `json:"name"`
	OwnerID            string                `json:"ownerId"`
	Plan               string                `json:"plan"`
	Version            string                `json:"version"`
	JavaVersion        string                `json:"javaVersion,omitempty"`
	PHPVersion         string                `json:"phpVersion,omitempty"`
	AccessURL          string                `json:"accessUrl"`
	AvailableVersions  []string              `json:"availableVersions"`
	InitialCredentials *credentialsView      `json:"initialCredentials,omitempty"`
	API                *otoroshiAPIView      `json:"api,omitempty"`
	Resources          operatorResourcesView `json:"resources"`
	Features           *operatorFeaturesView `json:"features,omitempty"`
	EnvVars            map[string]string     `json:"envVars"`
}

func getOperator(c *call, k operatorKind, a *addon) (any, error) { return k.view(a, c.now), nil }

func (k operatorKind) view(a *addon, now time.Time) operatorView {
	part := func(prefix string) string { return prefix + "_" + uuid("part of operator", a.id, prefix) }
	url := "https://" + a.host("clever-cloud.com")
	v := operatorView{
		ResourceID: a.realID, AddonID: a.id, Name: a.name, OwnerID: a.owner.id, Plan: strings.ToUpper(a.plan.Slug), Version: k.installed(a, now),
		JavaVersion: "21", AccessURL: url, AvailableVersions: k.versions, Resources: operatorResourcesView{Entrypoint: a.entry.id}, EnvVars: map[string]string{},
	}
	password := a.secret(24, "password")
	switch k.name {
	case "keycloak":
		v.InitialCredentials = &credentialsView{"admin", password}
		v.Resources.PgsqlID, v.Resources.FSBucketID = part("postgresql"), part("bucket")
	case "otoroshi":
		v.InitialCredentials = &credentialsView{"admin", password}
		v.Resources.RedisID = part("redis")
		api := "https://otoroshi-api-" + a.host("clever-cloud.com")
		v.API = &otoroshiAPIView{api, a.secret(16, "api user"), a.secret(otoroshiSecretLength, otoroshiSecret), api + "/apis/openapi.json", url + "/apis/docs"}
	case "metabase":
		v.Resources.PgsqlID = part("postgresql")
	case "matomo":
		v.JavaVersion, v.PHPVersion = "", "8.3"
		v.Resources.MysqlID, v.Resources.RedisID = part("mysql"), part("redis")
	}
	if k.network {
		v.Features = &operatorFeaturesView{}
		if a.network != nil && a.network.until.IsZero() {
			v.Features.NetworkGroup = &networkGroupRef{a.network.id}
		}
	}
	return v
}

// assemble makes the application that runs an operator. It is reached by its id,
// as the pages of the Console do, and listed nowhere.
func (a *addon) assemble(author *user) {
	i := slices.IndexFunc(operatorKinds(), func(k operatorKind) bool { return k.provider == a.provider.ID })
	if i < 0 {
		return
	}
	runtime := "jar"
	if operatorKinds()[i].name == "matomo" {
		runtime = "php"
	}
	a.entry = newApplication(a.owner, catalog().runtime(runtime), a.zone, a.name, uuid("part of operator", a.id, "app"), a.created)
	a.entry.deploy(a.created, hexDigits(40, a.id, "commit"), "Console", author, false)
}

// redeployOperator deploys again what runs the operator.
func redeployOperator(cause string, cached bool) func(c *call, k operatorKind, a *addon) (any, error) {
	return func(c *call, _ operatorKind, a *addon) (any, error) {
		a.entry.deploy(c.now, a.entry.newest(), cause, c.user, cached)
		return nil, nil
	}
}

type versionCheckView struct {
	Installed  string   `json:"installed"`
	Latest     string   `json:"latest"`
	Available  []string `json:"available"`
	NeedUpdate bool     `json:"needUpdate"`
}

func checkOperatorVersion(c *call, k operatorKind, a *addon) (any, error) {
	installed := k.installed(a, c.now)
	return versionCheckView{installed, k.latest(), k.versions, installed != k.latest()}, nil
}

func updateOperatorVersion(c *call, k operatorKind, a *addon) (any, error) {
	var b struct{ TargetVersion string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if !slices.Contains(k.versions, b.TargetVersion) {
		return nil, invalid("The version %q does not exist; there are %s", b.TargetVersion, strings.Join(k.versions, ", "))
	}
	a.version = b.TargetVersion
	return k.view(a, c.now), nil
}

// joinOperator makes a network group for the operator.
func joinOperator(c *call, k operatorKind, a *addon) (any, error) {
	if a.network == nil || !a.network.until.IsZero() {
		g := &networkGroup{span: span{from: c.now.Add(networkDelay)}, id: "ng_" + uuid("network group", a.id, c.state().unique()), label: k.name + "-" + a.name, owner: a.owner}
		a.network = g
		a.owner.networks = append(a.owner.networks, g)
	}
	return accepted{202, k.view(a, c.now)}, nil
}

func leaveOperator(c *call, _ operatorKind, a *addon) (any, error) {
	if a.network == nil || !a.network.until.IsZero() {
		return nil, notFound("%s is in no network group", a.realID)
	}
	a.network.until = c.now.Add(networkDelay)
	return nil, nil
}

// getOtoroshiConfig is a file for otoroshictl.
func getOtoroshiConfig(c *call, a *addon) (any, error) {
	v := operatorKinds()[1].view(a, c.now)
	host := strings.TrimPrefix(v.API.URL, "https://")
	text := fmt.Sprintf(`apiVersion: v1
kind: OtoroshiCtlConfig
current_context: %[1]s
contexts:
  - name: %[1]s
    cluster: %[1]s
    user: %[1]s
clusters:
  - name: %[1]s
    hostname: %[2]s
    port: 443
    tls: true
users:
  - name: %[1]s
    client_id: %[3]s
    client_secret: %[4]s
`, a.realID, host, v.API.User, v.API.Secret)
	return raw{contentType: "application/yaml", body: []byte(text)}, nil
}
