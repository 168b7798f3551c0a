// An API that takes requests and never answers them, to cancel calls against.
import { once } from 'node:events';
import { createServer } from 'node:http';

// Returns the environment that points at it, and next(): promises of the next
// request and of its end.
export async function slowAPI(t) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${server.address().port}`;
  return {
    env: { API_HOST: base, AUTH_BRIDGE_HOST: base, CLEVER_TOKEN: 'any', CLEVER_SECRET: 'any' },
    next() {
      const requested = once(server, 'request').then(([request]) => request);
      return { requested, closed: requested.then((request) => once(request.socket, 'close')) };
    },
  };
}
