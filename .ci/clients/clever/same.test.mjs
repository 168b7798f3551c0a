// clever-mcp, the `clever` command line and @clevercloud/client look at one
// account: they have to see the same, and what one does the others must notice.
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import test from 'node:test';
import { GetProfileCommand } from '@clevercloud/client/cc-api-commands/profile/get-profile-command.js';
import { ListZoneCommand } from '@clevercloud/client/cc-api-commands/zone/list-zone-command.js';
import { call, emulator, environment, program, run, signedIn } from '../programs.mjs';
import { rows } from '../mission.mjs';
import { clever, cleverJSON } from './cli.mjs';
import { bearerClient } from './library.mjs';

const emulated = await emulator();

const inOrder = (list) => list.toSorted((a, b) => (a.id < b.id ? -1 : 1));

// Every application by clever-mcp, a few on a page, so that pages are tried too.
async function allApps(env, ...args) {
  const apps = [];
  for (let cursor, total = Infinity; apps.length < total; ) {
    const page = await call(env, 'list_apps', 'limit:=5', ...(cursor ? [`cursor=${cursor}`] : []), ...args);
    for (const { owner, apps: some } of page.owners) {
      for (const { app: id, name, zone } of rows(page, some)) apps.push({ id, owner, name, zone });
    }
    ({ total, cursor } = page);
    assert.equal(Boolean(cursor), apps.length < total, `a cursor where there is more: ${apps.length} of ${total}`);
  }
  return inOrder(apps);
}

test('the same applications', async (t) => {
  const env = await signedIn(t, emulated);
  const owners = await cleverJSON(env, 'applications', 'list');
  const official = owners.flatMap(({ id: owner, applications }) =>
    applications.map(({ app_id: id, name, zone }) => ({ id, owner, name, zone })),
  );
  assert.ok(official.length >= 10);
  assert.deepEqual(await allApps(env), inOrder(official));
});

test('the same zones', async (t) => {
  const env = await signedIn(t, emulated);
  const official = await bearerClient(emulated, emulated.CLEVER_API_TOKEN).send(new ListZoneCommand());
  const ours = await call(env, 'list_zones');
  const view = (zone) => ({ id: zone.name, country: zone.country, city: zone.city, tags: zone.tags.toSorted() });
  assert.deepEqual(inOrder(ours.zones.map(view)), inOrder(official.map(view)));
});

test('the same account', async (t) => {
  const env = await signedIn(t, emulated);
  const official = await cleverJSON(env, 'profile');
  const ours = await call(env, 'get_self');
  assert.deepEqual({ id: ours.user.id, email: ours.user.email }, { id: official.id, email: official.email });
});

test('a token of create_token is listed, works as Bearer, and is gone after revoke', async (t) => {
  const env = await signedIn(t, emulated);
  const made = await call(env, 'create_token', 'name=ci deploy', 'description=pipeline', 'expires=7d');
  const value = (await readFile(made.file, 'utf8')).trim();
  assert.equal((await stat(made.file)).mode & 0o777, 0o600);
  assert.ok(!JSON.stringify(made).includes(value), 'the result shows the token');

  const listed = async () => (await cleverJSON(env, 'tokens')).find((token) => token.apiTokenId === made.id);
  const token = await listed();
  assert.equal(token.name, 'ci deploy');
  assert.equal(token.description, 'pipeline');
  const seconds = (date) => Math.floor(new Date(date) / 1000);
  assert.equal(seconds(token.expirationDate), seconds(made.expires));

  const profile = () => bearerClient(emulated, value).send(new GetProfileCommand());
  assert.equal((await profile()).id, (await cleverJSON(env, 'profile')).id);
  const bearer = await environment(t, { ...emulated, CLEVER_API_TOKEN: value });
  assert.match((await call(bearer, 'get_self')).credential.kind, /API token/);

  await clever(env, 'tokens', 'revoke', made.id);
  assert.equal(await listed(), undefined);
  await assert.rejects(profile(), (error) => error.response.status === 401);
});

test('a variable set by clever-mcp is what clever shows', async (t) => {
  const env = await signedIn(t, emulated);
  const [{ id, owner }] = await allApps(env);
  const path = `/v2/organisations/${owner}/applications/${id}/env/CI_SAME`;
  const { status } = await call(env, 'raw_request', 'method=PUT', `path=${path}`, 'body:={"value":"a b&c=ü"}');
  assert.ok(status < 300);
  const shown = (await cleverJSON(env, 'env', '--app', id)).env.find((variable) => variable.name === 'CI_SAME');
  assert.equal(shown.value, 'a b&c=ü');
});

test('the values that clever shows are hidden by clever-mcp', async (t) => {
  const env = await signedIn(t, emulated);
  const { id, owner } = (await allApps(env)).find((one) => one.name === 'storefront');
  const shown = await cleverJSON(env, 'env', '--app', id);
  const values = [shown, ...shown.fromAddons].flatMap((from) => from.env.map((variable) => variable.value));
  // Shorter ones, such as "true", are words of any answer; so is where the emulator is.
  const { hostname } = new URL(emulated.API_HOST);
  const secrets = values.filter((value) => value.length >= 8 && value !== hostname);
  assert.ok(secrets.length >= 5, `storefront has ${secrets.length} values to hide`);
  const application = `/v2/organisations/${owner}/applications/${id}`;
  for (const path of [application, `${application}/env`, `${application}/addons/env`]) {
    const answer = JSON.stringify(await call(env, 'raw_request', 'method=GET', `path=${path}`));
    for (const secret of secrets) assert.ok(!answer.includes(secret), `${path} shows ${secret}`);
  }
});

for (const method of ['HMAC-SHA512', 'HMAC-SHA1', 'PLAINTEXT']) {
  test(`${method}: repeated and odd query parameters are signed rightly`, async (t) => {
    const env = await signedIn(t, emulated);
    const query = 'query:={"only":["a b","ü&=","a b"],"empty":""}';
    const answer = await call(env, 'raw_request', 'method=GET', 'path=/v2/self', query, 'select=.email', '--sign', method);
    assert.equal(answer.status, 200);
    assert.equal(answer.body, (await cleverJSON(env, 'profile')).email);
  });
}

test('a wrong secret is refused, with the credential and the next step named', async (t) => {
  const env = { ...(await signedIn(t, emulated)), CLEVER_SECRET: 'no-such-secret' };
  for (const method of ['HMAC-SHA512', 'HMAC-SHA1', 'PLAINTEXT']) {
    const { code, stderr } = await run(program, ['call', 'list_apps', '--sign', method], { env });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /CLEVER_TOKEN/);
    assert.match(stderr, /Next:/);
    assert.ok(!stderr.includes('no-such-secret'), stderr);
  }
});

test('the login that clever made is the login of clever-mcp', async (t) => {
  const env = await environment(t);
  await clever(
    env, 'login', '--alias', 'emulated', '--token', emulated.CLEVER_TOKEN, '--secret', emulated.CLEVER_SECRET,
    '--api-host', emulated.API_HOST, '--auth-bridge-host', emulated.AUTH_BRIDGE_HOST, '--console-url', emulated.CONSOLE_URL,
  );
  const self = await call(env, 'get_self');
  assert.equal(self.user.email, (await cleverJSON(env, 'profile')).email);
  assert.match(self.credential.source, /emulated|clever-tools\.json/);
});
