package emulator

import (
	"net/url"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
)

func TestClusterIsDeployedUpgradedAndDeleted(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, _ := c.v4("kubernetes")
	made := c.want(200, "POST", base+"/clusters", map[string]any{"name": "c1", "version": "1.35", "tags": []string{"env:prod"}, "features": map[string]bool{"autoscalingEnabled": true},
		"topologyConfig": map[string]any{"topology": "ALL_IN_ONE", "flavor": "XS", "replicationFactor": 1},
		"nodeGroups":     []any{map[string]any{"name": "default", "flavor": "S", "targetNodeCount": 2}}})
	one := base + "/clusters/" + at(t, made, "id").(string)
	status := func() any { return at(t, c.get(one), "status") }
	if at(t, made, "status") != "TO_DEPLOY" || at(t, made, "nodeGroups", 0, "status") != "PENDING" {
		t.Errorf("a new cluster is %v", made)
	}
	c.want(409, "GET", one+"/kubeconfig.yaml", nil)
	c.e.Clock().Advance(time.Minute)
	if status() != "DEPLOYING" {
		t.Errorf("after a minute it is %v", status())
	}
	c.e.Clock().Advance(clusterDeployTime)
	if v := c.get(one); at(t, v, "status") != "ACTIVE" || at(t, v, "nodeGroups", 0, "status") != "DEPLOYING" || at(t, v, "nodeGroups", 0, "currentNodeCount") != 0.0 {
		t.Errorf("after three minutes it is %v", v)
	}
	c.e.Clock().Advance(nodeDeployTime)
	if v := c.get(one + "/node-groups"); at(t, v, 0, "status") != "READY" || len(c.get(one+"/nodes").([]any)) != 2 {
		t.Errorf("the node groups are %v", v)
	}

	_, file := c.send("GET", one+"/kubeconfig.yaml", nil)
	var config map[string]any
	if err := yaml.Unmarshal(file, &config); err != nil || config["kind"] != "Config" {
		t.Errorf("the kubeconfig is %v %s", err, file)
	}
	u, err := url.Parse(at(t, c.get(one+"/kubeconfig/presigned-url"), "url").(string))
	if err != nil {
		t.Fatal(err)
	}
	if _, same := c.with("").send("GET", u.RequestURI(), nil); string(same) != string(file) {
		t.Errorf("the file behind the address is %s", same)
	}
	c.with("").want(404, "GET", u.Path+"?signature=x", nil)

	if check := c.get(one + "/version/check"); at(t, check, "needUpdate") != true || at(t, check, "latest") != "1.36" {
		t.Errorf("the version is checked as %v", check)
	}
	c.want(400, "POST", one+"/version/update", map[string]string{"targetVersion": "1.34"})
	c.want(200, "POST", one+"/version/update", map[string]string{"targetVersion": "1.36"})
	if status() != "TO_UPGRADE" {
		t.Errorf("right after the upgrade was asked it is %v", status())
	}
	c.want(409, "POST", one+"/csi/ceph", nil)
	c.e.Clock().Advance(time.Hour)
	c.want(200, "POST", one+"/csi/ceph", nil)
	c.e.Clock().Advance(time.Hour)
	if v := c.get(one); at(t, v, "features", "csi") != true || at(t, v, "version") != "1.36" || status() != "ACTIVE" {
		t.Errorf("it is %v", v)
	}
	events := c.get(one + "/deployment-events?limit=5").([]any)
	if len(events) != 5 || at(t, events[0], "operation") != "CSI_INSTALL" || at(t, events[0], "status") != "COMPLETED" {
		t.Errorf("the events are %v", events)
	}

	c.want(200, "PATCH", one, map[string]any{"name": "c1b", "features": map[string]bool{"autoscalingEnabled": false}})
	if v := c.get(one); at(t, v, "name") != "c1b" || at(t, v, "features", "autoscalingEnabled") != false || at(t, v, "tags", 0) != "env:prod" {
		t.Errorf("the cluster is %v", v)
	}
	c.want(200, "DELETE", one, nil)
	c.want(409, "PATCH", one, map[string]any{"name": "c2"})
	c.e.Clock().Advance(2 * time.Second)
	if status() != "DELETING" {
		t.Errorf("two seconds after the deletion it is %v", status())
	}
	c.e.Clock().Advance(time.Minute)
	if n := len(c.get(base + "/clusters?status=DELETED").([]any)); n != 1 || status() != "DELETED" {
		t.Errorf("%d clusters are deleted", n)
	}
}

