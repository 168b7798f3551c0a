// An agent of the AI SDK with the tools of clever-mcp, over standard input and
// output or over HTTP: whichever the configuration in $MCP_CONFIG names. It reads
// what it is asked from standard input, and writes its answer to standard output.
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { dynamicTool, generateText, isStepCount, jsonSchema, type ToolSet } from 'ai';
import { standIn } from './stand-in.ts';

type Server = { command: string; args?: string[]; env?: Record<string, string> } | { url: string; headers?: Record<string, string> };

async function connect(server: Server): Promise<Client> {
  const client = new Client({ name: 'example', version: '1.0.0' });
  await client.connect(
    'url' in server
      ? new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers: server.headers } })
      : new StdioClientTransport(server),
  );
  return client;
}

// The tools as the SDK takes them. What a tool answers when it refuses is for the
// model to read too: it says what to do next.
async function toolsOf(client: Client): Promise<ToolSet> {
  const { tools } = await client.listTools();
  return Object.fromEntries(
    tools.map(({ name, description, inputSchema }) => [
      name,
      dynamicTool({
        description,
        inputSchema: jsonSchema(inputSchema),
        execute: async (args) => {
          const { content } = await client.callTool({ name, arguments: args as Record<string, unknown> });
          return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
        },
      }),
    ]),
  );
}

const { mcpServers } = JSON.parse(await readFile(process.env.MCP_CONFIG!, 'utf8'));
const client = await connect(Object.values<Server>(mcpServers)[0]);
try {
  const answer = await generateText({
    // A name such as "anthropic/claude-sonnet-4.5" goes by the AI gateway and wants its
    // key; any model of the SDK can stand here. The stand-in is for tests.
    model: process.env.MODEL === 'stand-in' ? standIn() : process.env.MODEL!,
    instructions: client.getInstructions(),
    prompt: await text(process.stdin),
    tools: await toolsOf(client),
    stopWhen: isStepCount(20),
  });
  console.log(answer.text);
} finally {
  await client.close();
}
