// What Clever Cloud tells others: drains, notifications; and who may act for it.
import { none } from './match.mjs';

const drains = '/v4/drains/organisations/{Acme Corp}/resources/{api}/drains';
const webhooks = '/v2/notifications/webhooks/{Acme Corp}';
const emailhooks = '/v2/notifications/emailhooks/{Acme Corp}';
const drain = { drain: [drains, /"id":"(drain_[^"]+)"/] };
const consumers = (list) => ({ '/v2/summary': { organisations: [{ name: 'Acme Corp', consumers: list }] } });

export const hooks = [
  { command: 'drain', checks: "an application's, with status, execution and backlog", run: 'drain --app storefront', answers: [{ kind: 'LOG', recipient: { type: 'SYSLOG_TCP' }, status: { status: 'ENABLED' }, execution: { status: 'RUNNING', attempt: 0, maxAttempt: 10 }, backlog: { msgBacklog: 0, msgRateOut: /^\d/ } }] },
  { command: 'drain', checks: 'as a text', run: 'drain --app storefront', prints: [/drain_/, /syslog\.acme\.example/, /ENABLED/i] },
  { command: 'drain create', checks: 'over HTTP, with a user and a password', run: 'drain create raw-http https://logs.example.com/in --username ci --password pass --app {api}', state: { [drains]: [{ recipient: { type: 'RAW_HTTP', url: 'https://logs.example.com/in', username: 'ci' } }] } },
  { command: 'drain create', checks: 'Elasticsearch with an index', run: 'drain create elasticsearch https://es.example.com/_bulk --username ci --password pass --index-prefix shop --app {api}', state: { [drains]: [{ recipient: { type: 'ELASTICSEARCH', index: 'shop' } }] } },
  { command: 'drain create', checks: "for an add-on", run: 'drain create syslog-tcp tcp://logs.example.com:1514 --addon {shop-db}', state: { '/v4/drains/organisations/{Acme Corp}/resources/{shop-db.realId}/drains': [{ recipient: { type: 'SYSLOG_TCP' } }] } },
  { command: 'drain get', checks: 'one drain', find: drain, run: 'drain get {drain} --app {api}', answers: { id: '{drain}', resourceId: '{api}', kind: 'LOG', recipient: { type: 'RAW_HTTP', url: 'https://logs.example.com/in' }, status: { status: 'ENABLED' }, execution: { status: 'RUNNING' } } },
  { command: 'drain check', checks: 'whether the recipient answers', run: 'drain check {drain} --app {api}', prints: /Probe: OK/ },
  { command: 'drain check', checks: 'the same as JSON', run: 'drain check {drain} --app {api}', answers: { ok: true } },
  { command: 'drain disable', checks: 'its state', run: 'drain disable {drain} --app {api}', state: { [`${drains}/{drain}`]: { status: { status: 'DISABLED' } } }, within: 5 },
  { command: 'drain enable', checks: 'its state', run: 'drain enable {drain} --app {api}', state: { [`${drains}/{drain}`]: { status: { status: 'ENABLED' } } }, within: 5 },
  { command: 'drain remove', checks: 'the drain is gone', run: 'drain remove {drain} --app {api}', state: { [drains]: none({ id: '{drain}' }) }, within: 5 },
  { command: 'webhooks', checks: 'names, events, URLs', run: "webhooks --org 'Acme Corp'", prints: ['chat', 'https://chat.acme.example/hooks/deployments (slack)'] },
  { command: 'webhooks add', checks: 'events and application', run: "webhooks add by-ci https://ci.example.com/hook --format slack --event META_DEPLOYMENT_RESULT --service {api} --org 'Acme Corp'", state: { [webhooks]: [{ name: 'by-ci', urls: [{ format: 'slack', url: 'https://ci.example.com/hook' }], scope: ['{api}'], events: ['META_DEPLOYMENT_RESULT'] }] } },
  { command: 'webhooks remove', checks: 'the hook is gone', find: { hook: [webhooks, /"id":"(webhook_[^"]+)"[^{}]*"name":"by-ci"/] }, run: "webhooks remove {hook} --org 'Acme Corp'", state: { [webhooks]: none({ name: 'by-ci' }) } },
  { command: 'notify-email', checks: 'names, events, addresses', run: "notify-email --org 'Acme Corp'", prints: ['on call', 'oncall@acme.example', 'DEPLOYMENT_FAIL'] },
  { command: 'notify-email add', checks: 'an address and an event', run: "notify-email add by-ci --notify ci@example.com --event META_SERVICE_LIFECYCLE --org 'Acme Corp'", state: { [emailhooks]: [{ name: 'by-ci', notified: [{ type: 'email', target: 'ci@example.com' }], events: ['META_SERVICE_LIFECYCLE'] }] } },
  { command: 'notify-email remove', checks: 'the hook is gone', find: { hook: [emailhooks, /"id":"(emailhook_[^"]+)"[^{}]*"name":"by-ci"/] }, run: "notify-email remove {hook} --org 'Acme Corp'", state: { [emailhooks]: none({ name: 'by-ci' }) } },
  { command: 'oauth-consumers list', checks: 'those of every owner', run: 'oauth-consumers list', prints: ['status-page', '{status-page}'] },
  { command: 'oauth-consumers get', checks: 'rights, and the secret when asked for', run: 'oauth-consumers get status-page --with-secret', answers: { key: '{status-page}', name: 'status-page', rights: { access_organisations: true, almighty: false }, secret: /.{20}/ } },
  { command: 'oauth-consumers create', checks: 'texts and rights', run: "oauth-consumers create by-ci --description 'Made by the test' --url https://ci.example.com --picture https://ci.example.com/p.png --base-url https://ci.example.com --rights access-organisations --org 'Acme Corp'", answers: { name: 'by-ci', rights: { access_organisations: true, manage_organisations: false } }, state: consumers([{ name: 'by-ci' }]) },
  { command: 'oauth-consumers update', checks: 'the name', run: 'oauth-consumers update {by-ci} --name by-ci-again', state: consumers([{ name: 'by-ci-again' }, none({ name: 'by-ci' })]) },
  { command: 'oauth-consumers delete', checks: 'the consumer is gone', run: 'oauth-consumers delete {by-ci-again} --yes', state: consumers(none({ name: 'by-ci-again' })) },
];
