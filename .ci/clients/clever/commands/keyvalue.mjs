// What Redis and Materia KV add-ons hold, asked for in their own protocol.

export const keyValue = [
  { command: 'kv', checks: 'that a Redis add-on answers', run: 'kv shop-cache PING', prints: /^PONG$/m },
  { command: 'kv', checks: 'a value is kept', first: ["addon create kv my-kv --org 'Acme Corp' --yes"], run: "kv my-kv SET greeting 'héllo wörld'", prints: /^OK$/m, then: { 'kv {my-kv.realId} GET greeting': /^héllo wörld$/m } },
  { command: 'kv', checks: 'numbers and hashes, as JSON', first: ['kv my-kv HSET cart apples 3'], run: 'kv my-kv HINCRBY cart apples 4', answers: 7, then: { 'kv my-kv HGETALL cart --format json': /"apples",\s*"7"/ } },
  { command: 'kv', checks: 'another add-on has none of it', run: 'kv shop-cache KEYS *', answers: { length: 0 } },
  { command: 'kv', checks: 'a command that does not fit is refused', run: 'kv my-kv INCR greeting', refuses: /not an integer/ },
  { command: 'kv', checks: 'an add-on that speaks something else is refused', run: 'kv shop-db PING', refuses: /REDIS_URL/ },
];
