package emulator

import (
	"strconv"
	"time"
)

func addonDetailRoutes() routes {
	return routes{
		"GET /v4/addon-providers/{providerId}/addons/{addonId}":              ofProvidedAddon(getAddonDetails),
		"GET /v4/addon-providers/{providerId}/clusters/{clusterId}":          getProviderCluster,
		"GET /v4/addon-providers/jenkins/addons/{addonId}/updates":           ofRealAddon("addonId", []string{"jenkins"}, getJenkinsUpdates),
		"GET /v2/providers/{providerId}/{addonId}":                           getProviderSide,
		"GET /v2/providers/es-addon/tmp/services-flavors":                    getElasticServices,
		"GET /v2/organisations/{id}/addons/{addonId}/sso":                    ofAddon(getAddonSSO),
		"GET /v2/organisations/{id}/addons/{addonId}/instances":              ofAddon(listAddonInstances),
		"GET /v2/organisations/{id}/addons/{addonId}/instances/{instanceId}": ofAddon(getAddonInstance),
		"GET /v4/materia/organisations/{ownerId}/materia/databases/{id}":     getMateria,
	}
}

// ofProvidedAddon finds an add-on by its provider and its real id.
func ofProvidedAddon(h func(c *call, a *addon) (any, error)) handler {
	return func(c *call) (any, error) {
		return ofRealAddon("addonId", []string{c.params["providerId"]}, h)(c)
	}
}

type addonDetailsView struct {
	ID            string            `json:"id"`
	AppID         string            `json:"app_id"`
	OwnerID       string            `json:"owner_id"`
	Plan          string            `json:"plan"`
	Zone          string            `json:"zone"`
	Status        string            `json:"status"`
	CreationDate  string            `json:"creation_date"`
	DeletionDate  *string           `json:"deletion_date"`
	Host          string            `json:"host,omitempty"`
	Port          int               `json:"port,omitempty"`
	User          string            `json:"user,omitempty"`
	Password      string            `json:"password,omitempty"`
	Database      string            `json:"database,omitempty"`
	Version       string            `json:"version"`
	Cluster       string            `json:"cluster,omitempty"`
	Features      []providerFeature `json:"features"`
	ReadOnlyUsers []struct{}        `json:"read_only_users"`
}

