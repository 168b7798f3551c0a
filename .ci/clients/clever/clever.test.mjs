// The official command line against the emulator: what it shows and what it
// changes, as on the platform.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emulator, environment, PASSWORD, run } from '../programs.mjs';
import { clever, cleverJSON, cleverTyping } from './cli.mjs';

const emulated = await emulator();

// A CLI that was never used before, with the demo account's OAuth token.
async function demo(t) {
  const env = await environment(t, emulated);
  delete env.CLEVER_API_TOKEN; // the CLI would not read it
  return env;
}

// An application that has domains, variables and deployments.
const app = 'storefront';

// No two of these change the same thing, so they need not wait for each other.
describe('clever', { concurrency: 2 }, () => {
  test('profile shows the demo user', async (t) => {
    const env = await demo(t);
    const profile = await cleverJSON(env, 'profile');
    assert.match(profile.email, /^[^@]+@[^@]+$/);
    assert.match(profile.id, /^user_/);
    assert.ok(profile.isTokenValid);
    assert.match(await clever(env, 'profile'), new RegExp(profile.email));
  });

  test('profile refuses a wrong secret', async (t) => {
    const env = { ...(await demo(t)), CLEVER_SECRET: 'wrong' };
    await assert.rejects(clever(env, 'profile'), /invalid or has expired/);
  });

  test('login keeps a profile with its hosts', async (t) => {
    const env = await environment(t);
    await clever(
      env, 'login', '--alias', 'emulated', '--token', emulated.CLEVER_TOKEN, '--secret', emulated.CLEVER_SECRET,
      '--api-host', emulated.API_HOST, '--auth-bridge-host', emulated.AUTH_BRIDGE_HOST, '--console-url', emulated.CONSOLE_URL,
    );
    assert.equal((await cleverJSON(env, 'profile')).alias, 'emulated');
  });

  test('applications list has every owner and application', async (t) => {
    const env = await demo(t);
    const owners = await cleverJSON(env, 'applications', 'list');
    assert.ok(owners.length >= 2);
    const text = await clever(env, 'applications', 'list');
    for (const owner of owners) {
      assert.match(owner.id, /^(user|orga)_/);
      for (const app of owner.applications) {
        assert.match(app.app_id, /^app_/);
        assert.ok(text.includes(app.app_id), `${app.app_id} is not in\n${text}`);
      }
    }
    const one = owners.find((owner) => owner.applications.length > 0);
    const [same] = await cleverJSON(env, 'applications', 'list', '--org', one.name);
    assert.deepEqual(same.applications.map((a) => a.app_id), one.applications.map((a) => a.app_id));
  });

  test('addon lists the add-ons of every owner', async (t) => {
    const env = await demo(t);
    const owners = await cleverJSON(env, 'applications', 'list');
    const addons = (await Promise.all(owners.map((owner) => cleverJSON(env, 'addon', 'list', '--org', owner.id)))).flat();
    assert.ok(addons.length > 0);
    for (const addon of addons) {
      assert.match(addon.addonId, /^addon_/);
      for (const field of ['name', 'planSlug', 'providerId', 'realId', 'region']) {
        assert.ok(addon[field], `${field} of ${JSON.stringify(addon)}`);
      }
    }
    const own = await cleverJSON(env, 'addon');
    assert.ok(own.every(({ addonId }) => addons.some((addon) => addon.addonId === addonId)));
    const variables = await cleverJSON(env, 'addon', 'env', addons.find((a) => a.providerId === 'postgresql-addon').addonId);
    assert.ok(Object.keys(variables).length > 0);
  });

  test('env is shown, set and removed', async (t) => {
    const env = await demo(t);
    const variables = async () => {
      const { env: list } = await cleverJSON(env, 'env', '--app', app);
      return Object.fromEntries(list.map(({ name, value }) => [name, value]));
    };
    const before = await variables();
    await clever(env, 'env', 'set', 'CI_GREETING', 'héllo = "wörld"', '--app', app);
    assert.deepEqual(await variables(), { ...before, CI_GREETING: 'héllo = "wörld"' });
    assert.match(await clever(env, 'env', '--app', app), /CI_GREETING=/);
    await clever(env, 'env', 'rm', 'CI_GREETING', '--app', app);
    assert.deepEqual(await variables(), before);
  });

  test('domain is shown, added, made favourite and removed', async (t) => {
    const env = await demo(t);
    const domains = async () => (await cleverJSON(env, 'domain', '--app', app)).map((d) => d.hostname + d.pathPrefix).sort();
    const before = await domains();
    assert.ok(before.length > 0);
    await clever(env, 'domain', 'add', 'ci.example.com/shop', '--app', app);
    assert.deepEqual(await domains(), [...before, 'ci.example.com/shop'].sort());
    await clever(env, 'domain', 'favourite', 'set', 'ci.example.com/shop', '--app', app);
    assert.match(await clever(env, 'domain', 'favourite', '--app', app), /ci\.example\.com\/shop/);
    await clever(env, 'domain', 'rm', 'ci.example.com/shop', '--app', app);
    assert.deepEqual(await domains(), before);
  });

  test('activity has the deployments, newest first', async (t) => {
    const env = await demo(t);
    const deployments = await cleverJSON(env, 'activity', '--app', app, '--show-all');
    assert.ok(deployments.length > 0);
    for (const { uuid, state, action } of deployments) {
      assert.match(uuid, /^deployment_|^[0-9a-f-]{36}$/);
      assert.ok(['OK', 'FAIL', 'CANCELLED', 'WIP'].includes(state), state);
      assert.ok(['DEPLOY', 'UNDEPLOY'].includes(action), action);
    }
  });

  test('curl signs what it sends', async (t) => {
    const env = await demo(t);
    const self = JSON.parse(await clever(env, 'curl', '-s', `${env.API_HOST}/v2/self`));
    assert.equal(self.id, (await cleverJSON(env, 'profile')).id);
    const zones = JSON.parse(await clever(env, 'curl', '-s', `${env.API_HOST}/v4/products/zones`));
    assert.ok(zones.some((zone) => zone.name === 'par'));
    const refused = await run('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', `${env.API_HOST}/v2/self`], { env });
    assert.equal(refused.stdout, '401');
  });

  test('tokens are created, listed, good for the bridge, and revoked', async (t) => {
    const env = await demo(t);
    const printed = await cleverTyping(env, PASSWORD, 'tokens', 'create', 'ci-token', '--expiration', '7d', '--format', 'json');
    const made = JSON.parse(printed.slice(printed.indexOf('{')));
    const listed = async () => (await cleverJSON(env, 'tokens')).find((token) => token.apiTokenId === made.apiTokenId);
    const { name, state, apiToken } = await listed();
    assert.deepEqual({ name, state, apiToken }, { name: 'ci-token', state: 'ACTIVE', apiToken: undefined });
    const status = async () => {
      const headers = { authorization: `Bearer ${made.apiToken}` };
      return (await fetch(`${env.AUTH_BRIDGE_HOST}/v2/self`, { headers })).status;
    };
    assert.equal(await status(), 200);
    await clever(env, 'tokens', 'revoke', made.apiTokenId);
    assert.equal(await listed(), undefined);
    assert.equal(await status(), 401);
  });

  test('tokens create refuses a wrong password', async (t) => {
    const env = await demo(t);
    await assert.rejects(cleverTyping(env, 'not it', 'tokens', 'create', 'ci-token'), /Invalid credentials, check your password/);
  });
});
