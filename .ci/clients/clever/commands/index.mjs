// The table: what is run for each command of `clever`, by group, and what is not.
import { account } from './account.mjs';
import { addons } from './addons.mjs';
import { applications, slow } from './applications.mjs';
import { git } from './git.mjs';
import { hooks } from './hooks.mjs';
import { kubernetes } from './kubernetes.mjs';
import { keyValue } from './keyvalue.mjs';
import { local } from './local.mjs';
import { networks } from './networks.mjs';
import { operators } from './operators.mjs';
import { pages } from './pages.mjs';
import { variables } from './variables.mjs';

// A group has an emulator of its own. The longest come first.
export const groups = {
  applications: { cases: applications },
  operators: { cases: operators, features: ['operators', 'ng'] },
  kubernetes: { cases: kubernetes, features: ['k8s'] },
  variables: { cases: variables },
  addons: { cases: addons },
  hooks: { cases: hooks },
  pages: { cases: pages, features: ['operators'] },
  local: { cases: local },
  keyValue: { cases: keyValue, features: ['kv'] },
  account: { cases: account },
  networks: { cases: networks, features: ['ng'] },
  slow: { cases: slow, flags: ['--speed', '1'] },
  git: { cases: git, flags: ['--tls'] },
};

// What stays, command by command, with its reason.
export const leftOut = {};
