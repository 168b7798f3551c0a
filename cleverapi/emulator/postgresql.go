package emulator

import (
	"slices"
	"strconv"
)

func postgresqlRoutes() routes {
	const base = " /v4/postgresql/organisations/{ownerId}/postgresql/{postgreSQLId}"
	of := func(h func(c *call, a *addon) (any, error)) handler {
		return ofRealAddon("postgreSQLId", []string{"postgresql-addon"}, h)
	}
	ofUser := func(h func(c *call, a *addon, u *databaseUser) (any, error)) handler {
		return of(func(c *call, a *addon) (any, error) {
			u := find(a.users(), func(u *databaseUser) bool { return u.id == c.params["pgUserId"] })
			if u == nil {
				return nil, missingResource(c.params["pgUserId"])
			}
			return h(c, a, u)
		})
	}
	return routes{
		"GET" + base + "/databases":                                          of(listDatabases),
		"GET" + base + "/databases/{databaseId}":                             of(getDatabase),
		"PATCH" + base + "/databases/{databaseId}":                           of(setDatabaseMode),
		"GET" + base + "/users":                                              of(listDatabaseUsers),
		"POST" + base + "/users":                                             of(createDatabaseUser),
		"PATCH" + base + "/users/{pgUserId}":                                 ofUser(updateDatabaseUser),
		"DELETE" + base + "/users/{pgUserId}":                                ofUser(deleteDatabaseUser),
		"POST" + base + "/users/{pgUserId}/rotate-password":                  ofUser(rotateDatabasePassword),
		"GET" + base + "/users/privileges/databases":                         of(listDatabasePrivileges),
		"PATCH" + base + "/users/{pgUserId}/privileges/databases/{objectId}": ofUser(grantDatabase),
	}
}

// databaseUser is a role of PostgreSQL. The first is that of the add-on, which
// cannot be deleted and whose password is that of the environment.
type databaseUser struct {
	id, name          string
	first             bool
	createRole, login bool
	read, write       bool
	rotated           int
}

// users has that of the add-on first.
func (a *addon) users() []*databaseUser {
	if a.databaseUsers == nil {
		a.databaseUsers = []*databaseUser{{id: "pguser_" + uuid("database user", a.id), name: "u" + a.secret(18, "user"), first: true, createRole: true, login: true, read: true, write: true}}
	}
	return a.databaseUsers
}

type databaseView struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	AddonID      string  `json:"addonId"`
	RealAddonID  string  `json:"realAddonId"`
	OwnerID      string  `json:"ownerId"`
	Locale       string  `json:"locale"`
	Mode         string  `json:"mode"`
	CreationDate string  `json:"creationDate"`
	DeletionDate *string `json:"deletionDate"`
}

func (a *addon) databaseView() databaseView {
	name, _ := a.env().get("POSTGRESQL_ADDON_DB")
	v := databaseView{ID: "database_" + uuid("database", a.id), Name: name, AddonID: a.id, RealAddonID: a.realID, OwnerID: a.owner.id, Locale: "en_GB.utf8", Mode: "WRITABLE", CreationDate: iso(a.created)}
	if a.readOnly {
		v.Mode = "READ_ONLY"
	}
	return v
}

func listDatabases(_ *call, a *addon) (any, error) { return []databaseView{a.databaseView()}, nil }

func getDatabase(c *call, a *addon) (any, error) {
	if v := a.databaseView(); v.ID == c.params["databaseId"] {
		return v, nil
	}
	return nil, missingResource(c.params["databaseId"])
}

func setDatabaseMode(c *call, a *addon) (any, error) {
	if _, err := getDatabase(c, a); err != nil {
		return nil, err
	}
	var b struct{ Mode string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Mode != "READ_ONLY" && b.Mode != "WRITABLE" {
		return nil, invalid("mode is READ_ONLY or WRITABLE, not %q", b.Mode)
	}
	a.readOnly = b.Mode == "READ_ONLY"
	return a.databaseView(), nil
}

type rolePrivilegesView struct {
	CreateRole bool `json:"createRole"`
	Login      bool `json:"login"`
}

type databaseUserView struct {
	ID         string             `json:"id"`
	Name       string             `json:"name"`
	Password   string             `json:"password"`
	Privileges rolePrivilegesView `json:"privileges"`
}

func (u *databaseUser) password(a *addon) string {
	if u.first && u.rotated == 0 {
		return a.secret(20, "password")
	}
	return a.secret(20, "password of "+u.id+" "+strconv.Itoa(u.rotated))
}

func (u *databaseUser) view(a *addon) databaseUserView {
	return databaseUserView{u.id, u.name, u.password(a), rolePrivilegesView{u.createRole, u.login}}
}

func listDatabaseUsers(_ *call, a *addon) (any, error) {
	return each(a.users(), func(u *databaseUser) databaseUserView { return u.view(a) }), nil
}

func createDatabaseUser(c *call, a *addon) (any, error) {
	id := uuid("database user", a.id, c.state().unique())
	u := &databaseUser{id: "pguser_" + id, name: "u" + letters(18, "database user", id), login: true}
	a.databaseUsers = append(a.users(), u)
	return u.view(a), nil
}

func updateDatabaseUser(c *call, a *addon, u *databaseUser) (any, error) {
	var b struct{ CreateRole, Login *bool }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	set(&u.createRole, b.CreateRole)
	set(&u.login, b.Login)
	return u.view(a), nil
}

func deleteDatabaseUser(_ *call, a *addon, u *databaseUser) (any, error) {
	if u.first {
		return nil, invalid("The user of the add-on itself cannot be deleted")
	}
	a.databaseUsers = slices.DeleteFunc(a.users(), func(o *databaseUser) bool { return o == u })
	return nil, nil
}

func rotateDatabasePassword(_ *call, a *addon, u *databaseUser) (any, error) {
	u.rotated++
	return u.view(a), nil
}

type privilegesView struct {
	Read  bool `json:"read"`
	Write bool `json:"write"`
}

type databasePrivilegesView struct {
	ID         string         `json:"id"`
	OID        int            `json:"oid"`
	UserID     string         `json:"userId"`
	Privileges privilegesView `json:"privileges"`
}

func (a *addon) databaseOID() int { return 16_384 + number(50_000, "oid", a.id) }

func (u *databaseUser) privileges(a *addon) databasePrivilegesView {
	return databasePrivilegesView{uuid("privileges", u.id), a.databaseOID(), u.id, privilegesView{u.read, u.write}}
}

func listDatabasePrivileges(c *call, a *addon) (any, error) {
	out := []databasePrivilegesView{}
	for _, u := range a.users() {
		if user, oid := c.query("userId"), c.query("databaseOId"); (user == "" || user == u.id) && (oid == "" || oid == strconv.Itoa(a.databaseOID())) {
			out = append(out, u.privileges(a))
		}
	}
	return out, nil
}

func grantDatabase(c *call, a *addon, u *databaseUser) (any, error) {
	id := c.params["objectId"]
	if id != strconv.Itoa(a.databaseOID()) && id != a.databaseView().ID && id != u.privileges(a).ID {
		return nil, missingResource(id)
	}
	var b struct{ Read, Write *bool }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	set(&u.read, b.Read)
	set(&u.write, b.Write)
	return u.privileges(a), nil
}
