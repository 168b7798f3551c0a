// The MCP Inspector's command line, on the three transports. It is the strictest
// judge of schemas: --strict refuses what some hosts cannot read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkResult, checkTools, mission, mistake, reads, rows } from '../mission.mjs';
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
const reading = Object.entries(reads).map(([tool, args]) => ({ tool, args, check() {} }));
const everything = [...mission, ...reading.filter(({ tool }) => !mission.some((one) => one.tool === tool))];

describe('inspector', { concurrency: 2 }, () => {
  // Every tool once on each transport; the other eras differ in the protocol only.
  for (const [transport, era, calls] of [
    ['stdio', 'legacy', everything],
    ['stdio', 'modern', [getSelf]],
    ['stdio', 'auto', [getSelf]],
    ['http', 'legacy', [getSelf]],
    ['http', 'modern', everything],
    ['http', 'auto', [getSelf]],
    ['sse', 'legacy', everything],
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
      if (calls === everything) await confirm(call, transport);
    });
  }
});

// The inspector's command line cannot ask a person, so what destroys gives it a
// handle. Each of its commands starts a server of its own on standard input and
// output, whose handles are good nowhere else.
async function confirm(call, transport) {
  const { structuredContent: list } = await call({ tool: 'list_apps', args: { name: 'docs' } });
  const [{ owner, apps }] = list.owners.filter((one) => one.apps.length > 0);
  const [{ app }] = rows(list, apps);
  const all = `/v2/organisations/${owner}/applications/${app}/env`;
  const variable = `CI_INSPECTOR_${transport.toUpperCase()}`;
  const there = async () => {
    const { structuredContent } = await call({ tool: 'raw_request', args: { method: 'GET', path: all, select: 'map(.name)' } });
    return structuredContent.body.includes(variable);
  };
  await call({ tool: 'raw_request', args: { method: 'PUT', path: `${all}/${variable}`, body: { value: 'short-lived' } } });
  const remove = { method: 'DELETE', path: `${all}/${variable}` };
  const plan = await call({ tool: 'raw_request', args: remove }, TOOL_ERROR);
  const [, handle] = /^confirm: (\S+)$/m.exec(plan.content[0].text);
  assert.ok(await there(), 'it was removed without being confirmed');

  const confirmed = { tool: 'raw_request', args: { ...remove, confirm: handle } };
  await call(confirmed, transport === 'stdio' ? TOOL_ERROR : 0);
  assert.equal(await there(), transport === 'stdio');
}
