// The keyring of the desktop: GNOME's, as .ci/steps/keyring.sh starts it.
import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { PASSWORD, call, emulator, environment, program, run } from '../programs.mjs';
import { login } from './login.mjs';

const emulated = await emulator();
const { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL } = emulated;
const { DBUS_SESSION_BUS_ADDRESS } = process.env;
assert.ok(DBUS_SESSION_BUS_ADDRESS, 'there is no message bus');

test('a login and a token in the keyring', async (t) => {
  const env = await environment(t, { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL, DBUS_SESSION_BUS_ADDRESS });
  await login(env, '--keyring', '--profile', 'safe');
  assert.deepEqual(await readdir(env.XDG_CONFIG_HOME), ['clever-mcp']);
  const index = await readFile(path.join(env.XDG_CONFIG_HOME, 'clever-mcp', 'keyring.json'), 'utf8');
  assert.doesNotMatch(index, /token|secret/);
  const self = await call(env, 'get_self');
  assert.match(self.credential.source, /profile "safe" of the keyring/);

  env.CLEVER_PASSWORD_FILE = path.join(env.HOME, 'password');
  await writeFile(env.CLEVER_PASSWORD_FILE, PASSWORD, { mode: 0o600 });
  const made = await run(program, ['token', 'create', 'laptop', '--to', 'keyring'], { env });
  assert.equal(made.code, 0, made.stderr);
  const [id] = /api_tokens_[0-9a-f-]+/.exec(made.stderr);
  const shown = await run(program, ['token', 'show', id], { env });
  const value = shown.stdout.trim();
  assert.ok(value.length > 20 && !made.stderr.includes(value) && !made.stdout.includes(value));
  const bearer = await environment(t, { API_HOST, AUTH_BRIDGE_HOST, CLEVER_API_TOKEN: value });
  assert.equal((await call(bearer, 'get_self')).user.email, self.user.email);

  const gone = await run(program, ['logout', '--profile', 'safe'], { env });
  assert.equal(gone.code, 0, gone.stderr);
  assert.equal((await run(program, ['call', 'list_apps'], { env })).code, 1);
});