// zoned is a date as the providers write it.
func zoned(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") + "[UTC]" }

func getAddonDetails(_ *call, a *addon) (any, error) {
	v := addonDetailsView{
		ID: a.realID, AppID: a.id, OwnerID: a.owner.id, Plan: a.plan.Name, Zone: a.zone.Name, Status: "ACTIVE", CreationDate: zoned(a.created),
		Version: a.version, Features: []providerFeature{{"encryption", false}}, ReadOnlyUsers: []struct{}{},
	}
	if a.plan.Shared {
		v.Cluster = uuid("cluster", a.provider.ID, a.zone.Name)
	}
	env := a.env()
	for _, prefix := range []string{"POSTGRESQL_ADDON", "MYSQL_ADDON", "MONGODB_ADDON", "REDIS", "ES_ADDON", "JENKINS", "BUCKET"} {
		host, ok := env.get(prefix + "_HOST")
		if !ok {
			continue
		}
		port, _ := env.get(prefix + "_PORT")
		v.Host = host
		v.Port, _ = strconv.Atoi(port) // 0, and left out, when it has none
		v.User, _ = env.get(prefix + "_USER")
		v.Password, _ = env.get(prefix + "_PASSWORD")
		v.Database, _ = env.get(prefix + "_DB")
	}
	if a.provider.ID == "jenkins" {
		v.Host, v.User = a.host("clever-cloud.com"), "admin"
		v.Password, _ = env.get("JENKINS_PASSWORD")
	}
	return v, nil
}

func getProviderCluster(c *call) (any, error) {
	if v := catalog().provider(c.params["providerId"]); v != nil {
		versions, err := getProviderVersions(c)
		if err != nil {
			return nil, err
		}
		for _, cluster := range versions.(providerVersions).Clusters {
			if cluster.ID == c.params["clusterId"] {
				return cluster, nil
			}
		}
	}
	return nil, notFound("The cluster %s does not exist for %s", c.params["clusterId"], c.params["providerId"])
}

type jenkinsVersionsView struct {
	Current   string `json:"current"`
	Available string `json:"available"`
}

type jenkinsUpdatesView struct {
	ManageLink string              `json:"manageLink"`
	Versions   jenkinsVersionsView `json:"versions"`
}

func getJenkinsUpdates(_ *call, a *addon) (any, error) {
	return jenkinsUpdatesView{"https://" + a.host("clever-cloud.com") + "/manage", jenkinsVersionsView{"2.492.1", "2.504.3"}}, nil
}

type elasticConfigView struct {
	Host           string `json:"host"`
	User           string `json:"user"`
	Password       string `json:"password"`
	APMUser        string `json:"apm_user"`
	APMPassword    string `json:"apm_password"`
	APMAuthToken   string `json:"apm_auth_token"`
	KibanaUser     string `json:"kibana_user"`
	KibanaPassword string `json:"kibana_password"`
}

type elasticBackupsView struct {
	KibanaSnapshotsURL string `json:"kibana_snapshots_url"`
}

type elasticView struct {
	ID                string             `json:"id"`
	AppID             string             `json:"app_id"`
	OwnerID           string             `json:"owner_id"`
	Plan              string             `json:"plan"`
	Zone              string             `json:"zone"`
	Version           string             `json:"version"`
	Config            elasticConfigView  `json:"config"`
	Backups           elasticBackupsView `json:"backups"`
	KibanaApplication *string            `json:"kibana_application"`
	APMApplication    *string            `json:"apm_application"`
	Services          []providerFeature  `json:"services"`
	Features          []providerFeature  `json:"features"`
}

// getProviderSide takes the id of the add-on, and its real id as well.
func getProviderSide(c *call) (any, error) {
	id := c.params["addonId"]
	for _, o := range c.state().ownersOf(c.user) {
		a := find(o.addons, func(a *addon) bool { return a.id == id || a.realID == id })
		if a == nil || a.provider.ID != c.params["providerId"] {
			continue
		}
		if a.provider.ID != "es-addon" {
			return getAddonDetails(c, a)
		}
		host, _ := a.env().get("ES_ADDON_HOST")
		user, _ := a.env().get("ES_ADDON_USER")
		password, _ := a.env().get("ES_ADDON_PASSWORD")
		return elasticView{
			ID: a.realID, AppID: a.id, OwnerID: a.owner.id, Plan: a.plan.Name, Zone: a.zone.Name, Version: a.version,
			Config: elasticConfigView{host, user, password, a.secret(14, "apm user"), a.secret(20, "apm password"), a.secret(32, "apm token"),
				a.secret(14, "kibana user"), a.secret(20, "kibana password")},
			Backups: elasticBackupsView{"https://kibana-" + host + "/app/management/data/snapshot_restore"}, Services: []providerFeature{{"kibana", false}, {"apm", false}},
			Features: []providerFeature{{"encryption", false}},
		}, nil
	}
	return nil, notFound("The add-on %s does not exist", id)
}

type elasticServicesView struct {
	Services map[string]flavorView `json:"services"`
}

func getElasticServices(*call) (any, error) {
	f := catalog().flavor("S").view()
	return elasticServicesView{map[string]flavorView{"apm": f, "kibana": f}}, nil
}

type ssoView struct {
	URL      string `json:"url"`
	Macaroon string `json:"macaroon"`
}

func getAddonSSO(c *call, a *addon) (any, error) {
	return ssoView{"https://" + a.host("clever-cloud.com") + "/sso", letters(80, "macaroon", a.id, c.user.id)}, nil
}

// addonInstances is the one machine behind a dedicated add-on.
func (a *addon) instances() []instanceView {
	if a.plan.Shared {
		return []instanceView{}
	}
	id := uuid("add-on instance", a.id)
	f := catalog().flavor("S")
	return []instanceView{{
		ID: id, AppID: a.realID, IP: "10." + digits(2, id) + "." + digits(4, id) + "." + digits(6, id), State: "UP",
		Flavor: instanceFlavorView{f.Name, f.Mem, f.CPUs, f.Price}, DeployNumber: 1, DisplayName: displayName(id), CreationDate: millis(a.created),
	}}
}

func listAddonInstances(_ *call, a *addon) (any, error) { return a.instances(), nil }

func getAddonInstance(c *call, a *addon) (any, error) {
	for _, i := range a.instances() {
		if i.ID == c.params["instanceId"] {
			return i, nil
		}
	}
	return nil, notFound("The instance %s does not exist for %s", c.params["instanceId"], a.id)
}

type materiaView struct {
	ID        string `json:"id"`
	ClusterID string `json:"clusterId"`
	OwnerID   string `json:"ownerId"`
	Kind      string `json:"kind"`
	Plan      string `json:"plan"`
	Host      string `json:"host"`
	Port      int    `json:"port"`
	Token     string `json:"token"`
	TokenID   string `json:"tokenId"`
	Status    string `json:"status"`
}

func getMateria(c *call) (any, error) {
	return ofRealAddon("id", []string{"kv"}, func(_ *call, a *addon) (any, error) {
		env := a.env()
		host, _ := env.get("KV_HOST")
		port, _ := env.get("KV_PORT")
		number, err := strconv.Atoi(port)
		if err != nil {
			return nil, err
		}
		token, _ := env.get("KV_TOKEN")
		return materiaView{a.realID, uuid("materia cluster", a.zone.Name), a.owner.id, "KV", "ALPHA", host, number, token, uuid("materia token", a.id), "PROVISIONED"}, nil
	})(c)
}
