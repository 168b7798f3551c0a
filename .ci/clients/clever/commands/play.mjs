// Plays one case of the table: prepares, runs `clever`, and checks what it
// printed and what the account is like afterwards.
//
// A case is data:
//
//   command   the row of the table
//   checks    what the case shows, for the table
//   first     command lines that prepare; those of git begin with its name
//   find      name → [path, pattern]: what the pattern captures in the API's answer, or with the
//             command line in place of the path in what `clever` prints, is {name} from then on
//   run       the command line, without `clever`; words with spaces in single quotes
//   input     its standard input
//   types     what is typed when a password is asked for
//   env       name → value of its environment, or null for none
//   files     name → text: what lies in the working folder
//   prints    a string, a pattern or a list of them
//   answers   what the JSON of `--format json` must match
//   refuses   a pattern: the command must fail and say so
//   writes    file → pattern
//   state     path → what the API's answer must match afterwards, and must not have matched before
//   then      command line → what it must print afterwards, and must not have printed before
//   within    seconds that the state may take
//   opens     the address that it sends a browser to
//   signsIn   whether a person signs in there, while the command waits
//   calls     what ssh is called with
//   shows     what a command that does not end prints at last, while the command line in
//             meanwhile runs
//   fails     why the case does not pass today
//
// {Name} stands for the id of the organisation, application or add-on of that
// name, {Name.realId} for an add-on's other id, {A:Name} for an application's
// path, {me} for the user's id, {API_HOST} for where the emulator listens.
import { readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PASSWORD, run } from '../../programs.mjs';
import { cleverFollowing, cleverReading, cleverTyping } from '../cli.mjs';
import { oauthTokens } from '../library.mjs';
import { called, signIn, standIns } from './browser.mjs';
import { mismatch, None, none } from './match.mjs';

export class Player {
  #emulated;
  #env;
  #found = {};

  static async of(emulated, env) {
    const player = new Player();
    player.#emulated = emulated;
    player.#env = await standIns(env);
    return player;
  }

