// A client of the first generation on standard input and output, without a
// person behind it: what the tests of other programs drive clever-mcp with.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { program } from '../programs.mjs';

// Returns call(tool, arguments), with the whole result of the tool.
export async function overStdio(t, env, ...flags) {
  const client = new Client({ name: 'ci-stdio', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command: program, args: ['serve', ...flags], env, stderr: 'inherit' }));
  t.after(() => client.close());
  return (name, args = {}) => client.callTool({ name, arguments: args }, undefined, { timeout: 60_000 });
}
