// The TypeScript client of the first generation, on the three transports.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { program } from '../programs.mjs';
import { converse } from './conversation.mjs';

async function connect(t, transport, where, elicit) {
  const client = new Client({ name: 'ci-v1', version: '1.0.0' }, { capabilities: elicit ? { elicitation: {} } : {} });
  if (elicit) client.setRequestHandler(ElicitRequestSchema, ({ params }) => elicit(params));
  const requestInit = { headers: { Authorization: `Bearer ${where.bearer}` } };
  await client.connect({
    stdio: () => new StdioClientTransport({ command: program, env: where.env, stderr: 'inherit' }),
    http: () => new StreamableHTTPClientTransport(new URL(where.mcp), { requestInit }),
    sse: () => new SSEClientTransport(new URL(where.sse), { requestInit }),
  }[transport]());
  return {
    client,
    listTools: async () => (await client.listTools()).tools,
    call: (name, args, signal) => client.callTool({ name, arguments: args }, undefined, { signal, timeout: 30_000 }),
    close: () => client.close(),
  };
}

for (const transport of ['stdio', 'http', 'sse']) converse('v1', transport, connect);
