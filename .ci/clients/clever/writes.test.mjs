// What the writing tools did is there for the `clever` command line, and what
// `clever` did is there for the tools that read. One account, one application,
// from its creation to its end.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { checkResult } from '../mission.mjs';
import { emulator, run, signedIn } from '../programs.mjs';
import { overStdio } from '../typescript/stdio.mjs';
import { clever, cleverJSON } from './cli.mjs';

const emulated = await emulator('--speed', '60');
const OWNER = 'Acme Corp';

// A server of ours, with a client that cannot ask a person.
async function server(t) {
  const env = await signedIn(t, emulated);
  const repositories = path.join(env.HOME, 'repositories');
  await mkdir(repositories);
  const ask = await overStdio(t, env, '--deploy-dir', repositories);
  async function call(name, args) {
    const result = await ask(name, args);
    checkResult(result);
    return result.structuredContent;
  }
  // Calls what destroys, and again with the handle of its plan.
  async function confirmed(name, args) {
    const plan = await ask(name, args);
    assert.equal(plan.isError, true, `${name} did it without asking`);
    const [, confirm] = /^confirm: (\S+)$/m.exec(plan.content[0].text) ?? [];
    assert.ok(confirm, plan.content[0].text);
    return call(name, { ...args, confirm });
  }
  return { env, call, confirmed, repositories };
}

const at = (env, app) => ({
  status: () => cleverJSON(env, 'status', '--app', app),
  env: async () => Object.fromEntries((await cleverJSON(env, 'env', '--app', app)).env.map(({ name, value }) => [name, value])),
  config: () => clever(env, 'config', '--app', app),
  domains: () => cleverJSON(env, 'domain', '--app', app),
  favourite: () => cleverJSON(env, 'domain', 'favourite', '--app', app),
  activity: () => cleverJSON(env, 'activity', '--app', app),
  services: () => cleverJSON(env, 'service', '--app', app),
  redirections: () => cleverJSON(env, 'tcp-redirs', '--app', app),
});

