// Logins go both ways: clever-mcp uses what `clever` saved, `clever` what
// clever-mcp saved, and each follows when the other switches.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { createInterface } from 'node:readline';
import { PASSWORD, call, emulator, environment, program, run } from '../programs.mjs';
import { clever, cleverJSON, typing } from './cli.mjs';
import { login } from './login.mjs';

const emulated = await emulator();
const email = 'camille.martin@example.com';
const { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL } = emulated;

// Somebody whose logins alone say which Clever Cloud they are of.
const nobody = (t) => environment(t);
const at = { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL };
const hosts = ['--api-host', API_HOST, '--auth-bridge-host', AUTH_BRIDGE_HOST, '--console-url', CONSOLE_URL];
const pair = ['--token', emulated.CLEVER_TOKEN, '--secret', emulated.CLEVER_SECRET];

// A server that lasts, asked in its own words.
function server(t, env) {
  const child = spawn(program, [], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let id = 0;
  const ask = async (method, params) => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })}\n`);
    const { result } = JSON.parse((await lines.next()).value);
    return result;
  };
  return {
    begin: () => ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'ci', version: '1' } }),
    source: async () => (await ask('tools/call', { name: 'get_self', arguments: {} })).structuredContent.credential.source,
  };
}

test('clever-mcp uses the login of clever', async (t) => {
  const env = await nobody(t);
  await clever(env, 'login', '--alias', 'laptop', ...pair, ...hosts);
  const self = await call(env, 'get_self');
  assert.equal(self.user.email, email);
  assert.match(self.credential.source, /profile "laptop" of .*clever-tools\.json/);
});

test('clever uses the login of clever-mcp', async (t) => {
  const env = await nobody(t);
  await login({ ...env, ...at }, '--profile', 'desk');
  const official = await cleverJSON(env, 'profile');
  assert.equal(official.email, email);
  const saved = JSON.parse(await readFile(path.join(env.XDG_CONFIG_HOME, 'clever-cloud', 'clever-tools.json'), 'utf8'));
  assert.equal(saved.version, 1);
  assert.deepEqual(saved.profiles.map(({ alias }) => alias), ['desk']);
  assert.match(await clever(env, 'profile', 'list'), /desk/);
  assert.ok((await cleverJSON(env, 'applications', 'list')).length > 0);
});

test('clever profile switch takes effect at the next call, and profiles use the other way round', async (t) => {
  const env = await nobody(t);
  await clever(env, 'login', '--alias', 'first', ...pair, ...hosts);
  await login({ ...env, ...at }, '--profile', 'second');
  const ours = server(t, env);
  await ours.begin();
  assert.match(await ours.source(), /"second"/);
  await clever(env, 'profile', 'switch', '--alias', 'first');
  assert.match(await ours.source(), /"first"/);
  await clever(env, 'profile', 'switch', '--alias', 'second');
  assert.match(await ours.source(), /"second"/);
  const used = await run(program, ['profiles', 'use', 'first'], { env });
  assert.equal(used.code, 0, used.stderr);
  assert.match(await ours.source(), /"first"/);
  const list = await run(program, ['profiles', 'list', '--json'], { env });
  assert.deepEqual(JSON.parse(list.stdout).map(({ profile, active }) => [profile, active]), [['first', true], ['second', false]]);
  const gone = await run(program, ['logout', '--profile', 'second', '--revoke'], { env });
  assert.equal(gone.code, 0, gone.stderr);
  assert.doesNotMatch(await clever(env, 'profile', 'list'), /second/);
  assert.equal((await cleverJSON(env, 'profile')).email, email);
});

test('clever logs in over what clever-mcp saved, and out of it', async (t) => {
  const env = await nobody(t);
  await login({ ...env, ...at });
  await clever(env, 'login', '--alias', 'default', ...pair, ...hosts);
  assert.equal((await call(env, 'get_self')).user.email, email);
  await clever(env, 'logout');
  const { code, stderr } = await run(program, ['call', 'list_apps'], { env });
  assert.equal(code, 1);
  assert.match(stderr, /clever-mcp login/);
});

test('clever-mcp token create hides what is typed at a terminal', async (t) => {
  const env = { ...(await nobody(t)), ...at, CLEVER_TOKEN: emulated.CLEVER_TOKEN, CLEVER_SECRET: emulated.CLEVER_SECRET };
  const seen = await typing(env, PASSWORD, program, 'token', 'create', 'typed');
  assert.ok(!seen.includes(PASSWORD), seen);
  const [, file] = /^(\/\S+\.token)/m.exec(seen);
  const value = (await readFile(file, 'utf8')).trim();
  assert.ok(!seen.includes(value));
  const { stdout } = await run(program, ['token', 'list'], { env });
  assert.match(stdout, /typed/);
  assert.equal((await call({ ...at, PATH: env.PATH, HOME: env.HOME, CLEVER_API_TOKEN: value }, 'get_self')).user.email, email);
});
