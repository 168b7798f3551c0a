// Starts clever-mcp in its roles, for the tests beside it. PROGRAM names the
// binary. Whatever a test starts ends with it, and nothing reads the settings of
// the person who runs it.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { createInterface } from 'node:readline';

export const program = process.env.PROGRAM;

// The password of the demo account, which is no secret.
export const PASSWORD = 'correct-horse-battery-staple';

// A folder that is gone after the test.
export async function folder(t) {
  const dir = await mkdtemp(path.join(tmpdir(), 'clever-mcp-ci-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

// An environment with a home of its own and nothing of ours or Clever Cloud's.
export async function environment(t, more = {}) {
  const home = await folder(t);
  return { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: path.join(home, 'config'), CI: 'true', NO_COLOR: '1', ...more };
}

// Starts an emulator that lasts as long as the tests of a file, and returns the
// environment that points every client at it.
export async function emulator(...flags) {
  const t = { after };
  const child = start(t, ['emulator', '--listen', '127.0.0.1:0', ...flags], await environment(t));
  const names = ['API_HOST', 'AUTH_BRIDGE_HOST', 'CONSOLE_URL', 'SSH_GATEWAY', 'CLEVER_TOKEN', 'CLEVER_SECRET', 'CLEVER_API_TOKEN'];
  if (flags.includes('--tls')) names.push('NODE_EXTRA_CA_CERTS', 'GIT_SSL_CAINFO', 'SSL_CERT_FILE');
  const env = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const at = line.indexOf('=');
    env[line.slice(0, at)] = line.slice(at + 1);
    if (names.every((name) => name in env)) return env;
  }
  throw new Error(`The emulator ended after printing ${Object.keys(env)}: ${child.said()}`);
}

// The environment of a clever-mcp that signs in with OAuth and knows the password.
export async function signedIn(t, emulated) {
  const env = await environment(t, emulated);
  delete env.CLEVER_API_TOKEN; // it would win over the OAuth pair, and cannot make tokens
  env.CLEVER_PASSWORD_FILE = path.join(env.HOME, 'password');
  await writeFile(env.CLEVER_PASSWORD_FILE, PASSWORD, { mode: 0o600 });
  return env;
}

// Serves MCP over HTTP, the old transport included.
export async function httpServer(t, env) {
  const tokenFile = path.join(env.HOME, 'bearer');
  const child = start(t, ['serve', '--http', '127.0.0.1:0', '--sse', '--http-token-file', tokenFile], env);
  for await (const line of createInterface({ input: child.stderr })) {
    const [, url] = /(http:\/\/127\.0\.0\.1:\d+)\/mcp/.exec(line) ?? [];
    if (url) return { mcp: `${url}/mcp`, sse: `${url}/sse`, bearer: (await readFile(tokenFile, 'utf8')).trim() };
  }
  throw new Error(`The server ended before it said where it serves: ${child.said()}`);
}

// Runs a program to its end.
export function run(file, args, { env, input = '' } = {}) {
  return new Promise((resolve) => {
    const child = execFile(file, args, { env, cwd: env?.HOME, timeout: 60_000, maxBuffer: 32 << 20 }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
    // A program may end without having read its input; its exit code says how it went.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

// Runs one tool with `clever-mcp call` and returns its result.
export async function call(env, tool, ...args) {
  const { code, stdout, stderr } = await run(program, ['call', tool, '--json', ...args], { env });
  if (code !== 0) throw new Error(`clever-mcp call ${tool} ${args.join(' ')}: exit ${code}\n${stderr}`);
  return JSON.parse(stdout);
}

function start(t, args, env) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-4000)));
  child.said = () => said;
  t.after(async () => {
    child.kill();
    await ended;
  });
  return child;
}
