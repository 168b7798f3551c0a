package emulator

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

func functionRoutes() routes {
	const base = " /v4/functions/organisations/{ownerId}/functions"
	const one = base + "/{functionId}"
	const deployment = one + "/deployments/{deploymentId}"
	return routes{
		"GET" + base:                       ofOwner(listFunctions),
		"POST" + base:                      ofOwner(createFunction),
		"GET" + one:                        ofFunction(getFunction),
		"PUT" + one:                        ofFunction(updateFunction),
		"DELETE" + one:                     ofFunction(deleteFunction),
		"GET" + one + "/deployments":       ofFunction(listFunctionDeployments),
		"POST" + one + "/deployments":      ofFunction(createFunctionDeployment),
		"GET" + deployment:                 ofFunctionDeployment(getFunctionDeployment),
		"PUT" + deployment:                 ofFunctionDeployment(updateFunctionDeployment),
		"DELETE" + deployment:              ofFunctionDeployment(deleteFunctionDeployment),
		"POST" + deployment:                ofFunctionDeployment(triggerFunctionDeployment),
		"POST" + deployment + "/trigger":   ofFunctionDeployment(triggerFunctionDeployment),
		"GET" + one + "/trigger-pulsar":    ofFunction(getPulsarTrigger),
		"POST" + one + "/trigger-pulsar":   ofFunction(setPulsarTrigger),
		"DELETE" + one + "/trigger-pulsar": ofFunction(removePulsarTrigger),
	}
}

// How long the steps of a deployment of a function take.
const (
	packagingTime = 6 * time.Second
	launchTime    = 6 * time.Second
)

// function is code that runs when it is called.
type function struct {
	id, name, description, tag string
	owner                      *owner
	environment                map[string]string
	maxInstances               int
	maxMemory                  float64
	created, updated           time.Time
	deployments                []*functionDeployment
	trigger                    *pulsarTrigger
}

type functionDeployment struct {
	id, name, description, tag, platform string
	function                             *function
	created, updated                     time.Time
	uploaded                             bool
	triggered                            time.Time // zero: it waits
}

type functionView struct {
	ID           string            `json:"id"`
	OwnerID      string            `json:"ownerId"`
	Name         string            `json:"name"`
	Description  *string           `json:"description"`
	Tag          *string           `json:"tag"`
	Environment  map[string]string `json:"environment"`
	MaxInstances int               `json:"maxInstances"`
	MaxMemory    float64           `json:"maxMemory"`
	CreatedAt    string            `json:"createdAt"`
	UpdatedAt    string            `json:"updatedAt"`
}

func (f *function) view() functionView {
	return functionView{f.id, f.owner.id, f.name, orNull(f.description), orNull(f.tag), f.environment, f.maxInstances, f.maxMemory, iso(f.created), iso(f.updated)}
}

//go:noinline
func ofFunction(h func(c *call, f *function) (any, error)) handler {
	return ofOwner(func(c *call, o *owner) (any, error) {
		f := find(o.functions, func(f *function) bool { return f.id == c.params["functionId"] })
		if f == nil {
			return nil, missingResource(c.params["functionId"])
		}
		return h(c, f)
	})
}

func listFunctions(_ *call, o *owner) (any, error) { return each(o.functions, (*function).view), nil }

func (c *call) functionBody(f *function) error {
	b := struct {
		Name, Description, Tag *string
		Environment            map[string]string
		MaxInstances           int
		MaxMemory              float64
	}{MaxInstances: f.maxInstances, MaxMemory: f.maxMemory}
	if err := c.decode(&b); err != nil {
		return err
	}
	if b.MaxInstances < 1 || b.MaxInstances > maxInstances || !(b.MaxMemory > 0) {
		return invalid("maxInstances should be 1 to %d, and maxMemory more than 0", maxInstances)
	}
	set(&f.name, b.Name)
	set(&f.description, b.Description)
	set(&f.tag, b.Tag)
	if b.Environment != nil {
		f.environment = b.Environment
	}
	f.maxInstances, f.maxMemory, f.updated = b.MaxInstances, b.MaxMemory, c.now
	return nil
}

func createFunction(c *call, o *owner) (any, error) {
	f := &function{id: "function_" + uuid("function", o.id, c.state().unique()), owner: o, environment: map[string]string{}, maxInstances: 1, maxMemory: 64 << 20, created: c.now}
	if err := c.functionBody(f); err != nil {
		return nil, err
	}
	o.functions = append(o.functions, f)
	return accepted{http.StatusCreated, f.view()}, nil
}

func getFunction(_ *call, f *function) (any, error) { return f.view(), nil }

func updateFunction(c *call, f *function) (any, error) {
	if err := c.functionBody(f); err != nil {
		return nil, err
	}
	return f.view(), nil
}

func deleteFunction(_ *call, f *function) (any, error) {
	f.owner.functions = without(f.owner.functions, f)
	return nil, nil
}

type functionDeploymentView struct {
	ID          string  `json:"id"`
	FunctionID  string  `json:"functionId"`
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Tag         string  `json:"tag"`
	Platform    string  `json:"platform"`
	Status      string  `json:"status"`
	ErrorReason *string `json:"errorReason"`
	URL         string  `json:"url"`
	UploadURL   string  `json:"uploadUrl,omitempty"`
	CreatedAt   string  `json:"createdAt"`
	UpdatedAt   string  `json:"updatedAt"`
}

