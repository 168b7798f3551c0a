// The conformance suites against the real server. Most of their scenarios want
// tools, prompts and resources of certain names, which only a fixture has; here
// are those that a server without any has to pass.
import assert from 'node:assert/strict';
import test from 'node:test';
import { withBearer } from '../bearer.mjs';
import { emulator, httpServer, signedIn } from '../programs.mjs';
import { judge } from './suites.mjs';

const always = ['dns-rebinding-protection', 'prompts-list', 'resources-list', 'server-sse-multiple-streams', 'tools-list'];
const passes = {
  '0.1.16': [...always, 'ping', 'server-initialize'],
  '0.2.0-alpha.12, 2025-11-25': [...always, 'ping', 'server-initialize', 'server-session-lifecycle'],
  '0.2.0-alpha.12, 2026-07-28': [
    ...always, 'caching', 'http-custom-header-server-validation', 'http-header-validation', 'input-required-result-ignore-extra-params', 'input-required-result-missing-input-response',
    'input-required-result-unsupported-methods', 'input-required-result-validate-input', 'sep-2164-resource-not-found',
  ],
};

const emulated = await emulator();

for (const [suite, scenarios] of Object.entries(passes)) {
  test(`the server, ${suite}`, async (t) => {
    const env = await signedIn(t, emulated);
    const url = await withBearer(t, await httpServer(t, env));
    const { passed } = await judge(t, suite, url, env);
    // What passes besides is to be added above, so that it keeps passing.
    assert.deepEqual(passed, scenarios.sort());
  });
}
