// Signing in and making tokens, with a browser that clicks what a person would.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { PASSWORD, call, emulator, environment, folder, program, run } from '../programs.mjs';
import { newPage, signInAtConsole } from './browser.mjs';

const emulated = await emulator();
const camille = { email: 'camille.martin@example.com', password: PASSWORD };
const TOTP = 'JBSWY3DPEHPK3PXP';

// The environment of somebody who never signed in.
async function newcomer(t, clever = emulated) {
  const { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL } = clever;
  return environment(t, { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL });
}

// Starts clever-mcp login and returns the address that it prints.
async function login(t, env, ...args) {
  const child = spawn(program, ['login', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill());
  let said = '';
  const ended = new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
  const address = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        said += text;
        const [found] = /https?:\/\/\S+(?=\n)/.exec(said) ?? [];
        if (found) resolve(found);
      });
    }
    ended.then(({ said: all }) => reject(new Error(`clever-mcp login ended: ${all}`)));
  });
  return { address: await address, ended: ended.then(({ code }) => ({ code, said })) };
}

// Texts of all files below a folder.
async function filesBelow(dir) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')]));
}

// The command lines of a process and of what it started, as every user of the
// machine sees them.
async function commandLines(parent) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map(async (pid) => {
    const of = async (file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const [, ppid] = /\) \S (\d+) /.exec(await of('stat')) ?? [];
    return [pid, ppid].includes(String(parent)) ? of('cmdline') : '';
  }));
  return lines.filter(Boolean);
}

