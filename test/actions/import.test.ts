import { expect, test } from 'vitest';
import { decryptValues } from '../../src/actions/decrypt.ts';
import { diff, isDifferent } from '../../src/actions/diff.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { importPath } from '../../src/actions/import.ts';
import { sync } from '../../src/actions/sync.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);

const BIG = 'z'.repeat(100_000);

const refuse = () => Promise.reject(new Error('the reader left'));

/** A secret, a plain value and an object in AWS. */
async function createStored() {
  const app = await createScene(
    aws,
    `${secret('a', 'one')}${plain('b', 'two')}  - {name: big, type: SecureString, file: big}\n`,
    { files: { big: BIG } },
  );
  const { tools, said } = createTools(aws);
  await encrypt(tools, [app.path('app.yml')]);
  await sync(tools, [app.path('app.yml')]);
  said.notes.length = 0;
  const names = ['a', 'b', 'big'].map((name) => app.prefix + name);
  return { app, tools, said, names };
}

test('a new manifest contains what AWS has, sealed, without any difference', async () => {
  const { app, tools, said, names } = await createStored();
  const file = app.path('new.yml');
  const report = await importPath(tools, app.prefix.slice(0, -1), { file });
  expect(report).toEqual({ imported: names, otherKeys: [], leftOut: [] });
  expect(said.notes).toEqual([`3 parameters imported into ${file}`]);
  const text = await app.text('new.yml');
  expect(text).toContain(`kmskey: ${aws.kmskey}\nbucket: ${aws.bucket}\n`);
  expect(text).not.toContain('one');
  const values = await decryptValues(tools, file);
  expect(values.map(({ bytes }) => bytes.toString())).toEqual(['one', 'two', BIG]);
  expect(isDifferent(await diff(tools, [file]))).toBe(false);

  expect(await failureOf(() => importPath(tools, app.prefix, { file }))).toMatchObject({
    code: 'usage',
    message: `${file} already exists`,
  });
});

test('hands the text to the caller; if the caller fails, no blob stays behind', async () => {
  const { app, tools } = await createStored();
  const file = app.path('new.yml');
  const texts: string[] = [];
  const write = (text: string) => Promise.resolve(void texts.push(text));
  await importPath(tools, app.prefix, { file, kmskey: aws.kmskeyArn, write });
  expect(texts).toEqual([expect.stringContaining(`kmskey: ${aws.kmskeyArn}\n`)]);
  const files = await app.files();
  expect(files).not.toContain('new.yml');
  expect(files.filter((name) => name.startsWith('new.blobs/'))).toHaveLength(1);

  const other = app.path('other.yml');
  await expect(importPath(tools, app.prefix, { file: other, write: refuse })).rejects.toThrow(
    'the reader left',
  );
  expect(await app.files()).toEqual(files);
});

test('adds to a manifest what it lacks, and warns about parameters under another key', async () => {
  const { app, tools, said } = await createStored();
  const merge = app.path('app.yml');
  const before = await app.text('app.yml');
  const otherKey = await aws.createKey();
  await stored.put(`${app.prefix}new`, 'three', { Type: 'SecureString', KeyId: otherKey });
  const report = await importPath(tools, app.prefix, { merge });
  const added = [`${app.prefix}new`];
  expect(report).toEqual({ imported: added, otherKeys: added, leftOut: [] });
  expect(said.warnings).toEqual([
    expect.objectContaining({
      message: `encrypted with another key than ${aws.kmskey}: ${app.prefix}new`,
    }),
  ]);
  expect(await app.text('app.yml')).toContain(before);
  const [value] = await decryptValues(tools, merge, { only: ['new'] });
  expect(value?.bytes.toString()).toBe('three');

  expect(await importPath(tools, app.prefix, { merge })).toMatchObject({ imported: [] });
});

test('refuses what it cannot import, and writes nothing', async () => {
  const { app, tools } = await createStored();
  const files = await app.files();
  const file = app.path('new.yml');
  const nowhere = `/${aws.unique('nowhere')}/`;
  const { tools: homeless } = createTools(aws, { homeRegion: undefined });
  const noBucket = `path: ${app.prefix}\nregion: us-east-1\nparameters:\n${plain('b', 'two')}`;
  const cases = [
    [() => importPath(tools, '', { file }), 'usage', /^"" is not a path in SSM$/],
    [() => importPath(tools, nowhere, { file }), 'not-found', /^no parameters under/],
    [() => importPath(homeless, app.prefix, { file }), 'usage', /needs --region/],
    [() => importPath(tools, nowhere, { merge: app.path('app.yml') }), 'usage', /is \/app/],
  ] as const;
  for (const [call, code, message] of cases) {
    const error = await failureOf(call);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  }
  expect(await app.files()).toEqual(files);

  await app.write('bare.yml', noBucket);
  const error = await failureOf(() =>
    importPath(tools, app.prefix, { merge: app.path('bare.yml') }),
  );
  expect(error).toMatchObject({ code: 'manifest', hint: `add "bucket: ${aws.bucket}" at its top` });
  expect(await app.text('bare.yml')).toBe(noBucket);
});
