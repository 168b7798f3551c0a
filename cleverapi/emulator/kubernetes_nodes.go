package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func kubernetesNodeRoutes() routes {
	const base = " /v4/kubernetes/organisations/{ownerId}/clusters/{clusterId}"
	const one = base + "/node-groups/{nodeGroupId}"
	return routes{
		"GET" + base + "/node-groups":    ofCluster(listNodeGroups),
		"POST" + base + "/node-groups":   ofCluster(createNodeGroup),
		"GET" + one:                      ofNodeGroup(getNodeGroup),
		"PATCH" + one:                    ofNodeGroup(updateNodeGroup),
		"DELETE" + one:                   ofNodeGroup(deleteNodeGroup),
		"POST" + one + "/resume":         ofNodeGroup(resumeNodeGroup),
		"GET" + base + "/nodes":          ofCluster(listNodes),
		"GET" + base + "/nodes/{nodeId}": ofCluster(getNode),
	}
}

const (
	nodeDeployTime = 60 * time.Second
	nodeResizeTime = 40 * time.Second
	nodeDeleteTime = 20 * time.Second
	maxNodes       = 50 // of a group
)

// nodeGroup is a number of equal nodes.
type nodeGroup struct {
	id, name, flavor, description, tag string
	cluster                            *cluster
	target, before, least, most        int // before: how many there were before the last change
	autoscaling                        bool
	labels                             map[string]string
	taints                             []taint
	created, updated                   time.Time
	deployed                           time.Time // when the first nodes are ready
	resized                            time.Time // when the last change is done
	deleted                            time.Time // when it is gone; zero: it stays
}

type taint struct {
	Key    string `json:"key"`
	Value  string `json:"value,omitempty"`
	Effect string `json:"effect"`
}

type nodeGroupBody struct {
	Name, Flavor, Description, Tag              string
	TargetNodeCount, MinNodeCount, MaxNodeCount *int
	AutoscalingEnabled                          *bool
	Labels                                      map[string]string
	Taints                                      []taint
}

func (g *nodeGroup) status(now time.Time) string {
	switch {
	case !g.deleted.IsZero():
		return "TERMINATING"
	case now.Before(g.deployed.Add(-nodeDeployTime)):
		return "PENDING"
	case now.Before(g.deployed):
		return "DEPLOYING"
	case now.Before(g.resized.Add(-nodeResizeTime)):
		return "TO_RESIZE"
	case now.Before(g.resized):
		return "RESIZING"
	}
	return "READY"
}

func (g *nodeGroup) count(now time.Time) int {
	switch {
	case now.Before(g.deployed):
		return 0
	case now.Before(g.resized):
		return g.before
	}
	return g.target
}

type nodeView struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Status    string `json:"status"`
	VCPUs     int    `json:"vCpus"`
	RAMBytes  int64  `json:"ramBytes"`
	ClusterID string `json:"clusterId"`
	Flavor    string `json:"flavor"`
}

func (g *nodeGroup) nodes(now time.Time) []nodeView {
	out := []nodeView{}
	for i := range g.count(now) {
		id := ulid("node", g.id, strconv.Itoa(i))
		status := "READY"
		if !g.deleted.IsZero() {
			status = "DRAINING"
		}
		out = append(out, nodeView{"node_" + id, g.name + "-" + strings.ToLower(id[:6]), status, cpusOf(g.flavor), ramOf(g.flavor), g.cluster.id, g.flavor})
	}
	return out
}

type nodeGroupView struct {
	ID                 string            `json:"id"`
	ClusterID          string            `json:"clusterId"`
	Name               string            `json:"name"`
	Description        *string           `json:"description"`
	Tag                *string           `json:"tag"`
	Flavor             string            `json:"flavor"`
	Status             string            `json:"status"`
	CurrentNodeCount   int               `json:"currentNodeCount"`
	TargetNodeCount    int               `json:"targetNodeCount"`
	AutoscalingEnabled bool              `json:"autoscalingEnabled"`
	MinNodeCount       int               `json:"minNodeCount"`
	MaxNodeCount       int               `json:"maxNodeCount"`
	Labels             map[string]string `json:"labels"`
	Taints             []taint           `json:"taints"`
	Nodes              []nodeView        `json:"nodes"`
	CreatedAt          string            `json:"createdAt"`
	UpdatedAt          *string           `json:"updatedAt"`
}

func (g *nodeGroup) view(now time.Time) nodeGroupView {
	v := nodeGroupView{
		ID: g.id, ClusterID: g.cluster.id, Name: g.name, Description: orNull(g.description), Tag: orNull(g.tag), Flavor: g.flavor, Status: g.status(now),
		CurrentNodeCount: g.count(now), TargetNodeCount: g.target, AutoscalingEnabled: g.autoscaling, MinNodeCount: g.least, MaxNodeCount: g.most,
		Labels: g.labels, Taints: each(g.taints, func(t taint) taint { return t }), Nodes: g.nodes(now), CreatedAt: iso(g.created), UpdatedAt: isoOrNull(g.updated),
	}
	if v.Labels == nil {
		v.Labels = map[string]string{}
	}
	return v
}

func (k *cluster) groupViews(now time.Time) []nodeGroupView {
	return each(k.groups, func(g *nodeGroup) nodeGroupView { return g.view(now) })
}

// settle forgets the node groups that are gone.
func (k *cluster) settle(now time.Time) {
	k.groups = slices.DeleteFunc(k.groups, func(g *nodeGroup) bool { return !g.deleted.IsZero() && !now.Before(g.deleted) })
}

