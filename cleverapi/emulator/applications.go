package emulator

import (
	"encoding/json"
	"net/http"
	"strings"
)

func applicationRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/applications":            listApplications,
		"POST /v2/organisations/{id}/applications":           createApplication,
		"GET /v2/organisations/{id}/applications/{appId}":    getApplication,
		"PUT /v2/organisations/{id}/applications/{appId}":    updateApplication,
		"DELETE /v2/organisations/{id}/applications/{appId}": deleteApplication,

		"PUT /v2/organisations/{id}/applications/{appId}/branch":      setBranch,
		"PUT /v2/organisations/{id}/applications/{appId}/buildflavor": setBuildFlavor,
	}
}

func (c *call) appViews(apps []*application) []applicationView {
	return each(apps, func(a *application) applicationView {
		a.settle(c.now)
		return a.view(c.now, c.base)
	})
}

func listApplications(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	id := c.query("instanceId")
	if id == "" {
		return c.appViews(o.apps), nil
	}
	for _, a := range o.apps {
		if find(a.instances(c.now), func(i *instance) bool { return i.id == id }) != nil {
			return c.appViews([]*application{a}), nil
		}
	}
	return []applicationView{}, nil
}

func getApplication(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return a.view(c.now, c.base), nil
}

// applicationBody is what may be written. A field that is not sent stays as it
// is, and unknown ones are ignored: `clever scale` sends back all that it read.
type applicationBody struct {
	Name             *string           `json:"name"`
	Description      *string           `json:"description"`
	Zone             *string           `json:"zone"`
	Deploy           *string           `json:"deploy"`
	InstanceType     *string           `json:"instanceType"`
	InstanceVersion  *string           `json:"instanceVersion"`
	InstanceVariant  *string           `json:"instanceVariant"`
	InstanceLifetime *string           `json:"instanceLifetime"`
	MinInstances     *int              `json:"minInstances"`
	MaxInstances     *int              `json:"maxInstances"`
	MinFlavor        json.RawMessage   `json:"minFlavor"`
	MaxFlavor        json.RawMessage   `json:"maxFlavor"`
	BuildFlavor      json.RawMessage   `json:"buildFlavor"`
	SeparateBuild    *bool             `json:"separateBuild"`
	Archived         *bool             `json:"archived"`
	StickySessions   *bool             `json:"stickySessions"`
	Homogeneous      *bool             `json:"homogeneous"`
	Favourite        *bool             `json:"favourite"`
	CancelOnPush     *bool             `json:"cancelOnPush"`
	Shutdownable     *bool             `json:"shutdownable"`
	ForceHTTPS       *string           `json:"forceHttps"`
	Branch           *string           `json:"branch"`
	Env              map[string]string `json:"env"`
	Tags             []string          `json:"tags"`
}

// maxInstances is the most that an application may have.
const maxInstances = 40

func createApplication(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	var b applicationBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	r, err := b.runtime()
	if err != nil {
		return nil, err
	}
	z := catalog().zone("par")
	if b.Zone != nil {
		if z = catalog().zone(*b.Zone); z == nil {
			return nil, appInvalid("zone", "The zone %s does not exist", *b.Zone)
		}
	}
	if b.Name == nil || strings.TrimSpace(*b.Name) == "" {
		return nil, appInvalid("name", "The name of an application cannot be empty")
	}
	a := newApplication(o, r, z, *b.Name, uuid("application", o.id, c.state().unique()), c.now)
	if err := b.apply(a); err != nil {
		return nil, err
	}
	for name, value := range b.Env {
		if err := checkVariable(name); err != nil {
			return nil, err
		}
		a.env.set(name, value)
	}
	o.apps = append(o.apps, a)
	return a.view(c.now, c.base), nil
}

func (b *applicationBody) runtime() (*runtime, error) {
	if b.InstanceVariant != nil {
		if r := find(catalog().Runtimes, func(r *runtime) bool { return r.variantID() == *b.InstanceVariant }); r != nil {
			return r, nil
		}
		return nil, appInvalid("instanceVariant", "The variant %s does not exist", *b.InstanceVariant)
	}
	if b.InstanceType == nil {
		return nil, appInvalid("instanceType", "An application needs an instanceType and an instanceVariant")
	}
	if r := find(catalog().Runtimes, func(r *runtime) bool { return r.Type == *b.InstanceType }); r != nil {
		return r, nil
	}
	return nil, appInvalid("instanceType", "The instance type %s does not exist", *b.InstanceType)
}