test('an application from its creation to its end', async (t) => {
  const { env, call, confirmed, repositories } = await server(t);
  const name = 'ci-writes';
  const made = await call('create_app', {
    owner: OWNER, name, type: 'node', zone: 'rbx', flavor: 'XS-M', instances: '1-2', build_flavor: 'L', description: 'by the test',
    switches: { zero_downtime: false, force_https: true, cancel_on_push: true },
  });
  const seen = at(env, made.app);

  await t.test('create_app', async () => {
    const status = await seen.status();
    assert.equal(status.name, name);
    assert.equal(status.status, 'stopped');
    assert.equal(status.type.slug, 'node');
    assert.deepEqual(status.scalability, { enabled: true, vertical: { min: 'XS', max: 'M' }, horizontal: { min: 1, max: 2 } });
    assert.deepEqual([status.separateBuild, status.buildFlavor], [true, 'L']);
    const config = await seen.config();
    assert.match(config, /│ description +│ 'by the test'/);
    assert.match(config, /│ zero-downtime +│ false/);
    assert.match(config, /│ force-https +│ true/);
    assert.match(config, /│ cancel-on-push +│ true/);
    const [organisation] = (await cleverJSON(env, 'applications', 'list')).filter((one) => one.name === OWNER);
    assert.equal(organisation.applications.find((app) => app.app_id === made.app).zone, 'rbx');
  });

  await t.test('update_app: scale, config, tcp-redirs', async () => {
    const { changes } = await call('update_app', {
      app: name, flavor: 'S', instances: '3', build_flavor: 'none', description: 'changed', tcp_open: 'default',
      switches: { sticky_sessions: true, force_https: false },
    });
    assert.deepEqual(changes.map(({ setting }) => setting).sort(),
      ['build_flavor', 'description', 'flavor', 'force_https', 'instances', 'sticky_sessions', 'tcp_port']);
    const status = await seen.status();
    assert.deepEqual(status.scalability, { enabled: false, vertical: { min: 'S', max: 'S' }, horizontal: { min: 3, max: 3 } });
    assert.equal(status.separateBuild, false);
    const config = await seen.config();
    assert.match(config, /│ description +│ 'changed'/);
    assert.match(config, /│ sticky-sessions +│ true/);
    assert.match(config, /│ force-https +│ false/);
    const [redirection] = await seen.redirections();
    assert.equal(redirection.namespace, 'default');
    await confirmed('update_app', { app: name, tcp_close: redirection.port });
    assert.deepEqual(await seen.redirections(), []);
  });

  await t.test('set_env: set, import, unset', async () => {
    await call('set_env', { app: name, set: { GREETING: 'Héllo "you" & co', PORT_OF_CALL: '1' }, from: { KEY: 'generate:32' } });
    await call('set_env', { app: name, dotenv: 'ONE=1\nTWO="two words"\n', unset: ['PORT_OF_CALL'] });
    const { KEY, ...others } = await seen.env();
    assert.deepEqual(others, { GREETING: 'Héllo "you" & co', ONE: '1', TWO: 'two words' });
    assert.ok(KEY.length >= 32);
    const before = await seen.env();
    await call('set_env', { app: name, set: { ONE: 'other' }, dry_run: true });
    assert.deepEqual(await seen.env(), before);
  });

  await t.test('update_domains: with a path, a favourite, removed', async () => {
    await call('update_domains', { app: name, add: ['ci.example.com/shop', 'www.ci.example.com'], favourite: 'www.ci.example.com' });
    const names = async () => (await seen.domains()).map((domain) => domain.domainWithPathPrefix).filter((domain) => domain.includes('example.com'));
    assert.deepEqual((await names()).sort(), ['ci.example.com/shop', 'www.ci.example.com/']);
    assert.equal((await seen.favourite()).domainWithPathPrefix, 'www.ci.example.com/');
    await call('update_domains', { app: name, remove: ['ci.example.com/shop'] });
    assert.deepEqual(await names(), ['www.ci.example.com/']);
  });

  await t.test('deploy_app: a local folder, without the cache, a restart', async () => {
    const directory = path.join(repositories, name);
    await mkdir(directory);
    const git = async (...args) => {
      const { code, stdout, stderr } = await run('git', ['-C', directory, '-c', 'user.name=CI', '-c', 'user.email=ci@example.com', ...args], { env });
      assert.equal(code, 0, stderr);
      return stdout.trim();
    };
    await git('init', '--quiet', '--initial-branch', 'main');
    await writeFile(path.join(directory, 'package.json'), '{"name":"ci","scripts":{"start":"node server.js"}}\n');
    await writeFile(path.join(directory, 'server.js'), 'require("http").createServer((q, s) => s.end("ok")).listen(8080, "0.0.0.0")\n');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'first');
    const commit = await git('rev-parse', 'HEAD');

    const pushed = await call('deploy_app', { app: name, directory });
    assert.equal(pushed.outcome, 'succeeded', JSON.stringify(pushed));
    const status = await seen.status();
    assert.deepEqual([status.status, status.commit], ['running', commit]);
    const newest = (await seen.activity()).at(-1);
    assert.deepEqual([newest.uuid, newest.commit, newest.state, newest.action], [pushed.deployment, commit, 'OK', 'DEPLOY']);

    for (const args of [{ rebuild: true }, {}, { commit }]) {
      const { deployment, outcome } = await call('deploy_app', { app: name, ...args });
      assert.equal(outcome, 'succeeded');
      const newest = (await seen.activity()).find((one) => one.uuid === deployment);
      assert.deepEqual([newest.commit, newest.state], [commit, 'OK'], JSON.stringify(args));
    }
  });

  await t.test('create_addon, link_addon', async () => {
    const addon = await call('create_addon', { provider: 'postgresql', name: 'ci-db', owner: OWNER, plan: 'xs_sml', zone: 'rbx', version: '15' });
    const listed = async () => (await cleverJSON(env, 'addon', 'list', '--org', OWNER)).find((one) => one.name === 'ci-db');
    const { addonId, realId, planSlug, region, providerId } = await listed();
    assert.deepEqual({ addonId, realId, planSlug, region, providerId },
      { addonId: addon.addon, realId: addon.real_id, planSlug: 'xs_sml', region: 'rbx', providerId: 'postgresql-addon' });
    const linked = async () => (await seen.services()).addons.filter((one) => one.isLinked).map((one) => one.id);
    assert.deepEqual(await linked(), []);
    const { gains } = await call('link_addon', { addon: 'ci-db', app: name });
    assert.deepEqual(await linked(), [addonId]);
    assert.deepEqual(gains.toSorted(), Object.keys(await cleverJSON(env, 'addon', 'env', addonId)).sort());
    await call('link_addon', { addon: 'ci-db', app: name, unlink: true });
    assert.deepEqual(await linked(), []);

    await confirmed('delete_addon', { addon: 'ci-db' });
    assert.equal(await listed(), undefined);
  });

  await t.test('stop_app', async () => {
    await call('stop_app', { app: name });
    assert.equal((await seen.status()).status, 'stopped');
  });

  await t.test('delete_app', async () => {
    await confirmed('delete_app', { app: name });
    await assert.rejects(seen.status(), /not found|unknown|does not exist/i);
  });
});

