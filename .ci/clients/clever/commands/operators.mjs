// Keycloak, Otoroshi, Metabase and Matomo, which are made of an application and add-ons.

// What runs an operator is an application.
const entry = (name) => ({ entry: [details(name), /"entrypoint":"(app_[^"]+)"/] });
const deployments = '/v2/organisations/{Acme Corp}/applications/{entry}/deployments';
const details = (name) => `/v4/addon-providers/addon-${name}/addons/{my-${name}.realId}`;

// The same is asked of each of them.
const common = (name, provider) => [
  {
    command: name, checks: 'those of every owner', first: [`addon create ${provider} my-${name} --org 'Acme Corp' --yes`],
    run: name, prints: `my-${name}`,
  },
  { command: `${name} get`, checks: 'version, address, what it is made of', run: `${name} get my-${name}`, answers: { resourceId: `{my-${name}.realId}`, addonId: `{my-${name}}`, ownerId: '{Acme Corp}', version: /^\d/, accessUrl: /^https:\/\//, resources: { entrypoint: /^app_/ } } },
  { command: `${name} restart`, checks: 'a deployment of what runs it', find: entry(name), run: `${name} restart my-${name}`, prints: /restart/i, state: { [deployments]: [{ cause: 'Restart', action: 'DEPLOY', state: 'OK' }] }, within: 20 },
  { command: `${name} rebuild`, checks: 'a deployment of what runs it', find: entry(name), run: `${name} rebuild my-${name}`, prints: /rebuil/i, state: { [deployments]: [{ cause: 'Rebuild', action: 'DEPLOY', state: 'OK' }] }, within: 20 },
];

const versions = (name) => [
  { command: `${name} version`, checks: 'installed and available', run: `${name} version my-${name}`, find: { newest: [`${details(name)}/version/check`, /"latest":"([^"]+)"/] }, answers: { installed: '{newest}', available: ['{newest}'], latest: '{newest}' } },
  { command: `${name} version check`, checks: 'installed and available', run: `${name} version check my-${name}`, answers: { installed: '{newest}', needUpdate: false } },
  {
    command: `${name} version update`, checks: 'the version', find: { target: [`${details(name)}/version/check`, /"available":\["([^"]+)"/] },
    run: `${name} version update my-${name} --target {target}`, prints: '{target}', state: { [details(name)]: { version: '{target}' }, [`${details(name)}/version/check`]: { installed: '{target}', needUpdate: true } }, within: 5,
  },
  { command: `${name} version update`, checks: 'an unknown version is refused', run: `${name} version update my-${name} --target 0.0.1`, refuses: /not available/ },
];

const network = (name) => [
  { command: `${name} enable-ng`, checks: 'the network group', run: `${name} enable-ng my-${name}`, state: { [details(name)]: { features: { networkGroup: { id: /^ng_/ } } } }, within: 5 },
  { command: `${name} disable-ng`, checks: 'the network group is gone', run: `${name} disable-ng my-${name}`, state: { [details(name)]: { features: { networkGroup: null } } }, within: 5 },
];

export const operators = [
  ...common('keycloak', 'keycloak'), ...versions('keycloak'), ...network('keycloak'),
  ...common('otoroshi', 'otoroshi'), ...versions('otoroshi'), ...network('otoroshi'),
  { command: 'otoroshi get-config', checks: 'a YAML document', run: 'otoroshi get-config my-otoroshi', prints: [/^apiVersion: v1$/m, /hostname: otoroshi-api-.+\.clever-cloud\.com$/m, /client_secret: .{20}/] },
  ...common('metabase', 'metabase'), ...versions('metabase'),
  ...common('matomo', 'addon-matomo'),
  { command: 'keycloak', checks: 'one that is deleted is no longer there', first: ['addon delete my-keycloak --yes'], run: 'keycloak', prints: [/sso/, /^(?![^]*my-keycloak)/] },
];