func (d *functionDeployment) status(now time.Time) string {
	passed := now.Sub(d.triggered)
	switch {
	case d.triggered.IsZero():
		return "WAITING_FOR_UPLOAD"
	case !d.uploaded:
		return "ERROR"
	case passed < packagingTime:
		return "PACKAGING"
	case passed < packagingTime+launchTime:
		return "DEPLOYING"
	}
	return "READY"
}

const functionPath = "/functions/"

func (d *functionDeployment) signature() string { return letters(43, "function upload", d.id) }

func (d *functionDeployment) view(c *call) functionDeploymentView {
	v := functionDeploymentView{
		ID: d.id, FunctionID: d.function.id, Name: d.name, Description: d.description, Tag: d.tag, Platform: d.platform, Status: d.status(c.now),
		URL: "https://functions-technical-preview.services.clever-cloud.com/" + d.function.id, CreatedAt: iso(d.created), UpdatedAt: iso(d.updated),
	}
	switch v.Status {
	case "WAITING_FOR_UPLOAD":
		v.UploadURL = c.base + functionPath + d.id + "?signature=" + d.signature()
	case "ERROR":
		v.ErrorReason = orNull("Nothing was uploaded")
	}
	return v
}

func ofFunctionDeployment(h func(c *call, d *functionDeployment) (any, error)) handler {
	return ofFunction(func(c *call, f *function) (any, error) {
		d := find(f.deployments, func(d *functionDeployment) bool { return d.id == c.params["deploymentId"] })
		if d == nil {
			return nil, missingResource(c.params["deploymentId"])
		}
		return h(c, d)
	})
}

func listFunctionDeployments(c *call, f *function) (any, error) {
	return each(f.deployments, func(d *functionDeployment) functionDeploymentView { return d.view(c) }), nil
}

type functionDeploymentBody struct{ Name, Description, Tag, Platform string }

func createFunctionDeployment(c *call, f *function) (any, error) {
	var b functionDeploymentBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	platforms := []string{"ASSEMBLY_SCRIPT", "JAVA_SCRIPT", "RUST", "TINY_GO"}
	if !slices.Contains(platforms, b.Platform) {
		return nil, invalid("platform is %s, not %q", strings.Join(platforms, ", "), b.Platform)
	}
	d := &functionDeployment{id: "deployment_" + uuid("function deployment", f.id, c.state().unique()), function: f, name: b.Name, description: b.Description, tag: b.Tag,
		platform: b.Platform, created: c.now, updated: c.now}
	f.deployments = append(f.deployments, d)
	return accepted{http.StatusCreated, d.view(c)}, nil
}

func getFunctionDeployment(c *call, d *functionDeployment) (any, error) { return d.view(c), nil }

func updateFunctionDeployment(c *call, d *functionDeployment) (any, error) {
	var b functionDeploymentBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	d.name, d.description, d.tag, d.updated = b.Name, b.Description, b.Tag, c.now
	return d.view(c), nil
}

func deleteFunctionDeployment(_ *call, d *functionDeployment) (any, error) {
	d.function.deployments = without(d.function.deployments, d)
	return nil, nil
}

// triggerFunctionDeployment begins what was uploaded.
func triggerFunctionDeployment(c *call, d *functionDeployment) (any, error) {
	if !d.triggered.IsZero() {
		return nil, fail(http.StatusConflict, http.StatusConflict, "The deployment %s has begun already", d.id)
	}
	d.triggered, d.updated = c.now, c.now
	return nil, nil
}

// serveFunctionUpload takes the code from who has the address for it. The code
// is not kept: nothing runs it.
func (e *Emulator) serveFunctionUpload(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxBody+1))
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, o := range e.state.owners {
		for _, f := range o.functions {
			for _, d := range f.deployments {
				if d.id == r.PathValue("deployment") && err == nil && n <= maxBody && equal(r.URL.Query().Get("signature"), d.signature()) {
					d.uploaded = true
					w.WriteHeader(http.StatusOK)
					return
				}
			}
		}
	}
	e.refuse(w, r, w.Header().Get("Sozu-Id"), notFound("There is no such upload, or its signature is wrong"))
}

type pulsarTrigger struct {
	External bool    `json:"external"`
	Token    *string `json:"pulsar_token,omitempty"`
	Topic    string  `json:"pulsar_topic_fqdn"`
	IsRegex  bool    `json:"pulsar_topic_fqdn_is_regex"`
	URL      string  `json:"pulsar_url"`
}

func getPulsarTrigger(_ *call, f *function) (any, error) {
	if f.trigger == nil {
		return nil, notFound("The function %s has no Pulsar trigger", f.id)
	}
	return f.trigger, nil
}

func setPulsarTrigger(c *call, f *function) (any, error) {
	var t pulsarTrigger
	if err := c.decode(&t); err != nil {
		return nil, err
	}
	if t.Topic == "" || t.URL == "" {
		return nil, invalid("pulsar_topic_fqdn and pulsar_url are needed")
	}
	t.External = !strings.Contains(t.URL, ".clever-cloud.com")
	f.trigger = &t
	return f.trigger, nil
}

func removePulsarTrigger(c *call, f *function) (any, error) {
	if _, err := getPulsarTrigger(c, f); err != nil {
		return nil, err
	}
	f.trigger = nil
	return nil, nil
}