  async play(example) {
    for (const [name, text] of Object.entries(example.files ?? {})) await writeFile(path.join(this.#env.HOME, name), text);
    for (const line of example.first ?? []) await (line.startsWith('git ') ? this.#git(line) : this.#clever(line));
    for (const [name, [where, pattern]] of Object.entries(example.find ?? {})) {
      const text = where.includes('/') ? await this.#read(where) : await this.#clever(where);
      const [, value] = pattern.exec(text) ?? [];
      if (!value) throw new Error(`${where} has no ${pattern}: ${text}`);
      this.#found[name] = value;
    }
    if (example.state && !(await this.#differences(example.state))) throw new Error('The state was so before.');

    for (const [line, wanted] of Object.entries(example.then ?? {})) {
      if (wanted.test(await this.#said(line))) throw new Error(`${line} printed ${wanted} before.`);
    }

    if (example.shows) return this.#follow(example);

    const line = example.answers === undefined ? example.run : `${example.run} --format json`;
    let printed;
    try {
      [printed] = await Promise.all([this.#clever(line, example), this.#page(example)]);
    } catch (error) {
      if (!example.refuses?.test(error.message)) throw error;
    }
    if (example.refuses && printed !== undefined) throw new Error(`It was to refuse, and printed:\n${printed}`);
    for (const wanted of [example.prints ?? []].flat()) {
      const text = typeof wanted === 'string' ? await this.#fill(wanted) : wanted;
      if (!(typeof text === 'string' ? printed.includes(text) : text.test(printed))) throw new Error(`It did not print ${text}:\n${printed}`);
    }
    if (example.answers !== undefined) this.#compare(line, JSON.parse(printed), await this.#filled(example.answers));
    for (const [name, pattern] of Object.entries(example.writes ?? {})) {
      const text = await readFile(path.join(this.#env.HOME, name), 'utf8');
      if (!pattern.test(text)) throw new Error(`${name} does not match ${pattern}:\n${text}`);
    }
    if (example.calls) this.#compare('ssh', await called(this.#env, 'ssh'), await this.#fill(example.calls));
    if (example.state) await this.#settled(example.state, example.within ?? 0);
    for (const [line, wanted] of Object.entries(example.then ?? {})) {
      const said = await this.#said(line);
      if (!wanted.test(said)) throw new Error(`Afterwards ${line} does not print ${wanted}:\n${said}`);
    }
  }

  async #page({ opens, signsIn }) {
    if (!opens) return;
    const address = await called(this.#env, 'browser');
    this.#compare('the address', address, typeof opens === 'string' ? await this.#fill(opens) : opens);
    if (signsIn) await signIn(address, 'camille.martin@example.com', PASSWORD);
  }

  // What a command prints, or how it fails.
  #said(line) {
    return this.#clever(line).catch((error) => error.message);
  }

  // The command does not end by itself. When it begins to listen is not to be
  // seen, so what it has to show may happen more than once.
  async #follow({ run: line, meanwhile, shows }) {
    const following = cleverFollowing(this.#env, shows, ...(await this.#words(line)));
    try {
      for (let tries = 0; tries < 4; tries++) {
        await this.#clever(meanwhile);
        if (await following.seen(3000)) return;
      }
      throw new Error(`It did not show ${shows}:\n${following.said()}`);
    } finally {
      await following.end();
    }
  }

  #compare(what, got, wanted) {
    const why = mismatch(got, wanted);
    if (why) throw new Error(`${what}: ${why}`);
  }

  async #settled(state, seconds) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const why = await this.#differences(state);
      if (!why) return;
      if (Date.now() >= end) throw new Error(`Afterwards ${why}`);
      await pause(250);
    }
  }

  async #differences(state) {
    try {
      for (const [where, wanted] of Object.entries(state)) this.#compare(where, parsed(await this.#read(where)), await this.#filled(wanted));
      return '';
    } catch (error) {
      return error.message; // of what the command has yet to make, nothing has the name
    }
  }

  // The API itself, and not the command that is being tested.
  async #read(where) {
    const { consumerKey, consumerSecret, token, secret } = oauthTokens(this.#emulated);
    const authorization = `OAuth oauth_consumer_key="${consumerKey}", oauth_token="${token}", oauth_signature="${consumerSecret}%26${secret}"`;
    const url = this.#emulated.API_HOST + (await this.#fill(where));
    const { statusCode: status, text } = await get(url, { headers: { authorization }, ca: await this.#certificate() });
    return status < 300 ? text : JSON.stringify({ status });
  }

  async #certificate() {
    const { NODE_EXTRA_CA_CERTS: file } = this.#emulated;
    return file && readFile(file);
  }

  async #clever(line, { input = '', types, env: changes } = {}) {
    const env = Object.fromEntries(Object.entries({ ...this.#env, ...(await this.#filled(changes ?? {})) }).filter(([, value]) => value !== null));
    // The CLI remembers ids of what an earlier case deleted.
    await rm(path.join(this.#env.XDG_CONFIG_HOME, 'clever-cloud', 'ids-cache.json'), { force: true });
    const words = await this.#words(line);
    return types ? cleverTyping(env, types, ...words) : cleverReading(env, input, ...words);
  }

  async #git(line) {
    const { code, stderr } = await run('git', (await this.#words(line)).slice(1), { env: this.#env });
    if (code !== 0) throw new Error(`${line}: exit ${code}\n${stderr}`);
  }

  #words(line) {
    return Promise.all([...line.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => this.#fill(quoted ?? word)));
  }

  async #filled(wanted) {
    if (typeof wanted === 'string') return this.#fill(wanted);
    if (Array.isArray(wanted)) return Promise.all(wanted.map((each) => this.#filled(each)));
    if (wanted instanceof None) return none(await this.#filled(wanted.wanted));
    if (wanted === null || typeof wanted !== 'object' || Object.getPrototypeOf(wanted) !== Object.prototype) return wanted;
    const pairs = Object.entries(wanted).map(async ([name, value]) => [name, await this.#filled(value)]);
    return Object.fromEntries(await Promise.all(pairs));
  }

  async #fill(text) {
    if (!/\{[^{}]+\}/.test(text)) return text;
    const known = { ...this.#emulated, ...(await this.#names()), ...this.#found };
    return text.replace(/\{([^{}"]+)\}/g, (whole, name) => {
      if (!(name in known)) throw new Error(`Nothing is called ${whole}`);
      return known[name];
    });
  }

  async #names() {
    const summary = JSON.parse(await this.#read('/v2/summary'));
    const names = { me: summary.user.id };
    // The personal space is among the organisations too, but empty. The first of a name wins.
    for (const owner of [summary.user, ...summary.organisations].toReversed()) {
      names[owner.name] = owner.id;
      for (const { id, name, realId } of owner.addons) Object.assign(names, { [name]: id, [`${name}.realId`]: realId });
      for (const { id, name } of owner.applications) {
        Object.assign(names, { [name]: id, [`A:${name}`]: `/v2/organisations/${owner.id}/applications/${id}` });
      }
      for (const { key, name } of owner.consumers ?? []) names[name] = key;
    }
    return names;
  }
}

// fetch, but for the certificate of an emulator's own.
async function get(url, options) {
  const { promise, resolve, reject } = Promise.withResolvers();
  (url.startsWith('https:') ? https : http).get(url, options, resolve).on('error', reject);
  const response = await promise;
  return { statusCode: response.statusCode, text: Buffer.concat(await response.toArray()).toString() };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
