// What `clever` starts: the browser and ssh. Stand-ins in the home folder write
// down how they were called; the pages are visited with fetch.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

// Writes what it was called with in one go, so that nobody reads half of it.
const noted = (name) => `printf '%s' "$*" > "$HOME/${name}.part" && mv "$HOME/${name}.part" "$HOME/${name}.called"`;

// ssh runs what it is sent, as an instance would.
const programs = { browser: noted('browser'), ssh: `${noted('ssh')}\nexec sh` };

// Puts the stand-ins in place, and returns the environment with them.
export async function standIns(env) {
  const bin = path.join(env.HOME, 'stand-ins');
  await mkdir(bin);
  for (const [name, script] of Object.entries(programs)) await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { ...env, PATH: `${bin}:${env.PATH}`, BROWSER: path.join(bin, 'browser'), SHELL: '/bin/bash' };
}

// Returns what the stand-in is called with. A browser is started and left alone,
// so it may be later than the end of the command.
export async function called(env, name) {
  const file = path.join(env.HOME, `${name}.called`);
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(20)) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) {
      await rm(file);
      return text;
    }
  }
  throw new Error(`${name} was not started`);
}

// Does what a person does with a page to sign in: fills in the form, and confirms.
export async function signIn(url, email, pass) {
  const cookies = new Map();
  const visit = async (address, form) => {
    const headers = { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') };
    const response = await fetch(address, { headers, redirect: 'manual', ...(form && { method: 'POST', body: new URLSearchParams(form) }) });
    for (const cookie of response.headers.getSetCookie()) cookies.set(...cookie.split(';', 1)[0].split(/=(.*)/s, 2));
    const to = response.headers.get('location');
    return to ? visit(new URL(to, address)) : response.text();
  };
  const submit = (page, typed = {}) => {
    const [, action] = /<form method="post" action="([^"]+)">/.exec(page) ?? [];
    if (!action) throw new Error(`There is no form:\n${page}`);
    const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [name, value]);
    return visit(new URL(action, url), { ...Object.fromEntries(fields), ...typed });
  };
  return submit(await submit(await visit(url), { email, pass }));
}
