// Applications, and how they are deployed.
import { many, none } from './match.mjs';

const instance = (members) => ({ '{A:storefront}': { instance: members } });

export const applications = [
  { command: 'applications list', checks: 'every owner and application', run: 'applications list', prints: ['{storefront}', '{blog}', '{portfolio}', 'Studio Nuage'] },
  { command: 'applications list', checks: 'those of one organisation by its name', run: "applications list --org 'Studio Nuage'", answers: [{ id: '{Studio Nuage}', applications: [{ app_id: '{portfolio}', zone: 'rbx' }] }] },
  { command: 'create', checks: 'type, zone and size; the folder is linked', run: "create --type node --org 'Acme Corp' made", state: { '{A:made}': { zone: 'par', deployment: { type: 'GIT' }, instance: { type: 'node', minInstances: 1, maxInstances: 1, minFlavor: { name: 'XS' } } } }, writes: { '.clever.json': /"name": "made"/ } },
  { command: 'create', checks: 'a task with its command, in another zone', run: "create --type python --region rbx --task 'python job.py' --org 'Acme Corp' made-task", answers: { name: 'made-task', id: /^app_/ }, state: { '{A:made-task}': { zone: 'rbx', instance: { type: 'python', lifetime: 'TASK' } }, '{A:made-task}/env': [{ name: 'CC_RUN_COMMAND', value: 'python job.py' }] } },
  { command: 'create', checks: 'an unknown type is refused', run: 'create --type cobol other', refuses: /cobol/ },
  { command: 'config', checks: 'what is set', run: 'config --app {made}', prints: [/│ name +│ 'made'/, /│ force-https +│ false/], },
  { command: 'config get', checks: 'one setting', run: 'config get force-https --app storefront', prints: /^true$/m },
  { command: 'config set', checks: 'task, which create has set', run: 'config set task false --app made-task', state: { '{A:made-task}': { instance: { lifetime: 'REGULAR' } } } },
  { command: 'config set', checks: 'zero downtime', run: 'config set zero-downtime false --app storefront', state: { '{A:storefront}': { homogeneous: true } } },
  { command: 'config set', checks: 'HTTPS only', run: 'config set force-https true --app made', state: { '{A:made}': { forceHttps: 'ENABLED' } } },
  { command: 'config set', checks: 'sticky sessions', run: 'config set sticky-sessions true --app made', state: { '{A:made}': { stickySessions: true } } },
  { command: 'config update', checks: 'name and description', run: "config update --name made-again --description 'By the test' --app {made}", state: { '{A:made-again}': { name: 'made-again', description: 'By the test' } } },
  { command: 'link', checks: 'an alias in .clever.json', run: 'link {storefront} --alias shop', writes: { '.clever.json': /"alias": "shop"/ } },
  { command: 'scale', checks: 'one size, one count', run: 'scale --flavor S --instances 2 --app {made-again}', state: { '{A:made-again}': { instance: { minFlavor: { name: 'S' }, maxFlavor: { name: 'S' }, minInstances: 2, maxInstances: 2 } } } },
  { command: 'scale', checks: 'bounds of both', run: 'scale --min-flavor XS --max-flavor L --min-instances 1 --max-instances 4 --app storefront', state: instance({ minFlavor: { name: 'XS' }, maxFlavor: { name: 'L' }, minInstances: 1, maxInstances: 4 }) },
  { command: 'scale', checks: 'an instance of its own for builds', run: 'scale --build-flavor XL --app storefront', state: { '{A:storefront}': { separateBuild: true, buildFlavor: { name: 'XL' } } } },
  { command: 'scale', checks: 'more than 40 instances is refused', run: 'scale --instances 400 --app storefront', refuses: /instances/i },
  { command: 'status', checks: 'running instances, sizes and bounds', run: 'status --app worker', answers: { id: '{worker}', status: 'running', lifetime: 'REGULAR', instances: [{ flavor: 'XS', count: 1 }], scalability: { vertical: { min: 'XS', max: 'XS' } } } },
  { command: 'status', checks: 'that one is stopped', run: 'status --app docs', prints: /docs: stopped/ },
  { command: 'stop', checks: 'no instance is left', run: 'stop --app worker', state: { '{A:worker}': { state: 'SHOULD_BE_DOWN' }, '{A:worker}/instances': many(0) }, within: 20 },
  { command: 'restart', checks: 'waits until it runs, with logs on the way; instances are new', run: 'restart --app worker', prints: /success/i, state: { '{A:worker}': { state: 'SHOULD_BE_UP' }, '{A:worker}/instances': [{ state: 'UP' }] }, within: 20 },
  { command: 'restart', checks: 'a build that fails is reported', run: 'restart --app mobile-gateway', refuses: /fail/i },
  { command: 'restart', checks: 'without the cache, without logs, without waiting', run: 'restart --without-cache --quiet --exit-on deploy-start --app docs', state: { '{A:docs}/deployments?limit=1': [{ action: 'DEPLOY', state: /^(WIP|OK)$/ }], '{A:docs}': { state: 'SHOULD_BE_UP' }, '{A:docs}/instances': [{ state: 'UP' }] }, within: 20 },
  { command: 'cancel-deploy', checks: 'nothing to cancel is refused', run: 'cancel-deploy --app docs', refuses: /no ongoing deployment/ },
  { command: 'activity', checks: 'ten deployments, newest first, with state and commit', run: 'activity --app {api}', answers: many(10) },
  { command: 'activity', checks: 'all deployments', run: 'activity --show-all --app {api}', answers: many(14) },
  { command: 'logs', checks: 'the lines of a span of time', run: 'logs --app {api} --after 2h --before 0s', prints: /^\d{4}-\d\d-\d\dT.*\S/m },
  { command: 'logs', checks: 'as JSON', run: 'logs --app {api} --after 1h --before 0s', answers: [{ applicationId: '{api}', message: /./, date: /^20/ }] },
  { command: 'logs', checks: "an add-on's", run: 'logs --addon {shop-db} --after 24h --before 0s', prints: /^\d{4}-\d\d-\d\dT.*\S/m },
  { command: 'logs', checks: 'only lines with a text', run: 'logs --app search --search error --after 2d --before 0s', prints: /error/i },
  { command: 'accesslogs', checks: 'requests with status, address and path', run: 'accesslogs --app storefront --after 1h --before 0s', answers: [{ http: { request: { method: /^[A-Z]+$/, path: /^\// }, response: { statusCode: /^\d{3}$/ } } }] },
  { command: 'delete', checks: 'the application is gone, and its link with it', run: 'delete --yes --app {made-again}', state: { '/v2/summary': { organisations: [{ name: 'Acme Corp', applications: none({ name: 'made-again' }) }] } } },
];

// A deployment that takes as long as in life, so that there is one to cancel.
export const slow = [
  { command: 'cancel-deploy', checks: 'the deployment that runs is cancelled', first: ['restart --quiet --exit-on deploy-start --app storefront'], run: 'cancel-deploy --app storefront', state: { '{A:storefront}/deployments?limit=1': [{ state: 'CANCELLED' }] }, within: 5 },
];
