// The MCP Inspector's command line, on the three transports. It is the strictest
// judge of schemas: --strict refuses what some hosts cannot read.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkResult, checkTools, mission, mistake } from '../mission.mjs';
import { emulator, httpServer, program, run, signedIn } from '../programs.mjs';

const script = new URL('node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url).pathname;
const emulated = await emulator();

// The exit code for a result that is an error of the tool.
const TOOL_ERROR = 5;

async function target(t, transport, env) {
  if (transport === 'stdio') return [program];
  const { [transport === 'sse' ? 'sse' : 'mcp']: url, bearer } = await httpServer(t, env);
  return ['--server-url', url, '--transport', transport, '--header', `Authorization: Bearer ${bearer}`];
}

for (const [transport, eras] of Object.entries({ stdio: ['legacy', 'modern', 'auto'], http: ['legacy', 'modern', 'auto'], sse: ['legacy', 'auto'] })) {
  for (const era of eras) {
    test(`inspector, ${transport}, ${era}`, async (t) => {
      const env = await signedIn(t, emulated);
      const where = await target(t, transport, env);
      const inspect = async (expected, ...args) => {
        const { code, stdout, stderr } = await run(
          process.execPath, [script, '--cli', ...where, '--protocol-era', era, '--format', 'json', ...args], { env },
        );
        assert.equal(code, expected, `${args.join(' ')}\n${stdout}${stderr}`);
        return JSON.parse(stdout);
      };
      checkTools((await inspect(0, '--method', 'tools/list', '--strict')).result.tools);
      for (const { tool, args, check } of mission) {
        const { result } = await inspect(0, '--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args));
        checkResult(result);
        await check(result.structuredContent);
      }
      const wrong = ['--method', 'tools/call', '--tool-name', mistake.tool, '--tool-args-json', JSON.stringify(mistake.args)];
      mistake.check((await inspect(TOOL_ERROR, ...wrong)).result);
    });
  }
}
