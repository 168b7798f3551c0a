package emulator

import (
	"net/http"
	"slices"
	"strings"
)

func pulsarRoutes() routes {
	const base = " /v4/addon-providers/addon-pulsar/addons/{pulsarId}"
	of := func(h func(c *call, a *addon) (any, error)) handler {
		return ofRealAddon("pulsarId", []string{"addon-pulsar"}, h)
	}
	all := routes{
		"GET /v4/addon-providers/addon-pulsar":                      getPulsarProvider,
		"GET /v4/addon-providers/addon-pulsar/clusters":             listPulsarClusters,
		"GET /v4/addon-providers/addon-pulsar/clusters/{clusterId}": getPulsarCluster,
		"GET" + base:                         of(getPulsar),
		"PATCH" + base + "/renew-biscuit":    of(renewPulsar),
		"GET" + base + "/storage-policies":   of(getPulsarPolicies),
		"PATCH" + base + "/storage-policies": of(setPulsarPolicies),
	}
	for _, persistent := range []bool{true, false} {
		topics := base + "/topics"
		if !persistent {
			topics = base + "/non-persistent-topics"
		}
		deleted := topics + "/{topic}"
		if persistent {
			// The path names its parameter otherwise here.
			deleted = topics + "/{topicName}"
		}
		all["GET"+topics] = of(func(c *call, a *addon) (any, error) { return listTopics(c, a, persistent) })
		all["POST"+topics+"/{topic}"] = of(func(c *call, a *addon) (any, error) { return createTopic(c, a, persistent) })
		all["DELETE"+deleted] = of(func(c *call, a *addon) (any, error) { return deleteTopic(c, a, persistent) })
		all["PUT"+topics+"/{topic}/unload"] = of(func(c *call, a *addon) (any, error) { return unloadTopic(c, a, persistent) })
		all["POST"+topics+"/{topic}/token"] = of(func(c *call, a *addon) (any, error) { return createTopicToken(c, a, persistent) })
	}
	return all
}

const pulsarVersion = "4.0.1"

func pulsarCluster(z *zone) string { return "pulsar_cluster_" + uuid("pulsar cluster", z.Name) }

func getPulsarProvider(*call) (any, error) {
	v := operatorProviderView{providerVersions{Clusters: []clusterView{}, Dedicated: map[string]dedicatedView{}, DefaultDedicatedVersion: pulsarVersion}, "addon-pulsar", pulsarVersion}
	for _, z := range catalog().Zones {
		v.Clusters = append(v.Clusters, clusterView{pulsarCluster(z), z.Name, z.Name, pulsarVersion, []providerFeature{}})
	}
	return v, nil
}

type pulsarClusterView struct {
	ID                 string   `json:"id"`
	Zone               string   `json:"zone"`
	URL                string   `json:"url"`
	Version            string   `json:"version"`
	Available          bool     `json:"available"`
	PulsarPort         int      `json:"pulsar_port"`
	PulsarTLSPort      int      `json:"pulsar_tls_port"`
	WebPort            int      `json:"web_port"`
	WebTLSPort         int      `json:"web_tls_port"`
	SupportColdStorage bool     `json:"support_cold_storage"`
	SupportedPlans     []string `json:"supported_plans"`
}

func pulsarClusters() []pulsarClusterView {
	return each(catalog().Zones, func(z *zone) pulsarClusterView {
		return pulsarClusterView{pulsarCluster(z), z.Name, "materiamq." + z.Name + ".services.clever-cloud.com", pulsarVersion, true, 6650, 6651, 80, 443, true, []string{"BETA"}}
	})
}

func listPulsarClusters(*call) (any, error) { return pulsarClusters(), nil }

func getPulsarCluster(c *call) (any, error) {
	for _, v := range pulsarClusters() {
		if v.ID == c.params["clusterId"] {
			return v, nil
		}
	}
	return nil, notFound("The cluster %s does not exist", c.params["clusterId"])
}

type pulsarView struct {
	ID                  string  `json:"id"`
	OwnerID             string  `json:"owner_id"`
	Tenant              string  `json:"tenant"`
	Namespace           string  `json:"namespace"`
	ClusterID           string  `json:"cluster_id"`
	Token               string  `json:"token"`
	CreationDate        string  `json:"creation_date"`
	AskForDeletionDate  *string `json:"ask_for_deletion_date"`
	DeletionDate        *string `json:"deletion_date"`
	Status              string  `json:"status"`
	Plan                string  `json:"plan"`
	ColdStorageID       *string `json:"cold_storage_id"`
	ColdStorageLinked   bool    `json:"cold_storage_linked"`
	ColdStorageProvided bool    `json:"cold_storage_must_be_provided"`
}

