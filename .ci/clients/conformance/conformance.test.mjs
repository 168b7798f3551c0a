// The conformance suites of the protocol against the real server. Most of their
// scenarios want tools, prompts and resources of certain names, which only a
// fixture has; the lists below are those that a server without any must pass.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { withBearer } from '../bearer.mjs';
import { emulator, folder, httpServer, run, signedIn } from '../programs.mjs';

const suites = [
  {
    name: '0.1.16',
    package: 'conformance-stable',
    args: ['--suite', 'all'],
    passes: ['dns-rebinding-protection', 'ping', 'server-initialize', 'server-sse-multiple-streams', 'tools-list'],
  },
  {
    name: '0.2.0-alpha.12, 2025-11-25',
    package: 'conformance-alpha',
    args: ['--requirements', '2025-11-25'],
    passes: [
      'dns-rebinding-protection', 'ping', 'server-initialize', 'server-session-lifecycle', 'server-sse-multiple-streams', 'tools-list',
    ],
  },
  {
    name: '0.2.0-alpha.12, 2026-07-28',
    package: 'conformance-alpha',
    args: ['--requirements', '2026-07-28'],
    passes: [
      'dns-rebinding-protection', 'http-header-validation', 'input-required-result-ignore-extra-params',
      'input-required-result-missing-input-response', 'input-required-result-unsupported-methods', 'input-required-result-validate-input',
      'sep-2164-resource-not-found', 'server-sse-multiple-streams', 'tools-list',
    ],
  },
];

const emulated = await emulator();

for (const suite of suites) {
  test(`conformance ${suite.name}`, async (t) => {
    const env = await signedIn(t, emulated);
    const url = await withBearer(t, await httpServer(t, env));
    const results = await folder(t);
    const script = fileURLToPath(new URL(`node_modules/${suite.package}/dist/index.js`, import.meta.url));
    // Its exit code counts the scenarios that want fixtures.
    const { stdout } = await run(process.execPath, [script, 'server', '--url', url, ...suite.args, '-o', results], { env });
    // What passes besides is to be added above, so that it keeps passing.
    assert.deepEqual(await passing(results), suite.passes, stdout.slice(stdout.indexOf('=== SUMMARY')));
  });
}

// The scenarios of which at least one check passed and none failed.
async function passing(results) {
  const names = [];
  for (const dir of await readdir(results)) {
    const checks = JSON.parse(await readFile(path.join(results, dir, 'checks.json'), 'utf8'));
    const has = (status) => checks.some((check) => check.status === status);
    // A folder is called server-SCENARIO-DATE.
    if (has('SUCCESS') && !has('FAILURE')) names.push(/^server-(.+)-\d{4}-\d\d-\d\dT/.exec(dir)[1]);
  }
  return names.sort();
}
