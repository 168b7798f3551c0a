// What every MCP client has to be able to do with the tools, whoever wrote it:
// the arguments of each call and what its result must hold.
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';

// The applications or add-ons of an owner in a list: a line has the fields that the
// list's columns name, and the last one, the name, may have spaces.
export function rows({ columns }, lines) {
  const names = columns.split(' ');
  return lines.map((line) => {
    const values = line.split(' ');
    values.push(values.splice(names.length - 1).join(' '));
    return Object.fromEntries(names.map((name, i) => [name, values[i]]));
  });
}

export const mission = [
  {
    tool: 'get_self',
    args: {},
    check(self) {
      assert.equal(self.signed_in, true);
      assert.match(self.user.id, /^user_/);
      assert.match(self.credential.kind, /OAuth 1/);
      assert.ok(self.organisations.length >= 2);
    },
  },
  {
    tool: 'list_apps',
    args: { limit: 100 },
    check(list) {
      const apps = list.owners.flatMap((owner) => rows(list, owner.apps));
      assert.ok(apps.length >= 10);
      assert.equal(apps.length, list.total);
      for (const app of apps) assert.match(app.app, /^app_[0-9a-f-]{36}$/);
      assert.ok(apps.some((app) => app.state === 'running'));
      assert.ok(apps.some((app) => app.state === 'failed'));
    },
  },
  {
    tool: 'list_zones',
    args: { tags: ['for:applications'] },
    check({ zones, total }) {
      assert.equal(zones.length, total);
      assert.ok(zones.some((zone) => zone.name === 'par'));
      for (const zone of zones) assert.ok(zone.tags.includes('for:applications'));
    },
  },
  {
    tool: 'create_token',
    args: { name: 'made by a client', expires: '1d' },
    async check(token) {
      assert.match(token.id, /^api_tokens_/);
      assert.equal((await stat(token.file)).mode & 0o777, 0o600);
      const value = (await readFile(token.file, 'utf8')).trim();
      assert.ok(value.length > 20);
      assert.ok(!JSON.stringify(token).includes(value), 'the result shows the token');
    },
  },
  {
    tool: 'raw_request',
    args: { method: 'GET', path: '/v4/products/zones', select: 'map(.name)' },
    check(answer) {
      assert.equal(answer.status, 200);
      assert.equal(answer.operation, 'GET /v4/products/zones');
      assert.ok(answer.body.includes('par'));
    },
  },
];

// The tools that only read, with arguments for the demo account. Whether a result
// is what its output schema says, the clients find out by themselves.
export const reads = {
  diagnose_app: { app: 'search' },
  get_addon: { addon: 'shop-db' },
  get_app: { app: 'storefront' },
  get_billing: {},
  get_env: { app: 'storefront' },
  get_logs: { app: 'storefront' },
  get_metrics: { app: 'storefront' },
  get_self: {},
  list_addons: {},
  list_apps: {},
  list_deployments: { app: 'storefront' },
  list_products: {},
  list_tokens: {},
  list_zones: {},
  read_api: { path: '/v2/self' },
  search_api: { phrase: 'add a domain' },
};

// Arguments that are wrong are answered to the model, with the right names.
export const mistake = {
  tool: 'list_apps',
  args: { owners: 'acme' },
  check(result) {
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /"owners".*owner/s);
  },
};

// A list of tools as all clients have to see it.
export function checkTools(tools) {
  const names = tools.map((tool) => tool.name);
  assert.deepEqual(names, [...new Set(names)].sort());
  for (const { tool } of mission) assert.ok(names.includes(tool), `${tool} is not among ${names}`);
  for (const tool of tools) {
    assert.ok(tool.title && tool.description, tool.name);
    assert.equal(tool.inputSchema.type, 'object');
    assert.equal(tool.outputSchema.type, 'object');
    for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']) {
      assert.equal(typeof tool.annotations[hint], 'boolean', `${hint} of ${tool.name}`);
    }
  }
}

// A result that went well: the same facts as data and as text.
export function checkResult(result) {
  assert.ok(!result.isError, JSON.stringify(result.content));
  assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
}
