// What starts another program: the browser, or ssh.

const console = (path) => `{CONSOLE_URL}${path}`;

const operator = (name, provider) => [
  { command: `${name} open`, checks: "the add-on's page of the Console", first: [`addon create ${provider} my-${name} --org 'Acme Corp' --yes`], run: `${name} open my-${name}`, opens: console(`/goto/{my-${name}}`) },
  {
    command: `${name} open logs`, checks: 'the logs of the application that it is made of',
    find: { entry: [`/v4/addon-providers/addon-${name}/addons/{my-${name}.realId}`, /"entrypoint":"(app_[^"]+)"/] },
    run: `${name} open logs my-${name}`, opens: console('/organisations/{Acme Corp}/applications/{entry}/logs'),
  },
  { command: `${name} open webui`, checks: 'its own address', find: { web: [`/v4/addon-providers/addon-${name}/addons/{my-${name}.realId}`, /"accessUrl":"(https:[^"]+)"/] }, run: `${name} open webui my-${name}`, opens: '{web}' },
];

export const pages = [
  { command: 'open', checks: "the application's favourite domain", run: 'open --app storefront', opens: 'https://www.acme.example/' },
  { command: 'console', checks: "the application's page of the Console", run: 'console --app storefront', opens: console('/organisations/{Acme Corp}/applications/{storefront}') },
  { command: 'console', checks: 'the Console, where no application is linked', run: 'console', opens: console('/') },
  { command: 'emails open', checks: 'a page of the Console', run: 'emails open', opens: console('/users/me/emails') },
  { command: 'ssh-keys open', checks: 'a page of the Console', run: 'ssh-keys open', opens: console('/users/me/ssh-keys') },
  { command: 'profile open', checks: 'a page of the Console', run: 'profile open', opens: console('/users/me/information') },
  { command: 'oauth-consumers open', checks: "the consumer's page of the Console", run: 'oauth-consumers open status-page', opens: console('/organisations/{Acme Corp}/oauth-consumers/{status-page}') },
  { command: 'config-provider open', checks: "the add-on's page of the Console", run: 'config-provider open shared-settings', opens: console('/goto/{shared-settings}') },
  ...operator('keycloak', 'keycloak'), ...operator('metabase', 'metabase'), ...operator('matomo', 'addon-matomo'), ...operator('otoroshi', 'otoroshi'),
  { command: 'otoroshi open swaggerui', checks: 'the address of its API', find: { swagger: ['/v4/addon-providers/addon-otoroshi/addons/{my-otoroshi.realId}', /"swaggerUrl":"(https:[^"]+)"/] }, run: 'otoroshi open swaggerui my-otoroshi', opens: '{swagger}' },
  {
    command: 'ssh', checks: 'the instance that the gateway is asked for; a stand-in for ssh answers, as the emulator has no machine',
    find: { instance: ['{A:worker}/instances', /"id":"([^"]+)"/] }, run: "ssh --app worker --command 'echo $((6 * 7))'", prints: /^42$/m, calls: '{SSH_GATEWAY} {instance}',
  },
  { command: 'ssh', checks: 'an application without an instance is refused', run: 'ssh --app docs --command true', refuses: /No running instances/ },
];
