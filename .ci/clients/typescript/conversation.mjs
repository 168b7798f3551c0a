// The same conversation for each TypeScript client, era and transport: what a
// host does with a server, from the list of tools to a call that is cancelled.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkResult, checkTools, mission, mistake, reads, rows } from '../mission.mjs';
import { emulator, environment, httpServer, signedIn } from '../programs.mjs';
import { slowAPI } from '../slow.mjs';

const emulated = await emulator();

// How long a cancelled call may go on towards Clever Cloud, in milliseconds.
// Busy machines pause: of so many attempts, one has to be in time.
const CANCELLED_WITHIN = 250;
const ATTEMPTS = 5;

// connect(t, transport, where, elicit) returns a connected client: an object with
// listTools(), call(tool, args, signal), close() and the client itself. elicit answers questions of the
// server; without it the client says that it cannot.
export function converse(name, transport, connect) {
  // Only a client that keeps a channel to the server can be asked something.
  const asks = transport !== 'sse';

  async function client(t, env, elicit) {
    const where = transport === 'stdio' ? { env } : await httpServer(t, env);
    const connected = await connect(t, transport, where, elicit);
    t.after(() => connected.close());
    return connected;
  }

  test(`${name}, ${transport}: lists and calls the tools`, async (t) => {
    const c = await client(t, await signedIn(t, emulated));
    checkTools(await c.listTools());
    for (const { tool, args, check } of mission) {
      await t.test(tool, async () => {
        const result = await c.call(tool, args);
        checkResult(result);
        await check(result.structuredContent);
      });
    }
  });

  test(`${name}, ${transport}: calls every tool that reads`, async (t) => {
    const c = await client(t, await signedIn(t, emulated));
    const readers = (await c.listTools()).filter((tool) => tool.annotations.readOnlyHint).map((tool) => tool.name);
    assert.deepEqual(readers, Object.keys(reads));
    for (const tool of readers) await t.test(tool, async () => checkResult(await c.call(tool, reads[tool])));
  });

  test(`${name}, ${transport}: prompts, resources and completion`, async (t) => {
    const { client: c } = await client(t, await signedIn(t, emulated));
    const { prompts } = await c.listPrompts();
    assert.ok(prompts.length >= 4);
    for (const prompt of prompts) {
      const args = Object.fromEntries((prompt.arguments ?? []).map((argument) => [argument.name, 'storefront']));
      const { messages } = await c.getPrompt({ name: prompt.name, arguments: args });
      assert.ok(messages[0].content.text, prompt.name);
    }
    for (const uri of ['clever://self', 'clever://apps/storefront', 'clever://apps/storefront/logs']) {
      const { contents: [content] } = await c.readResource({ uri });
      assert.equal(content.uri, uri);
      assert.ok(content.text, uri);
    }
    await assert.rejects(c.readResource({ uri: 'clever://nothing' }), /clever:\/\/self/);
    const { completion } = await c.complete({
      ref: { type: 'ref/resource', uri: 'clever://apps/{app}' },
      argument: { name: 'app', value: 'stor' },
    });
    assert.ok(completion.values.includes('storefront'), completion.values.join());
  });

  test(`${name}, ${transport}: wrong arguments and an unknown tool`, async (t) => {
    const c = await client(t, await signedIn(t, emulated));
    mistake.check(await c.call(mistake.tool, mistake.args));
    await assert.rejects(c.call('delete_everything', {}), (error) => {
      assert.equal(error.code, -32602);
      assert.match(error.message, /delete_everything/);
      assert.match(error.message, /list_apps/);
      return true;
    });
  });

  test(`${name}, ${transport}: what destroys asks first`, async (t) => {
    const questions = [];
    let answer = { action: 'decline' };
    const elicit = async (params) => {
      questions.push(params.message);
      return answer;
    };
    const c = await client(t, await signedIn(t, emulated), asks ? elicit : undefined);
    const variable = `CI_${name}_${transport}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
    const path = await variablePath(c, variable);
    const remove = { method: 'DELETE', path };
    const there = async () => {
      const all = path.replace(`/${variable}`, '');
      const { structuredContent } = await c.call('raw_request', { method: 'GET', path: all, select: 'map(.name)' });
      return structuredContent.body.includes(variable);
    };
    checkResult(await c.call('raw_request', { method: 'PUT', path, body: { value: 'short-lived' } }));
    assert.ok(await there());

    if (asks) {
      const declined = await c.call('raw_request', remove);
      assert.equal(declined.isError, true);
      assert.match(declined.content[0].text, /nothing was done/i);
      assert.ok(await there());
      answer = { action: 'accept', content: { name: variable } };
      checkResult(await c.call('raw_request', remove));
      assert.equal(questions.length, 2);
      for (const question of questions) assert.ok(question.includes(variable), question);
    } else {
      const plan = await c.call('raw_request', remove);
      assert.equal(plan.isError, true);
      assert.ok(await there());
      const [, confirm] = /^confirm: (\S+)$/m.exec(plan.content[0].text);
      checkResult(await c.call('raw_request', { ...remove, confirm }));
    }
    assert.ok(!(await there()));
  });

  test(`${name}, ${transport}: a cancelled call ends upstream, and the client goes on`, async (t) => {
    const slow = await slowAPI(t);
    const c = await client(t, await environment(t, slow.env));
    let best = Infinity;
    for (let i = 0; i < ATTEMPTS && best > CANCELLED_WITHIN; i++) {
      const { requested, closed } = slow.next();
      const cancel = new AbortController();
      const call = c.call('list_zones', {}, cancel.signal);
      const outcome = assert.rejects(call);
      await requested;
      const start = performance.now();
      cancel.abort(new Error('the user went away'));
      await closed;
      best = Math.min(best, performance.now() - start);
      await outcome;
    }
    assert.ok(best <= CANCELLED_WITHIN, `the request went on for ${Math.round(best)} ms`);
    mistake.check(await c.call(mistake.tool, mistake.args));
  });
}

async function variablePath(c, variable) {
  const list = (await c.call('list_apps', {})).structuredContent;
  const { owner, apps } = list.owners.find((one) => one.apps.length > 0);
  return `/v2/organisations/${owner}/applications/${rows(list, apps)[0].app}/env/${variable}`;
}
