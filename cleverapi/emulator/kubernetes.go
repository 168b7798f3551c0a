package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func kubernetesRoutes() routes {
	const base = " /v4/kubernetes/organisations/{ownerId}"
	const one = base + "/clusters/{clusterId}"
	return routes{
		"GET /v4/kubernetes-product":              getKubernetesProduct,
		"GET" + base + "/quota":                   ofOwner(getClusterQuota),
		"GET" + base + "/usage":                   ofOwner(getClusterUsage),
		"GET" + base + "/clusters":                ofOwner(listClusters),
		"POST" + base + "/clusters":               ofOwner(createCluster),
		"GET" + one:                               ofCluster(getCluster),
		"PATCH" + one:                             ofCluster(updateCluster),
		"DELETE" + one:                            ofCluster(deleteCluster),
		"GET" + one + "/deployment-events":        ofCluster(listClusterEvents),
		"GET" + one + "/kubeconfig.yaml":          ofCluster(getKubeconfig),
		"GET" + one + "/kubeconfig/presigned-url": ofCluster(getKubeconfigURL),
		"POST" + one + "/csi/ceph":                ofCluster(addClusterStorage),
		"POST" + one + "/redeploy":                ofCluster(redeployCluster),
		"POST" + one + "/resume":                  ofCluster(resumeCluster),
		"GET" + one + "/version/check":            ofCluster(checkClusterVersion),
		"POST" + one + "/version/update":          ofCluster(updateClusterVersion),
	}
}

// clusterWork is something that is done to a cluster, or to one of its node
// groups, for a while. Until it begins it waits for what is done already.
type clusterWork struct {
	operation string // as events name it
	status    string // of the cluster meanwhile; "" leaves it
	waiting   string // of the cluster before; "" leaves it
	asked     time.Time
	began     time.Time
	ended     time.Time
	steps     []string
	nodeGroup string // id; "" for the cluster itself
}

// How long things take.
const (
	clusterDeployTime  = 2 * time.Minute
	clusterUpdateTime  = 90 * time.Second
	clusterStorageTime = 40 * time.Second
	clusterDeleteTime  = 30 * time.Second
)

// cluster is a Kubernetes cluster. Its status follows from its works.
type cluster struct {
	id, name, description, version string
	owner                          *owner
	zone                           *zone
	tags                           []string
	created                        time.Time
	autoscaling, csi               bool
	topology                       topology
	groups                         []*nodeGroup
	works                          []*clusterWork
	deleted                        time.Time // zero: it is not being deleted
}

// work queues something behind what is done to the cluster now.
func (k *cluster) work(now time.Time, w clusterWork, lasts time.Duration) *clusterWork {
	w.asked, w.began = now, now.Add(time.Second)
	for _, other := range k.works {
		w.began = later(w.began, other.ended)
	}
	w.ended = w.began.Add(lasts)
	k.works = append(k.works, &w)
	return &w
}

func (k *cluster) status(now time.Time) string {
	if !k.deleted.IsZero() && !now.Before(k.deleted) {
		return "DELETED"
	}
	for _, w := range k.works {
		switch {
		case w.status == "" || !now.Before(w.ended):
		case now.Before(w.began):
			return w.waiting
		default:
			return w.status
		}
	}
	return "ACTIVE"
}

type clusterFeaturesView struct {
	AutoscalingEnabled bool `json:"autoscalingEnabled"`
	CSI                bool `json:"csi"`
}

type clusterBalancerView struct {
	ID         string   `json:"id"`
	DomainName string   `json:"domainName"`
	Flavor     string   `json:"flavor"`
	IPs        []string `json:"ips"`
}

type kubernetesView struct {
	ID                string                `json:"id"`
	TenantID          string                `json:"tenantId"`
	LocationID        string                `json:"locationId"`
	Name              string                `json:"name"`
	Description       *string               `json:"description"`
	Version           string                `json:"version"`
	Status            string                `json:"status"`
	CreationDate      string                `json:"creationDate"`
	Tags              []string              `json:"tags"`
	Features          clusterFeaturesView   `json:"features"`
	TopologyConfig    topology              `json:"topologyConfig"`
	NodeGroups        []nodeGroupView       `json:"nodeGroups"`
	LoadBalancers     []clusterBalancerView `json:"loadBalancers"`
	StorageUsageBytes int64                 `json:"storageUsageBytes"`
}

