// The TypeScript client of the second generation, in each way to find the
// revision of the protocol.
import assert from 'node:assert/strict';
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { program } from '../programs.mjs';
import { converse } from './conversation.mjs';

const connectIn = (mode) => async (t, transport, where, elicit) => {
  const client = new Client(
    { name: 'ci-v2', version: '1.0.0' },
    { capabilities: elicit ? { elicitation: {} } : {}, versionNegotiation: { mode } },
  );
  if (elicit) client.setRequestHandler('elicitation/create', ({ params }) => elicit(params));
  const requestInit = { headers: { Authorization: `Bearer ${where.bearer}` } };
  await client.connect({
    stdio: () => new StdioClientTransport({ command: program, env: where.env, stderr: 'inherit' }),
    http: () => new StreamableHTTPClientTransport(new URL(where.mcp), { requestInit }),
    sse: () => new SSEClientTransport(new URL(where.sse), { requestInit }),
  }[transport]());
  // HTTP+SSE ended with the revision before 2026-07-28.
  assert.equal(client.getProtocolEra(), mode === 'legacy' || transport === 'sse' ? 'legacy' : 'modern');
  return {
    client,
    listTools: async () => (await client.listTools()).tools,
    call: (name, args, signal) => client.callTool({ name, arguments: args }, { signal, timeout: 30_000 }),
    close: () => client.close(),
  };
};

for (const transport of ['stdio', 'http', 'sse']) converse('v2 legacy', transport, connectIn('legacy'));
for (const transport of ['stdio', 'http', 'sse']) converse('v2 auto', transport, connectIn('auto'));
// No fallback from a pinned revision, so none to the old transport.
for (const transport of ['stdio', 'http']) converse('v2 pinned', transport, connectIn({ pin: '2026-07-28' }));
