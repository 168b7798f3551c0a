// Runs the conformance suites of the protocol.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { folder, run } from '../programs.mjs';

// Version 0.1.16 ends with the revision 2025-11-25; the alpha knows what each
// revision requires, and checks every message against its schema.
export const suites = {
  '0.1.16': ['conformance-stable', '--suite', 'all'],
  '0.2.0-alpha.12, 2025-11-25': ['conformance-alpha', '--requirements', '2025-11-25'],
  '0.2.0-alpha.12, 2026-07-28': ['conformance-alpha', '--requirements', '2026-07-28'],
};

// Returns the names of the scenarios that passed and of those that failed. One
// that checked nothing is neither.
export async function judge(t, suite, url, env) {
  const [name, ...args] = suites[suite];
  const script = fileURLToPath(new URL(`node_modules/${name}/dist/index.js`, import.meta.url));
  const results = await folder(t);
  const { stdout, stderr } = await run(process.execPath, [script, 'server', '--url', url, ...args, '-o', results], { env });
  const passed = [];
  const failed = [];
  for (const dir of await readdir(results)) {
    const checks = JSON.parse(await readFile(path.join(results, dir, 'checks.json'), 'utf8'));
    const has = (status) => checks.some((check) => check.status === status);
    // A folder is called server-SCENARIO-DATE.
    const [, scenario] = /^server-(.+)-\d{4}-\d\d-\d\dT/.exec(dir);
    if (has('FAILURE')) failed.push(scenario);
    else if (has('SUCCESS')) passed.push(scenario);
  }
  // Shown where a test fails.
  t.diagnostic(stdout.slice(stdout.indexOf('=== SUMMARY')) + stderr);
  return { passed: passed.sort(), failed: failed.sort() };
}