test('a token is revoked for clever too', async (t) => {
  const { env, call, confirmed } = await server(t);
  const { id } = await call('create_token', { name: 'ci revoked', expires: '1d' });
  const listed = async () => (await cleverJSON(env, 'tokens')).some((token) => token.apiTokenId === id);
  assert.ok(await listed());
  await confirmed('revoke_token', { token: id });
  assert.ok(!(await listed()));
});

test('what clever does is seen by the tools that read', async (t) => {
  const { env, call } = await server(t);
  const name = 'ci-official';
  await clever(env, 'create', '--type', 'python', '--region', 'rbx', '--org', OWNER, name);
  const app = () => call('get_app', { app: name });
  const before = await app();
  assert.deepEqual([before.name, before.type, before.zone, before.state], [name, 'python', 'rbx', 'never_deployed']);

  await t.test('scale, config and tcp-redirs', async () => {
    await clever(env, 'scale', '--min-flavor', 'S', '--max-flavor', 'L', '--min-instances', '2', '--max-instances', '4', '--app', name);
    await clever(env, 'config', 'set', 'force-https', 'true', '--app', name);
    await clever(env, 'tcp-redirs', 'add', '--namespace', 'default', '--app', name);
    const now = await app();
    assert.deepEqual([now.flavor, now.instances], ['S-L', '2-4']);
    assert.ok(now.settings.some((setting) => setting.startsWith('force_https')), JSON.stringify(now.settings));
    const [{ port }] = await cleverJSON(env, 'tcp-redirs', '--app', name);
    assert.ok(JSON.stringify(now.tcp_ports).includes(String(port)), JSON.stringify(now.tcp_ports));
  });

  await t.test('env', async () => {
    await clever(env, 'env', 'set', 'BY_CLEVER', 'a value that stays hidden', '--app', name);
    const hidden = async () => (await call('get_env', { app: name })).own;
    const first = await hidden();
    assert.deepEqual(Object.keys(first), ['BY_CLEVER']);
    assert.match(first.BY_CLEVER, /^\[hidden 16-31 /);
    await clever(env, 'env', 'set', 'BY_CLEVER', 'a value that is another', '--app', name);
    assert.notEqual((await hidden()).BY_CLEVER, first.BY_CLEVER);
    await clever(env, 'env', 'rm', 'BY_CLEVER', '--app', name);
    assert.deepEqual(await hidden(), {});
  });

  await t.test('domain', async () => {
    await clever(env, 'domain', 'add', 'official.example.com/api', '--app', name);
    await clever(env, 'domain', 'favourite', 'set', 'official.example.com/api', '--app', name);
    const { domains } = await app();
    assert.ok(domains.includes('official.example.com/api'), domains.join());
  });

  await t.test('addon and service', async () => {
    await clever(env, 'addon', 'create', 'redis-addon', 'ci-official-cache', '--plan', 's_mono', '--region', 'rbx', '--org', OWNER, '--yes');
    await clever(env, 'service', 'link-addon', 'ci-official-cache', '--app', name);
    const addon = await call('get_addon', { addon: 'ci-official-cache' });
    assert.deepEqual([addon.plan, addon.zone], ['s_mono', 'rbx'], JSON.stringify(addon));
    assert.deepEqual(addon.apps.map((one) => one.app), [before.app]);
    assert.deepEqual((await app()).addons.map((one) => one.name), ['ci-official-cache']);
  });

  await t.test('restart, activity and stop', async () => {
    await clever(env, 'restart', '--app', 'worker');
    const { uuid, state, commit } = (await cleverJSON(env, 'activity', '--app', 'worker')).at(-1);
    const { deployments: [newest] } = await call('list_deployments', { app: 'worker', limit: 1 });
    assert.deepEqual([newest.deployment, newest.commit, state], [uuid, commit, 'OK'], JSON.stringify(newest));
    assert.match(newest.outcome, /succeeded/);
    await clever(env, 'stop', '--app', 'worker');
    assert.equal((await call('get_app', { app: 'worker' })).state, 'stopped');
  });

  await t.test('tokens', async () => {
    const { tokens } = await call('list_tokens');
    const official = (await cleverJSON(env, 'tokens')).map((token) => token.apiTokenId).sort();
    assert.ok(official.length > 0);
    assert.deepEqual(tokens.map((token) => token.id).filter((id) => official.includes(id)).sort(), official);
  });

  await t.test('delete', async () => {
    await clever(env, 'addon', 'delete', 'ci-official-cache', '--yes');
    await clever(env, 'delete', '--yes', '--app', name);
    const { owners } = await call('list_apps', { name });
    assert.deepEqual(owners.flatMap((owner) => owner.apps), []);
  });
});
