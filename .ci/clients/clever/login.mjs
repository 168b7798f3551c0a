// The login of clever-mcp by polling, with a person who has no browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PASSWORD, program } from '../programs.mjs';

// A person at the console of the emulator, who follows its forms.
async function confirm(api, address) {
  const form = (fields) => ({ method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
  const cli_token = new URL(address).searchParams.get('cli_token');
  const signedIn = await fetch(`${api}/v2/sessions/login`, form({ email: 'camille.martin@example.com', pass: PASSWORD, cli_token }));
  const cookie = signedIn.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ');
  const done = await fetch(`${api}/cli-oauth`, { ...form({ cli_token }), headers: { cookie } });
  assert.equal(done.status, 200);
}

// Signs in with clever-mcp login, whose environment names the emulator.
export async function login(env, ...args) {
  const child = spawn(program, ['login', '--no-browser', ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const [address] = /http\S+cli-oauth\S+/.exec(line) ?? [];
    if (address) await confirm(env.API_HOST, address);
  }
  assert.equal(await ended, 0);
}
