package emulator

import (
	"encoding/json"
	"slices"
	"strings"
)

// nodeFlavors are the sizes of nodes, smallest first: virtual CPUs, each with 2 GiB.
func nodeFlavors() []string { return []string{"2XS", "XS", "S", "M", "L", "XL"} }

// cpusOf is 0 for a flavor that does not exist.
func cpusOf(flavor string) int {
	if i := slices.Index(nodeFlavors(), flavor); i >= 0 {
		return 1 << i
	}
	return 0
}

const (
	gibibyte        = 1 << 30
	maxClusterMilli = 64_000 // CPU of all clusters of an owner
)

func ramOf(flavor string) int64 { return int64(cpusOf(flavor)) * 2 * gibibyte }

func kubernetesVersions() []string { return []string{"1.34", "1.35", "1.36"} }

type replicationView struct {
	Min int `json:"min"`
	Max int `json:"max"`
}

type topologyOfferView struct {
	Topology          string          `json:"topology"`
	AvailableFlavors  []string        `json:"availableFlavors"`
	ReplicationFactor replicationView `json:"replicationFactor"`
}

type kubernetesVersionsView struct {
	Available []string `json:"available"`
	Default   string   `json:"default"`
}

type kubernetesProductView struct {
	Versions   kubernetesVersionsView `json:"versions"`
	Topologies []topologyOfferView    `json:"topologies"`
}

func kubernetesProduct() kubernetesProductView {
	versions := kubernetesVersions()
	return kubernetesProductView{
		kubernetesVersionsView{versions, versions[len(versions)-1]},
		[]topologyOfferView{
			{"ALL_IN_ONE", []string{"XS", "S", "M"}, replicationView{1, 3}},
			{"DEDICATED_COMPUTE", []string{"XS", "S", "M", "L"}, replicationView{1, 3}},
			{"DISTRIBUTED", []string{"2XS", "XS", "S", "M", "L", "XL"}, replicationView{3, 5}},
		},
	}
}

func getKubernetesProduct(*call) (any, error) { return kubernetesProduct(), nil }

// component is a part of a control plane that is spread over machines.
type component struct {
	Flavor            string `json:"flavor"`
	ReplicationFactor int    `json:"replicationFactor"`
}

// topology is how the control plane of a cluster is laid out. Components are
// those of DISTRIBUTED only; the others have one flavor.
type topology struct {
	Topology          string               `json:"topology"`
	Flavor            string               `json:"flavor,omitempty"`
	ReplicationFactor int                  `json:"replicationFactor,omitempty"`
	Components        map[string]component `json:"components,omitempty"`
}

// UnmarshalJSON takes both names that the key of the kind has.
func (t *topology) UnmarshalJSON(text []byte) error {
	type plain topology
	b := struct {
		plain
		TopologyDiscriminator string
	}{}
	if err := json.Unmarshal(text, &b); err != nil {
		return err
	}
	*t = topology(b.plain)
	t.Topology = either(t.Topology, b.TopologyDiscriminator)
	return nil
}

// check refuses what is not offered.
func (t *topology) check() error {
	offers := kubernetesProduct().Topologies
	i := slices.IndexFunc(offers, func(o topologyOfferView) bool { return o.Topology == t.Topology })
	if i < 0 {
		return invalid("The topology is ALL_IN_ONE, DEDICATED_COMPUTE or DISTRIBUTED, not %q", t.Topology)
	}
	offer := offers[i]
	if t.Topology == "DISTRIBUTED" && len(t.Components) == 0 {
		return invalid("The topology DISTRIBUTED needs its components")
	}
	for _, c := range t.machines() {
		if !slices.Contains(offer.AvailableFlavors, c.Flavor) {
			return invalid("The flavor %q is not available for %s; there are %s", c.Flavor, t.Topology, strings.Join(offer.AvailableFlavors, ", "))
		}
		if c.ReplicationFactor < offer.ReplicationFactor.Min || c.ReplicationFactor > offer.ReplicationFactor.Max {
			return invalid("The replication factor of %s is %d to %d", t.Topology, offer.ReplicationFactor.Min, offer.ReplicationFactor.Max)
		}
	}
	return nil
}

func (t *topology) machines() []component {
	if t.Topology != "DISTRIBUTED" {
		return []component{{t.Flavor, t.ReplicationFactor}}
	}
	var out []component
	for _, c := range t.Components {
		out = append(out, c)
	}
	return out
}

// milliCPU is what the control plane takes of the quota. Only ALL_IN_ONE runs
// on machines of the owner.
func (t *topology) milliCPU() int {
	if t.Topology != "ALL_IN_ONE" {
		return 0
	}
	return 1000 * cpusOf(t.Flavor) * t.ReplicationFactor
}
