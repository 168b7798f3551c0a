package emulator

import (
	"cmp"
	"slices"
)

func (b *builder) network(o *owner, sn SeedNetwork) {
	g := &networkGroup{span: span{from: sn.Since.or(day).before(b.now)}, id: "ng_" + uuid("network group", o.id, sn.Label), label: sn.Label, owner: o}
	for _, name := range sn.Members {
		i := slices.IndexFunc(o.resources(), func(r resource) bool { return r.name() == name })
		if i < 0 {
			b.wrong("the network group %s has the unknown member %s", sn.Label, name)
			continue
		}
		if err := g.join(networkMemberBody{ID: o.resources()[i].id()}, g.from); err != nil {
			b.wrong("the network group %s: %v", sn.Label, err)
		}
	}
	o.networks = append(o.networks, g)
}

func (b *builder) cluster(o *owner, sc SeedCluster) {
	created := sc.Since.or(day).before(b.now)
	flavor := cmp.Or(sc.Flavor, "XS")
	k := &cluster{
		id: "kubernetes_" + ulid("cluster", o.id, sc.Name), name: sc.Name, owner: o, zone: catalog().zone("par"), created: created,
		version: cmp.Or(sc.Version, kubernetesVersions()[0]), topology: topology{Topology: "DEDICATED_COMPUTE", Flavor: flavor, ReplicationFactor: 1},
	}
	if !slices.Contains(kubernetesVersions(), k.version) || k.topology.check() != nil {
		b.wrong("the cluster %s has the unknown version %q or flavor %q", sc.Name, sc.Version, sc.Flavor)
	}
	k.deploy(created)
	g := &nodeGroup{id: "node_group_" + ulid("node group", k.id), cluster: k, name: "default", flavor: flavor, target: sc.Nodes, before: sc.Nodes, least: 1, most: maxNodes, created: created}
	g.deployed = k.work(created, clusterWork{operation: "NODE_GROUP_DEPLOY", steps: []string{"NODES", "JOIN"}, nodeGroup: g.id}, nodeDeployTime).ended
	k.groups = append(k.groups, g)
	o.clusters = append(o.clusters, k)
}
