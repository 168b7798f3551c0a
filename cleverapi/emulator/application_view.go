package emulator

import (
	"strings"
	"time"
)

// The objects of v2, in the API's own order and spelling.

type flavorView struct {
	Name            string     `json:"name"`
	Mem             int        `json:"mem"`
	CPUs            int        `json:"cpus"`
	GPUs            int        `json:"gpus"`
	Disk            *int       `json:"disk"`
	Price           float64    `json:"price"`
	Available       bool       `json:"available"`
	Microservice    bool       `json:"microservice"`
	MachineLearning bool       `json:"machine_learning"`
	Nice            int        `json:"nice"`
	PriceID         string     `json:"price_id"`
	Memory          memoryView `json:"memory"`
	CPUFactor       float64    `json:"cpuFactor"`
	MemFactor       float64    `json:"memFactor"`
}

type memoryView struct {
	Unit      string `json:"unit"`
	Value     int    `json:"value"`
	Formatted string `json:"formatted"`
}

type variantView struct {
	ID         string `json:"id"`
	Slug       string `json:"slug"`
	Name       string `json:"name"`
	DeployType string `json:"deployType"`
	Logo       string `json:"logo"`
}

type instanceConfigView struct {
	Type               string            `json:"type"`
	Version            string            `json:"version"`
	Variant            variantView       `json:"variant"`
	MinInstances       int               `json:"minInstances"`
	MaxInstances       int               `json:"maxInstances"`
	MaxAllowed         int               `json:"maxAllowedInstances"`
	MinFlavor          flavorView        `json:"minFlavor"`
	MaxFlavor          flavorView        `json:"maxFlavor"`
	Flavors            []flavorView      `json:"flavors"`
	DefaultEnv         map[string]string `json:"defaultEnv"`
	Lifetime           string            `json:"lifetime"`
	InstanceAndVersion string            `json:"instanceAndVersion"`
}

type deploymentConfigView struct {
	Shutdownable bool   `json:"shutdownable"`
	Type         string `json:"type"`
	RepoState    string `json:"repoState"`
	URL          string `json:"url"`
	HTTPURL      string `json:"httpUrl"`
}

type vhostView struct {
	FQDN string `json:"fqdn"`
}

type applicationView struct {
	ID             string               `json:"id"`
	Name           string               `json:"name"`
	Description    string               `json:"description"`
	Zone           string               `json:"zone"`
	ZoneID         string               `json:"zoneId"`
	Instance       instanceConfigView   `json:"instance"`
	Deployment     deploymentConfigView `json:"deployment"`
	Vhosts         []vhostView          `json:"vhosts"`
	CreationDate   int64                `json:"creationDate"`
	LastDeploy     int                  `json:"last_deploy"`
	Archived       bool                 `json:"archived"`
	StickySessions bool                 `json:"stickySessions"`
	Homogeneous    bool                 `json:"homogeneous"`
	Favourite      bool                 `json:"favourite"`
	CancelOnPush   bool                 `json:"cancelOnPush"`
	WebhookURL     *string              `json:"webhookUrl"`
	WebhookSecret  *string              `json:"webhookSecret"`
	SeparateBuild  bool                 `json:"separateBuild"`
	BuildFlavor    flavorView           `json:"buildFlavor"`
	OwnerID        string               `json:"ownerId"`
	State          string               `json:"state"`
	CommitID       *string              `json:"commitId"`
	Appliance      *string              `json:"appliance"`
	Branch         string               `json:"branch"`
	ForceHTTPS     string               `json:"forceHttps"`
	Env            []variable           `json:"env"`
	DeployURL      string               `json:"deployUrl"`
}

func (a *application) view(now time.Time, base string) applicationView {
	lifetime := "REGULAR"
	if a.task {
		lifetime = "TASK"
	}
	force := "DISABLED"
	if a.forceHTTPS {
		force = "ENABLED"
	}
	git := base + "/" + a.id + ".git"
	_, host, _ := strings.Cut(base, "://")
	return applicationView{
		ID: a.id, Name: a.name, Description: a.description, Zone: a.zone.Name, ZoneID: a.zone.id(),
		Instance: instanceConfigView{
			Type: a.runtime.Type, Version: a.runtime.Version, Variant: a.runtime.variant(),
			MinInstances: a.minInstances, MaxInstances: a.maxInstances, MaxAllowed: 40,
			MinFlavor: a.minFlavor.view(), MaxFlavor: a.maxFlavor.view(), Flavors: each(a.runtime.flavors(), (*flavor).view),
			DefaultEnv: map[string]string{}, Lifetime: lifetime, InstanceAndVersion: a.runtime.Type + "-" + a.runtime.Version,
		},
		Deployment: deploymentConfigView{Shutdownable: a.shutdownable, Type: "GIT", RepoState: "CREATED",
			URL: "git+ssh://git@" + host + "/" + a.id + ".git", HTTPURL: git},
		Vhosts:       each(a.vhosts, func(v string) vhostView { return vhostView{v} }),
		CreationDate: millis(a.created), LastDeploy: len(a.deployments), Archived: a.archived,
		StickySessions: a.sticky, Homogeneous: a.homogeneous, Favourite: a.favorite, CancelOnPush: a.cancelOnPush,
		SeparateBuild: a.separateBuild, BuildFlavor: a.buildFlavor.view(), OwnerID: a.owner.id,
		State: a.state(now), CommitID: orNull(a.commit(now)), Branch: a.branch, ForceHTTPS: force,
		Env: each(a.env, func(v variable) variable { return v }), DeployURL: git,
	}
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (r *runtime) variant() variantView {
	return variantView{ID: r.variantID(), Slug: r.Slug, Name: r.Name, DeployType: r.Slug, Logo: "https://assets.clever-cloud.com/logos/" + r.Slug + ".svg"}
}

func (f *flavor) view() flavorView {
	return flavorView{
		Name: f.Name, Mem: f.Mem, CPUs: f.CPUs, Price: f.Price, Available: true,
		Microservice: f.Name == "pico" || f.Name == "nano", PriceID: "apps." + f.Name,
		Memory:    memoryView{Unit: "B", Value: f.Mem << 20, Formatted: grouped(f.Mem) + " MiB"},
		CPUFactor: 1, MemFactor: 1,
	}
}
