// Every command of `clever` against the emulator: what it prints and what the
// account is like afterwards. docs/emulator-commands.md is the result, written
// with UPDATE=1.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { globalCommands } from 'clever-tools/src/commands/global.commands.js';
import { emulator, environment } from '../programs.mjs';
import { clever } from './cli.mjs';
import { groups, leftOut } from './commands/index.mjs';
import { Player } from './commands/play.mjs';
import { table } from './commands/table.mjs';

const document = path.resolve('docs/emulator-commands.md');
const only = process.env.ONLY?.split(',');

// Groups share nothing; the cases of one group go on where the one before ended.
const running = await Promise.all(
  Object.entries(groups)
    .filter(([name]) => !only || only.includes(name))
    .map(async ([name, group]) => ({ name, ...group, emulated: await emulator('--speed', '60', ...(group.flags ?? [])) })),
);

describe('clever', { concurrency: 2 }, () => {
  for (const { name, cases, features, emulated } of running) {
    test(name, async (t) => {
      const env = await environment(t, emulated);
      delete env.CLEVER_API_TOKEN; // the CLI would not read it
      if (features) await clever(env, 'features', 'enable', ...features);
      const player = await Player.of(emulated, env);
      for (const example of cases) {
        await t.test(`${example.command}: ${example.checks}`, async () => {
          const passes = await player.play(example).then(
            () => true,
            (error) => {
              if (!example.fails) throw error;
              return false;
            },
          );
          assert.equal(passes, !example.fails, 'It is said to fail, and passes.');
        });
      }
    });
  }
});

test('every command is in the table once', () => {
  const listed = new Set(Object.values(groups).flatMap(({ cases }) => cases.map(({ command }) => command)));
  const both = Object.keys(leftOut).filter((command) => listed.has(command));
  assert.deepEqual(both, [], 'covered and left out');
  assert.deepEqual([...listed, ...Object.keys(leftOut)].sort(), [...names(globalCommands), 'curl', 'help'].sort().filter((name, i, all) => name !== all[i - 1]));
});

test('the table is the committed one', { skip: Boolean(only) }, async () => {
  const committed = await readFile(document, 'utf8').catch(() => '');
  const now = table(Object.values(groups).flatMap(({ cases }) => cases), leftOut);
  const [before, after] = [/^[^]*<!-- commands -->\n/, /<!-- \/commands -->[^]*$/].map((pattern) => pattern.exec(committed)?.[0]);
  const whole = `${before}${now}${after}`;
  if (process.env.UPDATE) await writeFile(document, whole);
  else assert.equal(committed, whole, `Run it with UPDATE=1 and commit ${document}.`);
});

function names(commands, above = '') {
  return Object.entries(commands).flatMap(([name, entry]) => {
    const whole = `${above}${name}`;
    return Array.isArray(entry) ? [whole, ...names(entry[1], `${whole} `)] : [whole];
  });
}