func (k *cluster) view(now time.Time) kubernetesView {
	v := kubernetesView{
		ID: k.id, TenantID: k.owner.id, LocationID: k.zone.id(), Name: k.name, Description: orNull(k.description), Version: k.version, Status: k.status(now),
		CreationDate: iso(k.created), Tags: each(k.tags, func(t string) string { return t }), Features: clusterFeaturesView{k.autoscaling, k.csi},
		TopologyConfig: k.topology, NodeGroups: k.groupViews(now), LoadBalancers: []clusterBalancerView{},
	}
	if v.Status != "TO_DEPLOY" && v.Status != "DEPLOYING" {
		v.LoadBalancers = append(v.LoadBalancers, clusterBalancerView{"lb_" + uuid("cluster balancer", k.id), k.host(), "XsDuo", []string{"203.0.113." + digits(11, k.id)}})
	}
	if k.csi {
		v.StorageUsageBytes = int64(number(1000, "storage", k.id)) << 20
	}
	return v
}

func (k *cluster) host() string {
	_, id, _ := strings.Cut(k.id, "_")
	return strings.ToLower(id) + ".kubernetes.services.clever-cloud.com"
}

//go:noinline
func ofCluster(h func(c *call, k *cluster) (any, error)) handler {
	return ofOwner(func(c *call, o *owner) (any, error) {
		id := c.params["clusterId"]
		k := find(o.clusters, func(k *cluster) bool { return k.id == id })
		if k == nil {
			return nil, missingResource(id)
		}
		k.settle(c.now)
		if c.op.Method() != http.MethodGet && !k.deleted.IsZero() {
			return nil, fail(http.StatusConflict, http.StatusConflict, "The cluster %s is being deleted", id)
		}
		return h(c, k)
	})
}

func listClusters(c *call, o *owner) (any, error) {
	only := c.r.URL.Query()["status"]
	out := []kubernetesView{}
	for _, k := range o.clusters {
		k.settle(c.now)
		if v := k.view(c.now); len(only) == 0 || slices.Contains(only, v.Status) {
			out = append(out, v)
		}
	}
	return out, nil
}