// The code that an authenticator shows now (RFC 6238).
function code() {
  const bits = [...TOTP].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const sum = createHmac('sha1', key).update(step).digest();
  return String((sum.readUInt32BE(sum.at(-1) & 0xf) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// A client of a server on standard input and output. opens(params) is called when
// the server wants a page to be opened; without it the client cannot do that.
async function connect(t, env, { opens, mode = 'auto' } = {}) {
  const client = new Client({ name: 'ci-browser', version: '1' }, { capabilities: opens ? { elicitation: { url: {}, form: {} } } : {}, versionNegotiation: { mode } });
  if (opens) client.setRequestHandler('elicitation/create', async ({ params }) => opens(params));
  const transport = new StdioClientTransport({ command: program, args: ['--verbose'], env, stderr: 'pipe' });
  let log = '';
  transport.stderr.on('data', (text) => (log += text));
  await client.connect(transport);
  t.after(() => client.close());
  return {
    log: () => log,
    pid: transport.pid,
    call: (name, args = {}) => client.callTool({ name, arguments: args }, { timeout: 60_000 }),
  };
}

const textOf = (result) => result.content.map(({ text }) => text).join('\n');
const linkIn = (text) => /http:\/\/127\.0\.0\.1:\d+\/[A-Z2-7]+/.exec(text)[0];
const pairingIn = (text) => /code ([A-Z2-7]{3}-[A-Z2-7]{3})/.exec(text)[1];

// A program in place of the desktop's, which writes down how it was started.
async function desktop(t, env) {
  const dir = await folder(t);
  const seen = path.join(dir, 'seen');
  const opener = path.join(dir, 'xdg-open');
  await writeFile(opener, `#!/bin/sh\n{ printf '%s\\n' "$@"; tr '\\0' '\\n' </proc/self/environ; } >"${seen}.part" && mv "${seen}.part" "${seen}"\n`);
  await chmod(opener, 0o755);
  return { env: { ...env, PATH: `${dir}:${env.PATH}`, DISPLAY: ':0' }, seen: () => readFile(seen, 'utf8') };
}

async function until(condition, what) {
  for (let i = 0; i < 200; i++) {
    const value = await condition().catch(() => undefined);
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`It never came to ${what}.`);
}

test('clever-mcp login opens the console, and picks the login up', async (t) => {
  const { env, seen } = await desktop(t, { ...(await newcomer(t)), CLEVER_PASSWORD_FILE: '/nowhere' });
  const { ended } = await login(t, env);
  const started = await until(seen, 'a browser that opens');
  const [address, ...environ] = started.split('\n');
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/[A-Z2-7]+$/);
  assert.ok(!started.includes('cli_token') && !environ.some((line) => line.startsWith('CLEVER_')), started);
  const page = await newPage(t);
  await page.goto(address);
  await signInAtConsole(page, camille);
  await page.press();
  assert.match(await page.said(), /signed in/);
  const { code: exit, said } = await ended;
  assert.equal(exit, 0, said);
  assert.match(said, /Signed in as camille\.martin@example\.com, profile default/);
  const file = path.join(env.XDG_CONFIG_HOME, 'clever-cloud', 'clever-tools.json');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const [{ token, secret }] = JSON.parse(await readFile(file, 'utf8')).profiles;
  assert.ok(token && secret && !said.includes(token) && !said.includes(secret));
  assert.equal((await call(env, 'get_self')).user.email, camille.email);
});

for (const method of ['HMAC-SHA512', 'HMAC-SHA1', 'PLAINTEXT']) {
  test(`the OAuth 1 dance of one's own consumer, signed with ${method}`, async (t) => {
    const env = await newcomer(t);
    const secret = path.join(env.HOME, 'consumer-secret');
    await writeFile(secret, 'MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT\n', { mode: 0o600 });
    const { address, ended } = await login(t, env, '--no-browser', '--sign', method, '--consumer-key', 'T5nFjKeHH4AIlEveuGhB5S3xg8T19e', '--consumer-secret-file', secret);
    assert.match(address, /\/v2\/oauth\/authorize\?oauth_token=/);
    const page = await newPage(t, { language: 'fr' });
    await page.goto(address);
    await signInAtConsole(page, camille);
    if (await page.$('input[type=checkbox]')) await page.press();
    assert.match(await page.said(), /retournez au terminal/);
    const { code: exit, said } = await ended;
    assert.equal(exit, 0, said);
    assert.equal((await call(env, 'get_self', '--sign', method)).user.email, camille.email);
  });
}

for (const mode of ['auto', 'legacy']) {
  for (const urls of [true, false]) {
    test(`signing in from the conversation, ${mode}, ${urls ? 'the client opens pages' : 'the link is in the answer'}`, async (t) => {
      const env = await newcomer(t);
      const signIn = async (message, url) => {
        const page = await newPage(t);
        await page.goto(url);
        assert.ok((await page.said()).includes(pairingIn(message)), 'the page and the conversation show the same code');
        await page.press();
        await signInAtConsole(page, camille);
        await page.press();
        assert.match(await page.said(), /signed in/);
      };
      const asked = [];
      let opened;
      const opens = async (params) => {
        asked.push(params);
        opened = signIn(params.message, params.url);
        return { action: 'accept' };
      };
      const client = await connect(t, env, { mode, opens: urls ? opens : undefined });
      let answer = await client.call('list_apps', { limit: 1 });
      if (urls) {
        await opened;
        assert.equal(asked.length, 1);
        assert.equal(asked[0].mode, 'url');
      } else {
        assert.ok(answer.isError);
        assert.match(textOf(answer), /clever-mcp login/);
        await signIn(textOf(answer), linkIn(textOf(answer)));
        answer = await until(async () => {
          const again = await client.call('list_apps', { limit: 1 });
          return !again.isError && again;
        }, 'somebody who is signed in');
      }
      assert.ok(!answer.isError, textOf(answer));
      assert.match(textOf(answer), /app_/);
      assert.ok(!client.log().includes('cli_token'));
    });
  }
}

for (const mfa of [false, true]) {
  test(`create_token on the page, ${mfa ? 'with' : 'without'} a second factor`, async (t) => {
    let clever = emulated;
    if (mfa) {
      const file = path.join(await folder(t), 'seed.yaml');
      const seed = await readFile(path.join(import.meta.dirname, '../../../../cleverapi/emulator/seeds/demo.yaml'), 'utf8');
      await writeFile(file, seed.replace(/^user:\n/m, `user:\n  totp: ${TOTP}\n`));
      clever = await emulator('--seed', file);
    }
    const { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL, CLEVER_TOKEN, CLEVER_SECRET } = clever;
    const env = await environment(t, { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL, CLEVER_TOKEN, CLEVER_SECRET });
    env.TMPDIR = path.join(env.HOME, 'tmp');
    await mkdir(env.TMPDIR);
    const client = await connect(t, env);
    const first = await client.call('create_token', { name: 'from the browser', expires: '7d' });
    const text = textOf(first);
    const page = await newPage(t);
    await page.goto(linkIn(text));
    assert.ok((await page.said()).includes(pairingIn(text)));

    await page.type('input[name=password]', 'wrong');
    if (mfa) await page.type('input[name=code]', code());
    await page.press();
    assert.match(await page.said(), /The password is wrong\. Tries left: 2/);
    if (mfa) {
      await page.type('input[name=password]', PASSWORD);
      await page.type('input[name=code]', '000000');
      await page.press();
      assert.match(await page.said(), /The code is wrong or too old/);
      await page.type('input[name=code]', code());
    }
    await page.type('input[name=password]', PASSWORD);
    const before = await commandLines(client.pid);
    await page.press();
    const running = [...before, ...(await commandLines(client.pid))];
    const done = await page.said();
    assert.match(done, /The token is made/);

    const told = await client.call('create_token', { name: 'from the browser', expires: '7d' });
    assert.ok(!told.isError, textOf(told));
    const { file } = told.structuredContent;
    const value = (await readFile(file, 'utf8')).trim();
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    for (const secret of [value, PASSWORD, CLEVER_SECRET]) {
      assert.ok(![text, done, textOf(told), client.log()].join().includes(secret), 'said or logged');
      assert.ok(!running.some((line) => line.includes(secret)), 'in a command line');
      for (const [name, content] of await filesBelow(env.HOME)) assert.ok(name === file || !content.includes(secret), name);
    }
    assert.ok(running.some((line) => line.startsWith(program)), 'the server was not among the processes');
    assert.equal((await call({ ...env, CLEVER_TOKEN: '', CLEVER_SECRET: '', CLEVER_API_TOKEN: value }, 'get_self')).user.email, camille.email);

    // Back and once more: the page is over.
    await page.goto(linkIn(text));
    assert.match(await page.said(), /This page is over/);
  });
}

test('create_token where the client opens the page', async (t) => {
  const { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL, CLEVER_TOKEN, CLEVER_SECRET } = emulated;
  const env = await environment(t, { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL, CLEVER_TOKEN, CLEVER_SECRET });
  let opened;
  const opens = async ({ url }) => {
    opened = (async () => {
      const page = await newPage(t, { language: 'fr' });
      await page.goto(url);
      await page.type('input[name=password]', PASSWORD);
      await page.click('input[value=shown]');
      await page.press();
      assert.match(await page.said(), /C’est la seule fois/);
    })();
    return { action: 'accept' };
  };
  const client = await connect(t, env, { opens });
  const made = await client.call('create_token', { name: 'shown' });
  await opened;
  assert.ok(!made.isError, textOf(made));
  assert.match(textOf(made), /shown to the user once/);
  assert.equal(made.structuredContent.file, undefined);
});

// SCREENSHOTS names a folder for pictures of the page, to be looked at by people.
test('the page on all screens', async (t) => {
  const { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL, CLEVER_TOKEN, CLEVER_SECRET } = emulated;
  const env = await environment(t, { API_HOST, AUTH_BRIDGE_HOST, CONSOLE_URL, CLEVER_TOKEN, CLEVER_SECRET });
  const client = await connect(t, env);
  const link = linkIn(textOf(await client.call('create_token', { name: 'nightly-backup-of-the-customer-database', description: 'The job that copies everything at three in the morning' })));
  const dir = process.env.SCREENSHOTS;
  if (dir) await mkdir(dir, { recursive: true });
  for (const language of ['en', 'fr']) {
    for (const dark of [false, true]) {
      for (const [screen, width] of [['desk', 900], ['phone', 320]]) {
        const page = await newPage(t, { language, dark, width });
        await page.goto(link);
        const sizes = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, lang: document.documentElement.lang }));
        assert.deepEqual(sizes, { wide: width, lang: language }, `${screen} scrolls sideways`);
        if (dir) await page.screenshot({ path: path.join(dir, `${language}-${dark ? 'dark' : 'light'}-${screen}.png`), fullPage: true });
      }
    }
  }
  if (dir) assert.equal((await readdir(dir)).filter((name) => name.endsWith('.png')).length, 8);
});
