// The table: what is run for each command of `clever`, by group, and what is not.
import { account } from './account.mjs';
import { addons } from './addons.mjs';
import { applications, slow } from './applications.mjs';
import { git } from './git.mjs';
import { hooks } from './hooks.mjs';
import { kubernetes } from './kubernetes.mjs';
import { networks } from './networks.mjs';
import { operators } from './operators.mjs';
import { variables } from './variables.mjs';

// A group has an emulator of its own. The longest come first.
export const groups = {
  applications: { cases: applications },
  operators: { cases: operators, features: ['operators', 'ng'] },
  kubernetes: { cases: kubernetes, features: ['k8s'] },
  variables: { cases: variables },
  addons: { cases: addons },
  hooks: { cases: hooks },
  account: { cases: account },
  networks: { cases: networks, features: ['ng'] },
  slow: { cases: slow, flags: ['--speed', '1'] },
  git: { cases: git, flags: ['--tls'] },
};

const onlyLocal = 'asks nothing of the API';
const browser = 'opens a page of the Console in a browser';
const above = 'stands for the commands below it';
const page = 'opens a page in a browser; what it asks for first is checked with `get`';

export const leftOut = {
  applications: onlyLocal,
  'config-provider': above,
  'config-provider open': browser,
  console: browser,
  database: above,
  'emails open': browser,
  'env import-vars': 'broken in 4.11: it sends a request for each letter of the name',
  features: onlyLocal,
  'features disable': onlyLocal,
  'features enable': onlyLocal,
  'features info': onlyLocal,
  'features list': onlyLocal,
  help: onlyLocal,
  k8s: above,
  'k8s nodegroups': above,
  'keycloak open': page,
  'keycloak open logs': page,
  'keycloak open webui': page,
  kv: 'speaks the Redis protocol to the add-on itself, which the emulator does not run',
  logout: onlyLocal,
  'make-default': onlyLocal,
  'matomo open': page,
  'matomo open logs': page,
  'matomo open webui': page,
  'metabase open': page,
  'metabase open logs': page,
  'metabase open webui': page,
  'oauth-consumers': above,
  'oauth-consumers open': browser,
  open: "opens the application's page in a browser",
  'otoroshi open': page,
  'otoroshi open logs': page,
  'otoroshi open swaggerui': page,
  'otoroshi open webui': page,
  'profile open': browser,
  'profile switch': 'asks which profile on a terminal; it asks nothing of the API',
  ssh: 'goes to an instance over SSH, and the emulator has none',
  'ssh-keys open': browser,
  unlink: onlyLocal,
  version: onlyLocal,
};
