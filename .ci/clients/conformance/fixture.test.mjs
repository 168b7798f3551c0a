// The conformance suites against a server that has all the tools, prompts and
// resources they call by name, on the transports of clever-mcp.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import test, { after } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { environment } from '../programs.mjs';
import { judge, suites } from './suites.mjs';

const expected = JSON.parse(await readFile(new URL('expected-failures.json', import.meta.url), 'utf8'));
const url = await fixture();

for (const suite of Object.keys(suites)) {
  test(`the fixture, ${suite}`, async (t) => {
    const { passed, failed } = await judge(t, suite, url, await environment(t));
    assert.deepEqual(failed, suite.endsWith('2026-07-28') ? Object.keys(expected).sort() : []);
    assert.ok(passed.length >= 25, `${passed.length} scenarios passed`);
  });
}

async function fixture() {
  const listen = `127.0.0.1:${await freePort()}`;
  const args = ['-test.run', '^TestConformanceFixture$', '-test.timeout', '0'];
  const env = { PATH: process.env.PATH, CONFORMANCE_LISTEN: listen };
  const child = spawn(process.env.FIXTURE, args, { env, stdio: 'inherit' });
  const ended = once(child, 'close');
  after(async () => {
    child.kill('SIGINT');
    await ended;
  });
  // It does not say when it listens.
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`http://${listen}/healthz`).catch(() => null);
    if (answer?.ok) return `http://${listen}/mcp`;
    await wait(50);
  }
  throw new Error('The fixture does not serve.');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
