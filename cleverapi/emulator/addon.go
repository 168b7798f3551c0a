package emulator

import (
	"cmp"
	"strings"
	"time"
)

// addon is a managed service.
type addon struct {
	id, realID, name string
	owner            *owner
	provider         *provider
	plan             *plan
	zone             *zone
	version          string // "" when the provider has no versions, or while an operator has that of its making
	created          time.Time
	tags             []string
	config           environment // of a configuration provider
	migrations       []*migration
	buckets          []*bucket
	renewed          int // times that its credentials were renewed
	topics           []topic
	policies         pulsarPolicies
	databaseUsers    []*databaseUser
	readOnly         bool // its database
	drains           []*drain
	network          *networkGroup // of an operator; nil: none
	entry            *application  // of an operator: what runs it
	keyValue         KeyValue      // where its Redis protocol is served
	keys             keyspace      // nil: nothing yet
}

func newAddon(o *owner, v *provider, p *plan, z *zone, name, version, id string, created time.Time) *addon {
	if version == "" && len(v.Versions) > 0 {
		version = v.Versions[0]
	}
	real := v.RealID + "_" + uuid("real id", id)
	if v.ID == "kv" {
		real = "kv_" + ulid("real id", id)
	}
	return &addon{id: "addon_" + id, realID: real, name: name, owner: o, provider: v, plan: p, zone: z, version: version, created: created}
}

// secret is a credential of the add-on, always the same for the same name.
func (a *addon) secret(n int, name string) string { return letters(n, "add-on", a.id, name) }

// host is where the service listens.
func (a *addon) host(domain string) string {
	_, id, _ := strings.Cut(a.realID, "_")
	return cmp.Or(strings.ToLower(id), "none") + "-" + a.provider.RealID + ".services." + domain
}

// env are the variables that the add-on gives to linked applications.
func (a *addon) env() environment {
	var e environment
	host := a.host("clever-cloud.com")
	switch a.provider.ID {
	case "postgresql-addon":
		a.database(&e, "POSTGRESQL_ADDON", "postgresql", host, "50013")
		if v, _ := e.get("POSTGRESQL_ADDON_VERSION"); v == "" {
			e.set("POSTGRESQL_ADDON_VERSION", a.version)
		}
	case "mysql-addon":
		a.database(&e, "MYSQL_ADDON", "mysql", host, "3306")
		e.set("MYSQL_ADDON_VERSION", a.version)
	case "mongodb-addon":
		a.database(&e, "MONGODB_ADDON", "mongodb", host, "2495")
	case "redis-addon":
		at := a.keyValue.or(KeyValue{Host: host, Port: "3079"})
		password := a.secret(20, "password")
		e.set("REDIS_HOST", at.Host)
		e.set("REDIS_PORT", at.Port)
		e.set("REDIS_PASSWORD", password)
		e.set("REDIS_URL", at.url(password))
	case "kv":
		a.materia(&e)
	case "cellar-addon":
		e.set("CELLAR_ADDON_HOST", "cellar-c2.services.clever-cloud.com")
		e.set("CELLAR_ADDON_KEY_ID", strings.ToUpper(a.secret(20, "key id")))
		e.set("CELLAR_ADDON_KEY_SECRET", a.renewable(40, "key secret"))
	case "fs-bucket":
		e.set("BUCKET_HOST", host)
		e.set("BUCKET_FTP_USERNAME", "u"+a.secret(18, "user"))
		e.set("BUCKET_FTP_PASSWORD", a.secret(18, "password"))
	case "es-addon":
		user, password := "u"+a.secret(14, "user"), a.secret(20, "password")
		e.set("ES_ADDON_HOST", host)
		e.set("ES_ADDON_USER", user)
		e.set("ES_ADDON_PASSWORD", password)
		e.set("ES_ADDON_URI", "https://"+user+":"+password+"@"+host)
		e.set("ES_ADDON_VERSION", a.version)
	case "config-provider":
		return a.config
	case "keycloak", "otoroshi", "metabase", "addon-matomo":
		name := strings.ToUpper(a.provider.RealID)
		e.set("CC_"+name+"_ADMIN", "admin")
		e.set("CC_"+name+"_ADMIN_DEFAULT_PASSWORD", a.secret(24, "password"))
		e.set("CC_"+name+"_URL", "https://"+a.host("clever-cloud.com"))
	case "addon-pulsar":
		e.set("ADDON_PULSAR_BINARY_URL", "pulsar+ssl://materiamq.eu-fr-1.services.clever-cloud.com:6651")
		e.set("ADDON_PULSAR_NAMESPACE", a.realID)
		e.set("ADDON_PULSAR_TENANT", a.owner.id)
		e.set("ADDON_PULSAR_TOKEN", a.renewable(96, "token"))
	case "jenkins":
		e.set("JENKINS_URL", "https://"+host)
		e.set("JENKINS_USER", "admin")
		e.set("JENKINS_PASSWORD", a.secret(20, "password"))
	case "mailpace":
		e.set("MAILPACE_API_TOKEN", a.secret(36, "token"))
	}
	return e
}

func (a *addon) database(e *environment, prefix, scheme, host, port string) {
	user, password, name := "u"+a.secret(18, "user"), a.secret(20, "password"), "b"+a.secret(18, "database")
	if a.databaseUsers != nil {
		password = a.databaseUsers[0].password(a) // it may have been rotated
	}
	e.set(prefix+"_HOST", host)
	e.set(prefix+"_PORT", port)
	e.set(prefix+"_DB", name)
	e.set(prefix+"_USER", user)
	e.set(prefix+"_PASSWORD", password)
	e.set(prefix+"_URI", scheme+"://"+user+":"+password+"@"+host+":"+port+"/"+name)
}

func (a *addon) materia(e *environment) {
	at := a.keyValue.or(KeyValue{"materiakv.eu-fr-1.services.clever-cloud.com", "6379", true})
	token := a.secret(64, "token")
	for _, prefix := range []string{"KV", "REDIS"} {
		e.set(prefix+"_HOST", at.Host)
		e.set(prefix+"_PORT", at.Port)
	}
	e.set("KV_TOKEN", token)
	e.set("REDIS_PASSWORD", token)
	e.set("REDIS_CLI_URL", at.url(token))
	e.set("REDIS_URL", at.url(token))
}