func updateApplication(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	var b applicationBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	instances, size := a.minInstances, a.minFlavor
	changed := *a
	if err := b.apply(&changed); err != nil {
		return nil, err
	}
	*a = changed
	if (a.minInstances != instances || a.minFlavor != size) && a.serving(c.now) != nil && !a.last().inProgress(c.now) {
		a.rescale(c.now, a.minInstances < instances || a.minFlavor.Mem < size.Mem, c.user)
	}
	return a.view(c.now, c.base), nil
}

// apply changes a as the body says. On an error a may be half changed.
func (b *applicationBody) apply(a *application) error {
	if b.Name != nil {
		if strings.TrimSpace(*b.Name) == "" {
			return appInvalid("name", "The name of an application cannot be empty")
		}
		a.name = *b.Name
	}
	set(&a.description, b.Description)
	set(&a.archived, b.Archived)
	set(&a.sticky, b.StickySessions)
	set(&a.homogeneous, b.Homogeneous)
	set(&a.favorite, b.Favourite)
	set(&a.cancelOnPush, b.CancelOnPush)
	set(&a.shutdownable, b.Shutdownable)
	set(&a.separateBuild, b.SeparateBuild)
	set(&a.branch, b.Branch)
	set(&a.minInstances, b.MinInstances)
	set(&a.maxInstances, b.MaxInstances)
	if b.Tags != nil {
		a.tags = b.Tags
	}
	switch lifetime := value(b.InstanceLifetime); lifetime {
	case "":
	case "REGULAR", "TASK":
		a.task = lifetime == "TASK"
	default:
		return appInvalid("instanceLifetime", "The lifetime %s is neither REGULAR nor TASK", lifetime)
	}
	switch force := value(b.ForceHTTPS); force {
	case "":
	case "ENABLED", "DISABLED":
		a.forceHTTPS = force == "ENABLED"
	default:
		return appInvalid("forceHttps", "forceHttps is ENABLED or DISABLED, not %s", force)
	}
	if err := b.applyFlavors(a); err != nil {
		return err
	}
	if a.minInstances < 1 || a.maxInstances > maxInstances || a.minInstances > a.maxInstances {
		return appInvalid("minInstances", "There can be 1 to %d instances, and not more at least than at most", maxInstances)
	}
	return nil
}

func (b *applicationBody) applyFlavors(a *application) error {
	for _, f := range []struct {
		name string
		sent json.RawMessage
		into **flavor
	}{{"minFlavor", b.MinFlavor, &a.minFlavor}, {"maxFlavor", b.MaxFlavor, &a.maxFlavor}, {"buildFlavor", b.BuildFlavor, &a.buildFlavor}} {
		name := flavorName(f.sent)
		if name == "" {
			continue
		}
		known := find(a.runtime.flavors(), func(v *flavor) bool { return strings.EqualFold(v.Name, name) })
		if known == nil {
			return appInvalid(f.name, "The flavor %s does not exist for %s", name, a.runtime.Name)
		}
		*f.into = known
	}
	if a.minFlavor.Mem > a.maxFlavor.Mem {
		return appInvalid("minFlavor", "The smallest flavor is larger than the largest")
	}
	return nil
}

// flavorName takes a name, or the flavor object that was read before.
func flavorName(sent json.RawMessage) string {
	var name string
	if json.Unmarshal(sent, &name) == nil {
		return name
	}
	var object struct{ Name string }
	if json.Unmarshal(sent, &object) == nil {
		return object.Name
	}
	return ""
}

func set[T any](into, sent *T) {
	if sent != nil {
		*into = *sent
	}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func appInvalid(field, format string, args ...any) error {
	e := fail(http.StatusBadRequest, idAppInvalid, format, args...)
	e.fields = map[string]string{field: e.message}
	return e
}

func deleteApplication(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	a.owner.apps = without(a.owner.apps, a)
	for _, o := range c.state().owners {
		for _, other := range o.apps {
			other.dependencies = without(other.dependencies, a)
		}
	}
	return success("The application has successfully been deleted"), nil
}

func setBranch(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	var b struct{ Branch string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Branch == "" {
		return nil, appInvalid("branch", "The branch cannot be empty")
	}
	a.branch = b.Branch
	return a.view(c.now, c.base), nil
}

func setBuildFlavor(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	var b struct {
		FlavorName string `json:"flavorName"`
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	f := catalog().flavor(b.FlavorName)
	if f == nil {
		return nil, appInvalid("flavorName", "The flavor %s does not exist", b.FlavorName)
	}
	a.separateBuild, a.buildFlavor = true, f
	return a.view(c.now, c.base), nil
}
