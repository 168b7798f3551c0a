// The MCP Inspector's command line, on the three transports. It is the strictest
// judge of schemas: --strict refuses what some hosts cannot read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkResult, checkTools, mission, mistake } from '../mission.mjs';
import { emulator, httpServer, program, run, signedIn } from '../programs.mjs';

const script = fileURLToPath(
  new URL('node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url),
);
const emulated = await emulator();

// The exit code for a result that is an error of the tool.
const TOOL_ERROR = 5;

async function target(t, transport, env) {
  // The inspector gives a server its own home, but not its other variables.
  if (transport === 'stdio') return [program, ...Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])];
  const { [transport === 'sse' ? 'sse' : 'mcp']: url, bearer } = await httpServer(t, env);
  return ['--server-url', url, '--transport', transport, '--header', `Authorization: Bearer ${bearer}`];
}

const [getSelf] = mission;

describe('inspector', { concurrency: 2 }, () => {
  // Every tool once on each transport; the other eras differ in the protocol only.
  for (const [transport, era, calls] of [
    ['stdio', 'legacy', mission],
    ['stdio', 'modern', [getSelf]],
    ['stdio', 'auto', [getSelf]],
    ['http', 'legacy', [getSelf]],
    ['http', 'modern', mission],
    ['http', 'auto', [getSelf]],
    ['sse', 'legacy', mission],
    ['sse', 'auto', [getSelf]],
  ]) {
    test(`${transport}, ${era}`, async (t) => {
      const env = await signedIn(t, emulated);
      const where = await target(t, transport, env);
      const inspect = async (expected, ...args) => {
        const { code, stdout, stderr } = await run(
          process.execPath, [script, '--cli', ...where, '--protocol-era', era, '--format', 'json', ...args], { env },
        );
        assert.equal(code, expected, `${args.join(' ')}\n${stdout}${stderr}`);
        return JSON.parse(stdout).result;
      };
      const call = ({ tool, args }, expected = 0) =>
        inspect(expected, '--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args));

      checkTools((await inspect(0, '--method', 'tools/list', '--strict')).tools);
      for (const one of calls) {
        const result = await call(one);
        checkResult(result);
        await one.check(result.structuredContent);
      }
      mistake.check(await call(mistake, TOOL_ERROR));
    });
  }
});
