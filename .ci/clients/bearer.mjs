// A way to a server that wants a bearer, for programs that cannot send one. It
// adds the header and passes everything else on as it is, so that what guards the
// server sees the caller's own headers.
import { once } from 'node:events';
import { createServer, request } from 'node:http';

export async function withBearer(t, { mcp, bearer }) {
  const server = createServer((asked, answer) => {
    const headers = { ...asked.headers, authorization: `Bearer ${bearer}` };
    const upstream = request(new URL(asked.url, mcp), { method: asked.method, headers }, (answered) => {
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
    });
    upstream.on('error', () => answer.destroy());
    answer.on('close', () => upstream.destroy());
    asked.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/mcp`;
}
