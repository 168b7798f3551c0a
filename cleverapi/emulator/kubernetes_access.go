package emulator

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"time"
)

type quotaView struct {
	Type        string         `json:"type"`
	Maximum     int            `json:"maximum,omitempty"`
	Information *ramAmountView `json:"information,omitempty"`
}

type ramAmountView struct {
	Number int    `json:"number"`
	Unit   string `json:"unit"`
}

type clusterQuotaView struct {
	ID       string      `json:"id"`
	TenantID string      `json:"tenantId"`
	Tags     []string    `json:"tags"`
	Quotas   []quotaView `json:"quotas"`
}

func getClusterQuota(_ *call, o *owner) (any, error) {
	return clusterQuotaView{"quota_" + uuid("quota", o.id), o.id, []string{}, []quotaView{
		{Type: "MillivCPUMaxLimit", Maximum: maxClusterMilli},
		{Type: "RamMaxUsage", Information: &ramAmountView{2 * maxClusterMilli / 1000, "GiB"}},
	}}, nil
}

type clusterUsageView struct {
	ID            string  `json:"id"`
	ClusterID     string  `json:"clusterId"`
	OwnerID       string  `json:"ownerId"`
	ItemType      string  `json:"itemType"`
	CPUMillicores int     `json:"cpuMillicores"`
	RAMBytes      int64   `json:"ramBytes"`
	CreatedAt     string  `json:"createdAt"`
	DeactivatedAt *string `json:"deactivatedAt"`
}

// clusterUsage is what counts against the quota: what was asked for, ready or not.
func (o *owner) clusterUsage(now time.Time) []clusterUsageView {
	out := []clusterUsageView{}
	add := func(k *cluster, id, kind string, milli int, created time.Time) {
		if milli > 0 {
			out = append(out, clusterUsageView{id, k.id, o.id, kind, milli, int64(milli) / 1000 * 2 * gibibyte, iso(created), nil})
		}
	}
	for _, k := range o.clusters {
		k.settle(now)
		if k.status(now) == "DELETED" {
			continue
		}
		add(k, k.id, "CONTROL_PLANE", k.topology.milliCPU(), k.created)
		for _, g := range k.groups {
			add(k, g.id, "NODE_GROUP", 1000*cpusOf(g.flavor)*g.target, g.created)
		}
	}
	return out
}

func getClusterUsage(c *call, o *owner) (any, error) { return o.clusterUsage(c.now), nil }

// room refuses what would go beyond the quota.
func (o *owner) room(now time.Time, milli int) error {
	for _, u := range o.clusterUsage(now) {
		milli += u.CPUMillicores
	}
	if milli > maxClusterMilli {
		return &apiError{status: http.StatusForbidden, id: idGeneric, code: "clever.core.quota-exceeded",
			message: fmt.Sprintf("The quota of %d millicores would be exceeded: %d", maxClusterMilli, milli)}
	}
	return nil
}

type clusterEventView struct {
	CreatedAt   string  `json:"createdAt"`
	Operation   string  `json:"operation"`
	StepName    *string `json:"stepName"`
	Status      string  `json:"status"`
	NodeGroupID *string `json:"nodeGroupId"`
	Detail      *string `json:"detail"`
	at          time.Time
}

// events tell the steps of each work, as far as they are, newest first.
func (k *cluster) events(now time.Time) []clusterEventView {
	out := []clusterEventView{}
	for _, w := range k.works {
		add := func(at time.Time, step, status string) {
			if !at.After(now) {
				out = append(out, clusterEventView{iso(at), w.operation, orNull(step), status, orNull(w.nodeGroup), nil, at})
			}
		}
		add(w.began, "", "STARTED")
		each := w.ended.Sub(w.began) / time.Duration(len(w.steps))
		for i, step := range w.steps {
			add(w.began.Add(time.Duration(i)*each), step, "STARTED")
			add(w.began.Add(time.Duration(i+1)*each), step, "COMPLETED")
		}
		add(w.ended, "", "COMPLETED")
	}
	slices.Reverse(out)
	sort.SliceStable(out, func(i, j int) bool { return out[j].at.Before(out[i].at) })
	return out
}

func listClusterEvents(c *call, k *cluster) (any, error) {
	limit, err := c.queryNumber("limit", 50)
	if err != nil {
		return nil, err
	}
	events := k.events(c.now)
	return events[:min(limit, len(events))], nil
}

// kubeconfig is the file that kubectl reads. Nobody listens at its server.
func (k *cluster) kubeconfig() string {
	encoded := func(what string, n int) string {
		return base64.StdEncoding.EncodeToString([]byte("-----BEGIN " + what + "-----\n" + letters(n, "kubeconfig", k.id, what) + "\n-----END " + what + "-----\n"))
	}
	return fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
  - name: %[1]s
    cluster:
      server: https://%[2]s:6443
      certificate-authority-data: %[3]s
users:
  - name: admin
    user:
      client-certificate-data: %[4]s
      client-key-data: %[5]s
contexts:
  - name: admin@%[1]s
    context:
      cluster: %[1]s
      user: admin
current-context: admin@%[1]s
`, k.id, k.host(), encoded("CERTIFICATE", 200), encoded("CLIENT CERTIFICATE", 200), encoded("PRIVATE KEY", 200))
}

func getKubeconfig(c *call, k *cluster) (any, error) {
	if err := k.active(c.now); err != nil {
		return nil, err
	}
	return raw{contentType: "application/yaml", body: []byte(k.kubeconfig())}, nil
}

const kubeconfigPath = "/kubeconfig/"

func (k *cluster) signature() string { return letters(43, "kubeconfig signature", k.id) }

func getKubeconfigURL(c *call, k *cluster) (any, error) {
	if err := k.active(c.now); err != nil {
		return nil, err
	}
	return urlView{c.base + kubeconfigPath + k.id + "?signature=" + k.signature()}, nil
}

// serveKubeconfig is a page beside the API: who has its address has the file.
func (e *Emulator) serveKubeconfig(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	var text string
	for _, o := range e.state.owners {
		k := find(o.clusters, func(k *cluster) bool { return k.id == r.PathValue("cluster") })
		if k != nil && k.active(e.clock.Now()) == nil && equal(r.URL.Query().Get("signature"), k.signature()) {
			text = k.kubeconfig()
		}
	}
	e.mu.Unlock()
	if text == "" {
		e.refuse(w, r, w.Header().Get("Sozu-Id"), notFound("There is no such file, or its signature is wrong"))
		return
	}
	write(w, http.StatusOK, "application/yaml", []byte(text))
}
