package emulator

import "slices"

func instanceRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/instances":                                   listOwnerInstances,
		"GET /v2/organisations/{id}/applications/{appId}/instances":              listInstances,
		"GET /v2/organisations/{id}/applications/{appId}/instances/{instanceId}": getInstance,

		"GET /v4/orchestration/organisations/{ownerId}/applications/{applicationId}/instances":              listInstancesV4,
		"GET /v4/orchestration/organisations/{ownerId}/applications/{applicationId}/instances/{instanceId}": getInstanceV4,
	}
}

type instanceFlavorView struct {
	Name  string  `json:"name"`
	Mem   int     `json:"mem"`
	CPUs  int     `json:"cpus"`
	Price float64 `json:"price"`
}

type instanceView struct {
	ID             string             `json:"id"`
	AppID          string             `json:"appId"`
	IP             string             `json:"ip"`
	AppPort        int                `json:"appPort"`
	State          string             `json:"state"`
	Flavor         instanceFlavorView `json:"flavor"`
	Commit         *string            `json:"commit"`
	DeployNumber   int                `json:"deployNumber"`
	DeployID       string             `json:"deployId"`
	InstanceNumber int                `json:"instanceNumber"`
	DisplayName    string             `json:"displayName"`
	CreationDate   int64              `json:"creationDate"`
}

func (i *instance) view() instanceView {
	d := i.deployment
	return instanceView{
		ID: i.id, AppID: d.app.id, IP: i.ip, AppPort: 8080, State: i.state,
		Flavor: instanceFlavorView{i.flavor.Name, i.flavor.Mem, i.flavor.CPUs, i.flavor.Price},
		Commit: orNull(d.commit), DeployNumber: d.number, DeployID: d.uuid, InstanceNumber: i.index,
		DisplayName: i.name, CreationDate: millis(i.created),
	}
}

// instancesV2 leaves build machines out, which v2 does not know.
func (c *call) instancesV2(a *application) []instanceView {
	list := slices.DeleteFunc(a.instances(c.now), func(i *instance) bool { return i.build })
	return each(list, (*instance).view)
}

func listInstances(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return c.instancesV2(a), nil
}

func listOwnerInstances(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	o.settle(c.now)
	out := map[string][]instanceView{}
	for _, a := range o.apps {
		if list := c.instancesV2(a); len(list) > 0 {
			out[a.id] = list
		}
	}
	return out, nil
}

func getInstance(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	for _, i := range c.instancesV2(a) {
		if i.ID == c.params["instanceId"] {
			return i, nil
		}
	}
	return nil, notFound("The instance %s does not exist for %s", c.params["instanceId"], a.id)
}

type networkV4 struct {
	IP   string `json:"ip"`
	Port int    `json:"port"`
}

type instanceV4 struct {
	ID            string    `json:"id"`
	OwnerID       string    `json:"ownerId"`
	ApplicationID string    `json:"applicationId"`
	DeploymentID  string    `json:"deploymentId"`
	Name          string    `json:"name"`
	Flavor        string    `json:"flavor"`
	Index         int       `json:"index"`
	State         string    `json:"state"`
	HypervisorID  string    `json:"hypervisorId"`
	CreationDate  string    `json:"creationDate"`
	DeletionDate  *string   `json:"deletionDate"`
	Network       networkV4 `json:"network"`
	IsBuildVM     bool      `json:"isBuildVm"`
}

func (i *instance) v4() instanceV4 {
	a := i.deployment.app
	return instanceV4{
		ID: i.id, OwnerID: a.owner.id, ApplicationID: a.id, DeploymentID: i.deployment.uuid, Name: i.name,
		Flavor: i.flavor.Name, Index: i.index, State: i.state, HypervisorID: "hv-" + a.zone.Name + "-" + digits(8, i.id),
		CreationDate: iso(i.created), DeletionDate: isoOrNull(i.deleted), Network: networkV4{i.ip, 8080}, IsBuildVM: i.build,
	}
}

func listInstancesV4(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	q := c.r.URL.Query()
	limit, err := c.queryNumber("limit", 1000)
	if err != nil {
		return nil, err
	}
	out := []instanceV4{}
	for _, i := range a.instances(c.now) {
		switch {
		case len(q["includeState"]) > 0 && !slices.Contains(q["includeState"], i.state):
		case slices.Contains(q["excludeState"], i.state):
		case q.Has("deploymentId") && !slices.Contains(q["deploymentId"], i.deployment.uuid):
		case len(out) < limit:
			out = append(out, i.v4())
		}
	}
	if q.Get("order") == "DESC" {
		slices.Reverse(out)
	}
	return out, nil
}

func getInstanceV4(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	id := c.params["instanceId"]
	if i := find(a.instances(c.now), func(i *instance) bool { return i.id == id }); i != nil {
		return i.v4(), nil
	}
	return nil, notFound("The instance %s does not exist for %s", id, a.id)
}