func createCluster(c *call, o *owner) (any, error) {
	var b struct {
		Name, Description, Version string
		Tags                       []string
		Features                   struct{ AutoscalingEnabled, CSI bool }
		TopologyConfig             *topology
		NodeGroups                 []nodeGroupBody
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	versions := kubernetesVersions()
	b.Version = either(b.Version, versions[len(versions)-1])
	switch {
	case strings.TrimSpace(b.Name) == "":
		return nil, invalid("A cluster needs a name")
	case !slices.Contains(versions, b.Version):
		return nil, invalid("The version %q is not available; there are %s", b.Version, strings.Join(versions, ", "))
	case b.TopologyConfig == nil:
		b.TopologyConfig = &topology{Topology: "ALL_IN_ONE", Flavor: "XS", ReplicationFactor: 1}
	}
	if err := b.TopologyConfig.check(); err != nil {
		return nil, err
	}
	k := &cluster{
		id: "kubernetes_" + ulid("cluster", o.id, c.state().unique()), name: b.Name, description: b.Description, version: b.Version, owner: o,
		zone: catalog().zone("par"), tags: b.Tags, created: c.now, autoscaling: b.Features.AutoscalingEnabled, csi: b.Features.CSI, topology: *b.TopologyConfig,
	}
	if err := o.room(c.now, k.topology.milliCPU()); err != nil {
		return nil, err
	}
	k.deploy(c.now)
	for _, g := range b.NodeGroups {
		if _, err := k.addGroup(c, g); err != nil {
			return nil, err
		}
	}
	o.clusters = append(o.clusters, k)
	return k.view(c.now), nil
}

func (k *cluster) deploy(now time.Time) {
	k.work(now, clusterWork{operation: "CLUSTER_DEPLOY", status: "DEPLOYING", waiting: "TO_DEPLOY", steps: []string{"NETWORK", "ETCD", "CONTROL_PLANE", "LOAD_BALANCER"}}, clusterDeployTime)
}

func getCluster(c *call, k *cluster) (any, error) { return k.view(c.now), nil }

func updateCluster(c *call, k *cluster) (any, error) {
	var b struct {
		Name, Description *string
		Tags              *[]string
		Features          struct{ AutoscalingEnabled *bool }
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Name != nil && strings.TrimSpace(*b.Name) == "" {
		return nil, invalid("The name of a cluster cannot be empty")
	}
	set(&k.name, b.Name)
	set(&k.description, b.Description)
	set(&k.tags, b.Tags)
	set(&k.autoscaling, b.Features.AutoscalingEnabled)
	return k.view(c.now), nil
}

func deleteCluster(c *call, k *cluster) (any, error) {
	// What is done to it is given up.
	k.works = slices.DeleteFunc(k.works, func(w *clusterWork) bool { return c.now.Before(w.ended) })
	w := k.work(c.now, clusterWork{operation: "CLUSTER_DELETE", status: "DELETING", waiting: "TO_DELETE", steps: []string{"NODES", "CONTROL_PLANE", "NETWORK"}}, clusterDeleteTime)
	k.deleted = w.ended
	return k.view(c.now), nil
}

// active refuses what only a cluster that runs can do.
func (k *cluster) active(now time.Time) error {
	if s := k.status(now); s != "ACTIVE" {
		return fail(http.StatusConflict, http.StatusConflict, "The cluster %s is %s: wait until it is ACTIVE", k.id, s)
	}
	return nil
}

func addClusterStorage(c *call, k *cluster) (any, error) {
	if err := k.active(c.now); err != nil {
		return nil, err
	}
	if !k.csi {
		k.csi = true
		k.work(c.now, clusterWork{operation: "CSI_INSTALL", status: "UPDATING", waiting: "UPDATING", steps: []string{"CEPH_POOL", "CSI_DRIVER"}}, clusterStorageTime)
	}
	return k.view(c.now), nil
}

func redeployCluster(c *call, k *cluster) (any, error) {
	if err := k.active(c.now); err != nil {
		return nil, err
	}
	k.work(c.now, clusterWork{operation: "CLUSTER_REDEPLOY", status: "REDEPLOYING", waiting: "TO_REDEPLOY", steps: []string{"CONTROL_PLANE", "LOAD_BALANCER"}}, clusterUpdateTime)
	return k.view(c.now), nil
}

// resumeCluster has nothing to resume: no deployment fails here.
func resumeCluster(_ *call, k *cluster) (any, error) {
	return nil, invalid("The deployment of %s did not fail", k.id)
}

func checkClusterVersion(_ *call, k *cluster) (any, error) {
	versions := kubernetesVersions()
	latest := versions[len(versions)-1]
	return versionCheckView{k.version, latest, versions, k.version != latest}, nil
}

func updateClusterVersion(c *call, k *cluster) (any, error) {
	var b struct{ TargetVersion string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	versions := kubernetesVersions()
	i := slices.Index(versions, b.TargetVersion)
	switch {
	case i < 0:
		return nil, invalid("The version %q is not available; there are %s", b.TargetVersion, strings.Join(versions, ", "))
	case i <= slices.Index(versions, k.version):
		return nil, invalid("A cluster goes to a newer version than %s only", k.version)
	}
	if err := k.active(c.now); err != nil {
		return nil, err
	}
	k.version = b.TargetVersion
	k.work(c.now, clusterWork{operation: "CLUSTER_UPGRADE", status: "UPDATING", waiting: "TO_UPGRADE", steps: []string{"ETCD", "CONTROL_PLANE", "NODES"}}, clusterUpdateTime)
	return k.view(c.now), nil
}