func getPulsar(_ *call, a *addon) (any, error) {
	token, _ := a.env().get("ADDON_PULSAR_TOKEN")
	return pulsarView{ID: a.realID, OwnerID: a.owner.id, Tenant: a.owner.id, Namespace: a.realID, ClusterID: pulsarCluster(a.zone), Token: token,
		CreationDate: iso(a.created), Status: "ACTIVE", Plan: "BETA"}, nil
}

func renewPulsar(c *call, a *addon) (any, error) {
	a.renewed++
	return getPulsar(c, a)
}

// pulsarPolicy is how much is kept; nil is the platform's own choice.
type pulsarPolicy struct {
	Minutes *int64 `json:"durationInMinutes"`
	Bytes   *int64 `json:"sizeInBytes"`
}

type pulsarPolicies struct{ retention, offload pulsarPolicy }

type pulsarPolicyView struct {
	Days *float64 `json:"durationInDays"`
	MB   *float64 `json:"sizeInMB"`
}

func (p pulsarPolicy) view() pulsarPolicyView {
	var v pulsarPolicyView
	if p.Minutes != nil {
		days := float64(*p.Minutes) / 1440
		v.Days = &days
	}
	if p.Bytes != nil {
		mb := float64(*p.Bytes) / 1e6
		v.MB = &mb
	}
	return v
}

type pulsarPoliciesView struct {
	Retention pulsarPolicyView `json:"retentionPolicies"`
	Offload   pulsarPolicyView `json:"offloadPolicies"`
}

func (p pulsarPolicies) view() pulsarPoliciesView {
	return pulsarPoliciesView{p.retention.view(), p.offload.view()}
}

func getPulsarPolicies(_ *call, a *addon) (any, error) { return a.policies.view(), nil }

type pulsarChangeView struct {
	ID      string             `json:"id"`
	Message string             `json:"message"`
	Config  pulsarPoliciesView `json:"config"`
}

func setPulsarPolicies(c *call, a *addon) (any, error) {
	var b struct{ RetentionPolicies, OffloadPolicies *pulsarPolicy }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	set(&a.policies.retention, b.RetentionPolicies)
	set(&a.policies.offload, b.OffloadPolicies)
	return accepted{http.StatusCreated, pulsarChangeView{a.realID, "The storage policies have been changed", a.policies.view()}}, nil
}

// topic is a stream of messages. With partitions it is many streams.
type topic struct {
	name       string
	persistent bool
	partitions int // 0: it has none
}

func (t topic) full(a *addon) string {
	scheme := "persistent"
	if !t.persistent {
		scheme = "non-persistent"
	}
	return scheme + "://" + a.owner.id + "/" + a.realID + "/" + t.name
}

func listTopics(c *call, a *addon, persistent bool) (any, error) {
	partitioned := c.query("partitioned")
	out := []string{}
	for _, t := range a.topics {
		if t.persistent == persistent && (partitioned == "" || (partitioned == "true") == (t.partitions > 0)) {
			out = append(out, t.full(a))
		}
	}
	return out, nil
}

func createTopic(c *call, a *addon, persistent bool) (any, error) {
	partitions, err := c.queryNumber("partitionsNumber", 0)
	if err != nil {
		return nil, err
	}
	t := topic{c.params["topic"], persistent, partitions}
	switch {
	case strings.TrimSpace(t.name) == "" || strings.ContainsAny(t.name, "/ "):
		return nil, invalid("%q is no name of a topic", t.name)
	case slices.ContainsFunc(a.topics, func(o topic) bool { return o.name == t.name && o.persistent == persistent }):
		return nil, fail(http.StatusConflict, http.StatusConflict, "The topic %s exists already", t.name)
	}
	a.topics = append(a.topics, t)
	return nil, nil
}

// topic returns where a topic is in the list.
func (c *call) topic(a *addon, persistent bool) (int, error) {
	name := either(c.params["topic"], c.params["topicName"])
	i := slices.IndexFunc(a.topics, func(t topic) bool { return t.name == name && t.persistent == persistent })
	if i < 0 {
		return 0, missingResource(name)
	}
	return i, nil
}

func deleteTopic(c *call, a *addon, persistent bool) (any, error) {
	i, err := c.topic(a, persistent)
	if err != nil {
		return nil, err
	}
	a.topics = slices.Delete(a.topics, i, i+1)
	return nil, nil
}

func unloadTopic(c *call, a *addon, persistent bool) (any, error) {
	_, err := c.topic(a, persistent)
	return nil, err
}

type topicTokenView struct {
	Token string `json:"token"`
}

func createTopicToken(c *call, a *addon, persistent bool) (any, error) {
	i, err := c.topic(a, persistent)
	if err != nil {
		return nil, err
	}
	return topicTokenView{a.renewable(96, "token of "+a.topics[i].full(a))}, nil
}
