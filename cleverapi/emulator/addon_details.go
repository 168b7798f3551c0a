package emulator

import "strconv"

func addonDetailRoutes() routes {
	return routes{
		"GET /v4/addon-providers/{providerId}/addons/{addonId}": getAddonDetails,
		"GET /v2/providers/{providerId}/{addonId}":              getElasticsearch,
	}
}

// databaseView is what the providers of databases say of one add-on. They write
// in snake case and mark dates with the zone.
type databaseView struct {
	ID            string            `json:"id"`
	AppID         string            `json:"app_id"`
	OwnerID       string            `json:"owner_id"`
	Plan          string            `json:"plan"`
	Zone          string            `json:"zone"`
	Status        string            `json:"status"`
	CreationDate  string            `json:"creation_date"`
	DeletionDate  *string           `json:"deletion_date"`
	Host          string            `json:"host"`
	Port          int               `json:"port"`
	User          string            `json:"user,omitempty"`
	Password      string            `json:"password"`
	Database      string            `json:"database,omitempty"`
	Version       string            `json:"version"`
	Cluster       string            `json:"cluster,omitempty"` // of shared plans
	Features      []providerFeature `json:"features"`
	ReadOnlyUsers []string          `json:"read_only_users"`
}

// detailed tells the providers that have such a view, and the prefix of their
// variables.
func (v *provider) detailed() (prefix string, ok bool) {
	switch v.ID {
	case "postgresql-addon":
		return "POSTGRESQL_ADDON_", true
	case "mysql-addon":
		return "MYSQL_ADDON_", true
	case "mongodb-addon":
		return "MONGODB_ADDON_", true
	case "redis-addon":
		return "REDIS_", true
	case "jenkins":
		return "JENKINS_", true
	}
	return "", false
}

// anyAddon returns an add-on of the caller that fits, whoever owns it: these
// paths name no owner.
func (c *call) anyAddon(fits func(*addon) bool) *addon {
	for _, o := range c.state().ownersOf(c.user) {
		if a := find(o.addons, fits); a != nil {
			return a
		}
	}
	return nil
}

func getAddonDetails(c *call) (any, error) {
	provider, id := c.params["providerId"], c.params["addonId"]
	a := c.anyAddon(func(a *addon) bool { return a.provider.ID == provider && a.realID == id })
	if a == nil {
		return nil, notFound("The add-on %s of %s does not exist", id, provider)
	}
	prefix, ok := a.provider.detailed()
	if !ok {
		return nil, notFound("The provider %s has no details of its add-ons", provider)
	}
	env := a.env()
	value := func(name string) string {
		v, _ := env.get(prefix + name)
		return v
	}
	port, _ := strconv.Atoi(value("PORT")) // 0 for a provider without one
	view := databaseView{
		ID: a.realID, AppID: a.id, OwnerID: a.owner.id, Plan: a.plan.Name, Zone: a.zone.Name, Status: "ACTIVE",
		CreationDate: iso(a.created) + "[UTC]", Host: a.host("clever-cloud.com"), Port: port,
		User: value("USER"), Password: value("PASSWORD"), Database: value("DB"), Version: a.version,
		Features: []providerFeature{{"encryption", false}}, ReadOnlyUsers: []string{},
	}
	if a.plan.Shared {
		view.Cluster = uuid("cluster", a.provider.ID, a.zone.Name)
	}
	return view, nil
}

type elasticsearchView struct {
	ID      string `json:"id"`
	AppID   string `json:"app_id"`
	OwnerID string `json:"owner_id"`
	Plan    string `json:"plan"`
	Zone    string `json:"zone"`
	Version string `json:"version"`
	Config  struct {
		Host           string  `json:"host"`
		User           string  `json:"user"`
		Password       string  `json:"password"`
		KibanaUser     *string `json:"kibana_user"`
		KibanaPassword *string `json:"kibana_password"`
		APMUser        *string `json:"apm_user"`
		APMPassword    *string `json:"apm_password"`
		APMAuthToken   *string `json:"apm_auth_token"`
	} `json:"config"`
	Backups struct {
		KibanaSnapshotsURL *string `json:"kibana_snapshots_url"`
	} `json:"backups"`
	KibanaApplication *string           `json:"kibana_application"`
	APMApplication    *string           `json:"apm_application"`
	Services          []providerFeature `json:"services"`
	Features          []providerFeature `json:"features"`
}

// getElasticsearch answers for Elasticsearch alone, which wants the add-on's id
// where other providers want the real one.
func getElasticsearch(c *call) (any, error) {
	id := c.params["addonId"]
	a := c.anyAddon(func(a *addon) bool { return a.id == id })
	if a == nil || a.provider.ID != c.params["providerId"] || a.provider.ID != "es-addon" {
		return nil, notFound("The add-on %s of %s does not exist", id, c.params["providerId"])
	}
	v := elasticsearchView{
		ID: a.realID, AppID: a.id, OwnerID: a.owner.id, Plan: a.plan.Name, Zone: a.zone.Name, Version: a.version,
		Services: []providerFeature{{"kibana", false}, {"apm", false}}, Features: []providerFeature{{"encryption", false}},
	}
	env := a.env()
	v.Config.Host, _ = env.get("ES_ADDON_HOST")
	v.Config.User, _ = env.get("ES_ADDON_USER")
	v.Config.Password, _ = env.get("ES_ADDON_PASSWORD")
	return v, nil
}