func ofNodeGroup(h func(c *call, g *nodeGroup) (any, error)) handler {
	return ofCluster(func(c *call, k *cluster) (any, error) {
		g := find(k.groups, func(g *nodeGroup) bool { return g.id == c.params["nodeGroupId"] })
		if g == nil {
			return nil, missingResource(c.params["nodeGroupId"])
		}
		return h(c, g)
	})
}

func listNodeGroups(c *call, k *cluster) (any, error) { return k.groupViews(c.now), nil }

func createNodeGroup(c *call, k *cluster) (any, error) {
	var b nodeGroupBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	g, err := k.addGroup(c, b)
	if err != nil {
		return nil, err
	}
	return g.view(c.now), nil
}

func (k *cluster) addGroup(c *call, b nodeGroupBody) (*nodeGroup, error) {
	switch {
	case strings.TrimSpace(b.Name) == "":
		return nil, invalid("A node group needs a name")
	case cpusOf(b.Flavor) == 0:
		return nil, invalid("The flavor %q does not exist; there are %s", b.Flavor, strings.Join(nodeFlavors(), ", "))
	case b.TargetNodeCount == nil:
		return nil, invalid("targetNodeCount is missing")
	case slices.ContainsFunc(k.groups, func(g *nodeGroup) bool { return g.name == b.Name }):
		return nil, fail(http.StatusConflict, http.StatusConflict, "The cluster has a node group %s already", b.Name)
	}
	g := &nodeGroup{id: "node_group_" + ulid("node group", k.id, c.state().unique()), cluster: k, name: b.Name, flavor: b.Flavor, least: 1, most: maxNodes,
		labels: b.Labels, taints: b.Taints, created: c.now}
	if err := g.apply(b); err != nil {
		return nil, err
	}
	if err := k.owner.room(c.now, 1000*cpusOf(g.flavor)*g.target); err != nil {
		return nil, err
	}
	g.before = g.target
	w := k.work(c.now, clusterWork{operation: "NODE_GROUP_DEPLOY", steps: []string{"NODES", "JOIN"}, nodeGroup: g.id}, nodeDeployTime)
	g.deployed = w.ended
	k.groups = append(k.groups, g)
	return g, nil
}

// apply changes what is given.
func (g *nodeGroup) apply(b nodeGroupBody) error {
	target, least, most, autoscaling := g.target, g.least, g.most, g.autoscaling
	set(&target, b.TargetNodeCount)
	set(&least, b.MinNodeCount)
	set(&most, b.MaxNodeCount)
	set(&autoscaling, b.AutoscalingEnabled)
	switch {
	case least < 0 || most > maxNodes || least > most:
		return invalid("minNodeCount and maxNodeCount should be a range within 0 and %d", maxNodes)
	case target < 0 || target > maxNodes:
		return invalid("targetNodeCount should be 0 to %d", maxNodes)
	case autoscaling && (target < least || target > most):
		return invalid("targetNodeCount should be within minNodeCount and maxNodeCount")
	}
	g.target, g.least, g.most, g.autoscaling = target, least, most, autoscaling
	g.description, g.tag = either(b.Description, g.description), either(b.Tag, g.tag)
	return nil
}

func getNodeGroup(c *call, g *nodeGroup) (any, error) { return g.view(c.now), nil }

func updateNodeGroup(c *call, g *nodeGroup) (any, error) {
	var b nodeGroupBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if !g.deleted.IsZero() {
		return nil, fail(http.StatusConflict, http.StatusConflict, "The node group %s is being deleted", g.id)
	}
	now, before := g.count(c.now), g.target
	if b.TargetNodeCount != nil && *b.TargetNodeCount > before {
		if err := g.cluster.owner.room(c.now, 1000*cpusOf(g.flavor)*(*b.TargetNodeCount-before)); err != nil {
			return nil, err
		}
	}
	if err := g.apply(b); err != nil {
		return nil, err
	}
	g.name, g.updated = either(b.Name, g.name), c.now
	if g.target != before && !c.now.Before(g.deployed) {
		g.before = now
		w := g.cluster.work(c.now, clusterWork{operation: "NODE_GROUP_RESIZE", steps: []string{"NODES"}, nodeGroup: g.id}, nodeResizeTime)
		g.resized = w.ended
	}
	return g.view(c.now), nil
}

func deleteNodeGroup(c *call, g *nodeGroup) (any, error) {
	if g.deleted.IsZero() {
		w := g.cluster.work(c.now, clusterWork{operation: "NODE_GROUP_DELETE", steps: []string{"DRAIN", "NODES"}, nodeGroup: g.id}, nodeDeleteTime)
		g.deleted = w.ended
	}
	return g.view(c.now), nil
}

// resumeNodeGroup has nothing to resume: no deployment fails here.
func resumeNodeGroup(_ *call, g *nodeGroup) (any, error) {
	return nil, invalid("The deployment of %s did not fail", g.id)
}

func (k *cluster) nodes(now time.Time) []nodeView {
	out := []nodeView{}
	for _, g := range k.groups {
		out = append(out, g.nodes(now)...)
	}
	return out
}

func listNodes(c *call, k *cluster) (any, error) { return k.nodes(c.now), nil }

func getNode(c *call, k *cluster) (any, error) {
	for _, n := range k.nodes(c.now) {
		if n.ID == c.params["nodeId"] {
			return n, nil
		}
	}
	return nil, missingResource(c.params["nodeId"])
}
