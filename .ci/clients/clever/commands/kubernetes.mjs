// Kubernetes clusters and their node groups.
import { none } from './match.mjs';

const clusters = '/v4/kubernetes/organisations/{Acme Corp}/clusters';
const cluster = { cluster: [clusters, /"id":"(kubernetes_[^"]+)"[^{}]*"name":"shop"/] };
const one = `${clusters}/{cluster}`;
const acme = "--org 'Acme Corp'";

export const kubernetes = [
  { command: 'k8s create', checks: 'tags, autoscaling; it becomes active', run: `k8s create shop --tag env:ci --autoscaling --yes ${acme}`, state: { [clusters]: [{ name: 'shop', status: 'ACTIVE', tags: ['env:ci'], features: { autoscalingEnabled: true } }] }, within: 40 },
  { command: 'k8s list', checks: 'names and states', find: cluster, run: `k8s list ${acme}`, answers: [{ id: '{cluster}', name: 'shop', status: 'ACTIVE' }] },
  { command: 'k8s get', checks: 'state, version and features', run: `k8s get shop ${acme}`, answers: { id: '{cluster}', name: 'shop', status: 'ACTIVE', version: /^1\./, tags: ['env:ci'], features: { autoscalingEnabled: true } } },
  { command: 'k8s get-kubeconfig', checks: 'a configuration for kubectl', run: `k8s get-kubeconfig shop ${acme}`, prints: [/^apiVersion: v1$/m, /^kind: Config$/m, /^clusters:[^]*server: "?https:/m, /^users:/m] },
  { command: 'k8s activity', checks: 'each step of its making, newest first', run: `k8s activity shop ${acme}`, answers: [{ operation: 'CLUSTER_DEPLOY', stepName: null, status: 'STARTED' }, { stepName: 'NETWORK', status: 'COMPLETED' }, { stepName: 'CONTROL_PLANE', status: 'COMPLETED' }, { stepName: null, status: 'COMPLETED' }] },
  { command: 'k8s quota', checks: 'limits and what is used of them', run: `k8s quota ${acme}`, answers: { quota: { vCPUMax: { maximum: 64000, unit: 'mCPU' }, ramMax: { maximum: 128, unit: 'GiB' } }, usage: { cpuMillicores: 6000 }, remaining: { cpuMillicores: 58000 } } },
  { command: 'k8s add-persistent-storage', checks: 'the feature', run: `k8s add-persistent-storage shop ${acme}`, state: { [one]: { features: { csi: true } } }, within: 20 },
  { command: 'k8s nodegroups create', checks: 'size, count and bounds', run: `k8s nodegroups create shop workers XS:2 --autoscaling --min 1 --max 3 ${acme}`, state: { [`${one}/node-groups`]: [{ name: 'workers', flavor: 'XS', targetNodeCount: 2, minNodeCount: 1, maxNodeCount: 3 }] }, within: 10 },
  { command: 'k8s nodegroups list', checks: 'names, sizes, counts', run: `k8s nodegroups list shop ${acme}`, answers: [{ name: 'workers', flavor: 'XS' }] },
  { command: 'k8s nodegroups get', checks: 'one of them', run: `k8s nodegroups get shop workers ${acme}`, answers: { name: 'workers', targetNodeCount: 2 } },
  { command: 'k8s nodegroups update', checks: 'the count', run: `k8s nodegroups update shop workers --count 3 ${acme}`, state: { [`${one}/node-groups`]: [{ name: 'workers', targetNodeCount: 3 }] }, within: 10 },
  { command: 'k8s nodegroups delete', checks: 'it is gone', run: `k8s nodegroups delete shop workers --yes ${acme}`, state: { [`${one}/node-groups`]: none({ name: 'workers' }) }, within: 20 },
  { command: 'k8s version', checks: 'installed and available', run: `k8s version shop ${acme}`, answers: { installed: /^1\./, available: [/^1\./], latest: /^1\./, needUpdate: false } },
  { command: 'k8s create', checks: 'an older version', run: `k8s create old --cluster-version 1.34 --yes ${acme}`, state: { [clusters]: [{ name: 'old', status: 'ACTIVE', version: '1.34' }] }, within: 40 },
  { command: 'k8s version check', checks: 'installed and available', run: `k8s version check old ${acme}`, answers: { installed: '1.34', available: [/^1\.3[5-9]/], needUpdate: true } },
  { command: 'k8s version update', checks: 'the version of an older cluster', find: { old: [clusters, /"id":"(kubernetes_[^"]+)"[^{}]*"name":"old"/], target: [`${clusters}/{old}/version/check`, /"available":\[[^\]]*"([^"]+)"\]/] }, run: `k8s version update old --target {target} ${acme}`, state: { [`${clusters}/{old}`]: { version: '{target}' } }, within: 20 },
  { command: 'k8s update', checks: 'name and description', run: `k8s update shop --name shop-again --description 'By the test' ${acme}`, state: { [one]: { name: 'shop-again', description: 'By the test' } } },
  { command: 'k8s delete', checks: 'the cluster is being deleted', run: `k8s delete shop-again --yes ${acme}`, state: { [clusters]: none({ name: 'shop-again', status: /^(ACTIVE|DEPLOYING)$/ }) }, within: 20 },
];
