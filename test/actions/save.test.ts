import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { save } from '../../src/actions/save.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createTestHost, createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);

test('save writes every parameter, changed or not, and reports the versions', async () => {
  const app = await createScene(aws, secret('a', 'one') + plain('b', 'two'));
  const file = app.path('app.yml');
  const { tools, said } = createTools(aws);
  await encrypt(tools, [file]);
  const [a, b] = [`${app.prefix}a`, `${app.prefix}b`];
  for (const version of [1, 2]) {
    const versions = { [a]: version, [b]: version };
    const report = { done: [a, b], failed: [], left: [], versions };
    expect(await save(tools, [file])).toEqual({
      ...report,
      finishedAt: expect.any(String) as string,
      regions: [{ region: REGION, ...report, objects: {} }],
    });
  }
  expect(await stored.values(app.prefix)).toEqual({ a: 'one', b: 'two' });
  expect(said.notes.at(-1)).toBe(`${file}: wrote 2 of 2 parameters to ${REGION}`);
  expect(said.questions).toEqual([]);
});

test('several manifests give one report; writes nothing if one is unusable', async () => {
  const [one, two] = [
    await createScene(aws, plain('a', '1')),
    await createScene(aws, plain('a', '2')),
  ];
  const files = [one, two].map((app) => app.path('app.yml'));
  const { tools } = createTools(aws);
  const bad = await createScene(aws, secret('a', 'plaintext'));
  const error = await failureOf(() => save(tools, [...files, bad.path('app.yml')]));
  expect(error.code).toBe('plaintext');
  expect(await stored.values(one.prefix)).toEqual({});

  const { done, versions } = await save(tools, files);
  expect(done).toEqual([`${one.prefix}a`, `${two.prefix}a`].toSorted());
  expect(Object.keys(versions)).toEqual(done);
});

test('refuses two manifests with the same parameter, and writes nothing', async () => {
  const app = await createScene(aws, plain('a', 'one'));
  const text = await app.text('app.yml');
  await app.write('other.yml', text.replace('one', 'two'));
  const { tools } = createTools(aws);
  const files = ['app.yml', 'other.yml'].map((name) => app.path(name));
  const error = await failureOf(() => save(tools, files));
  expect(error.message).toContain('is also in');
  expect(await stored.values(app.prefix)).toEqual({});
});

test('writes plaintext secrets only if they are allowed', async () => {
  const app = await createScene(aws, secret('a', 'one'));
  const { tools } = createTools(aws);
  await save(tools, [app.path('app.yml')], { allowPlaintext: true });
  expect(await stored.values(app.prefix)).toEqual({ a: 'one' });
});

test('after a stop, reports what was left', async () => {
  const app = await createScene(aws, plain('a', 'one'));
  const { host } = createTestHost();
  const { tools } = createTools(aws, { host: { ...host, onStop: () => AbortSignal.abort() } });
  const error = await failureOf(() => save(tools, [app.path('app.yml')]));
  expect(error.code).toBe('partial');
  const report = { done: [], failed: [], left: [`${app.prefix}a`], versions: {} };
  expect(error.report).toMatchObject({ ...report, regions: [{ region: REGION, ...report }] });
  expect(await stored.values(app.prefix)).toEqual({});
});