func TestNodeGroupsAreResized(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, _ := c.v4("kubernetes")
	cluster := base + "/clusters/" + named(t, c.get(base+"/clusters"), "batch")["id"].(string)
	one := cluster + "/node-groups/" + at(t, c.get(cluster+"/node-groups"), 0, "id").(string)
	c.want(200, "PATCH", one, map[string]any{"name": "default", "targetNodeCount": 3})
	c.e.Clock().Advance(5 * time.Second)
	if v := c.get(one); at(t, v, "status") != "RESIZING" || at(t, v, "currentNodeCount") != 2.0 || at(t, v, "targetNodeCount") != 3.0 {
		t.Errorf("the group is %v", v)
	}
	c.e.Clock().Advance(nodeResizeTime)
	if v := c.get(one); at(t, v, "status") != "READY" || len(at(t, v, "nodes").([]any)) != 3 {
		t.Errorf("the group is %v", v)
	}
	c.want(400, "PATCH", one, map[string]any{"autoscalingEnabled": true, "minNodeCount": 5, "maxNodeCount": 4})
	c.want(400, "PATCH", one, map[string]any{"autoscalingEnabled": true, "minNodeCount": 5, "maxNodeCount": 6})
	c.want(409, "POST", cluster+"/node-groups", map[string]any{"name": "default", "flavor": "XS", "targetNodeCount": 1})
	c.want(400, "POST", cluster+"/node-groups", map[string]any{"name": "other", "flavor": "3XL", "targetNodeCount": 1})
	if got := at(t, c.want(403, "PATCH", one, map[string]any{"targetNodeCount": 50}), "code"); got != "clever.core.quota-exceeded" {
		t.Errorf("the quota is refused with %v", got)
	}
	var used float64
	for _, u := range c.get(base + "/usage").([]any) {
		used += at(t, u, "cpuMillicores").(float64)
	}
	if used != 3*2000 {
		t.Errorf("%v millicores are used, want 6000", used)
	}
	c.want(200, "DELETE", one, nil)
	if got := at(t, c.get(one), "status"); got != "TERMINATING" {
		t.Errorf("a deleted group is %v", got)
	}
	c.e.Clock().Advance(time.Minute)
	c.want(404, "GET", one, nil)
}

func TestTopologies(t *testing.T) {
	t.Parallel()
	component := map[string]any{"flavor": "2XS", "replicationFactor": 3}
	for _, tt := range []struct {
		name   string
		config map[string]any
		status int
	}{
		{"default name of the key", map[string]any{"topologyDiscriminator": "ALL_IN_ONE", "flavor": "XS", "replicationFactor": 1}, 200},
		{"distributed", map[string]any{"topology": "DISTRIBUTED", "components": map[string]any{"apiserver": component}}, 200},
		{"distributed without components", map[string]any{"topology": "DISTRIBUTED"}, 400},
		{"unknown", map[string]any{"topology": "ROUND"}, 400},
		{"flavor that is not offered", map[string]any{"topology": "ALL_IN_ONE", "flavor": "XL", "replicationFactor": 1}, 400},
		{"too many", map[string]any{"topology": "ALL_IN_ONE", "flavor": "XS", "replicationFactor": 9}, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, Options{})
			base, _ := c.v4("kubernetes")
			c.want(tt.status, "POST", base+"/clusters", map[string]any{"name": "c", "topologyConfig": tt.config})
		})
	}
}
