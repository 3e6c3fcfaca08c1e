import { describe, expect, test } from 'vitest';
import { create, update } from '../../src/actions/create.ts';
import { deleteOne } from '../../src/actions/delete.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { sync } from '../../src/actions/sync.ts';
import type { Plan } from '../../src/plan/model.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { createSecretScene, secretsIn } from '../support/secrets-manager.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const secrets = secretsIn(aws);
const stored = storedIn(aws);

const BOTH = plain('a', 'one') + secret('b', 'two');

/** A manifest that is in AWS, in each of the stores. */
const STORES = {
  ssm: async () => {
    const app = await createScene(aws, BOTH);
    return { app, read: async (name: string) => (await stored.values(app.prefix))[name] };
  },
  'one secret': async () => {
    const app = await createSecretScene(aws, BOTH);
    const read = async (name: string) => {
      const held = JSON.parse(String(await secrets.value(app.secret))) as Record<string, string>;
      return held[name];
    };
    return { app, read };
  },
  'a secret for each': async () => {
    const app = await createSecretScene(aws, BOTH, { isOne: false });
    const read = async (name: string) => {
      const whole = `${app.prefix.slice(1)}${name}`;
      const { DeletedDate } = await secrets.describe(whole);
      return DeletedDate ? undefined : String(await secrets.value(whole));
    };
    return { app, read };
  },
};

async function createSynced(store: keyof typeof STORES) {
  const { app, read } = await STORES[store]();
  const file = app.path('app.yml');
  const { tools, said } = createTools(aws);
  await encrypt(tools, [file]);
  await sync(tools, [file], { yes: true });
  said.notes.length = 0;
  return { app, read, file, tools, said };
}

const value = (text: string) => () => Promise.resolve(Buffer.from(text));
const unread = () => Promise.reject(new Error('asked for the value'));
const YES = { yes: true };

describe.each(Object.keys(STORES) as (keyof typeof STORES)[])('in %s:', (store) => {
  test('create, update and delete change the manifest and AWS', async () => {
    const { app, read, file, tools } = await createSynced(store);
    await create(tools, file, 'c', value('three'), YES);
    expect(await read('c')).toBe('three');
    expect(await app.text('app.yml')).toMatch(/name: "?c/);
    await update(tools, file, 'c', value('four'), YES);
    expect(await read('c')).toBe('four');
    await deleteOne(tools, file, 'c', YES);
    await expect(read('c').catch(() => undefined)).resolves.toBeUndefined();
    expect(await app.text('app.yml')).not.toMatch(/name: "?c/);
    expect(await read('b')).toBe('two');
    expect((await sync(tools, [file], YES)).done).toEqual([]);
  });

  test('a dry run, and a no, change nothing', async () => {
    const { app, read, file } = await createSynced(store);
    const before = await app.files();
    const text = await app.text('app.yml');
    let plans = 0;
    const onPlan = () => void plans++;
    const big = value('x'.repeat(store === 'ssm' ? 20_000 : 2_000));
    const refusing = createTools(aws, { answer: 'no' }).tools;
    for (const options of [{ dryRun: true, onPlan }, { onPlan }]) {
      const end = async (work: () => Promise<unknown>) => {
        if (options.dryRun) return work();
        return expect(await failureOf(work)).toMatchObject({ code: 'declined' });
      };
      await end(() => create(refusing, file, 'c', big, options));
      await end(() => update(refusing, file, 'b', big, options));
      await end(() => deleteOne(refusing, file, 'b', options));
      expect(await app.text('app.yml')).toBe(text);
      expect(await app.files()).toEqual(before);
      expect(await read('b')).toBe('two');
    }
    expect(plans).toBe(6);
  });
});

test('update asks nothing if the value is there already, unless AWS differs', async () => {
  const { app, read, file } = await createSynced('ssm');
  const { tools, said } = createTools(aws, { answer: 'no' });
  const text = await app.text('app.yml');
  expect(await update(tools, file, 'b', value('two'))).toMatchObject({ done: [] });
  expect(said.questions).toEqual([]);
  await stored.put(`${app.prefix}b`, 'other', { Type: 'SecureString', Overwrite: true });
  const failure = await failureOf(() => update(tools, file, 'b', value('two')));
  expect(failure).toMatchObject({ code: 'declined' });
  expect(await app.text('app.yml')).toBe(text);
  expect(await read('b')).toBe('other');
});

test('create refuses a known name, update and delete an unknown one, before they ask for a value', async () => {
  const { file, tools } = await createSynced('ssm');
  expect(await failureOf(() => create(tools, file, 'b', unread, YES))).toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('coffer update') as string,
  });
  expect(await failureOf(() => update(tools, file, 'bb', unread, YES))).toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('coffer create') as string,
  });
  expect(await failureOf(() => deleteOne(tools, file, 'bb', YES))).toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('coffer sync') as string,
  });
});

test('the plan names the values of one secret that change, also without git', async () => {
  const { file, tools } = await createSynced('one secret');
  const seen: unknown[] = [];
  const onPlan = (plans: readonly Plan[]) =>
    void seen.push(...plans.flatMap(({ changes }) => changes.map(({ values }) => values)));
  const dry = { dryRun: true, onPlan };
  await create(tools, file, 'c', value('x'), dry);
  await update(tools, file, 'b', value('x'), dry);
  await deleteOne(tools, file, 'a', {
    dryRun: true,
    onPlan: (plan) => 'written' in plan && onPlan(plan.written),
  });
  expect(seen).toEqual([
    { added: ['c'], changed: [], removed: [] },
    { added: [], changed: ['b'], removed: [] },
    { added: [], changed: [], removed: ['a'] },
  ]);
});

test('delete keeps the last value of a secret', async () => {
  const app = await createSecretScene(aws, secret('only', 'one'));
  const { tools } = createTools(aws);
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  expect(await failureOf(() => deleteOne(tools, file, 'only', YES))).toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('coffer nuke') as string,
  });
});
