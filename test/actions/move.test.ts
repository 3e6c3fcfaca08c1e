import { describe, expect, test } from 'vitest';
import { check } from '../../src/actions/check.ts';
import { copy } from '../../src/actions/copy.ts';
import { decryptValues } from '../../src/actions/decrypt.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { move } from '../../src/actions/move.ts';
import { DataKeys } from '../../src/crypto/data-keys.ts';
import { readManifest } from '../../src/manifest/index.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { kmsOf } from '../support/services.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const { tools, said } = createTools(aws);
await aws.createKey(aws.fileKeyAlias);

const LARGE = 'x'.repeat(20_000);

async function createSealed() {
  const app = await createScene(
    aws,
    `  # first\n${secret('a', 'one')}${secret('b', 'two')}${plain('open', 'for all')}  - {name: big, type: SecureString, file: big}\n`,
    { files: { big: LARGE } },
  );
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  const values = async (of = file) =>
    Object.fromEntries(
      (await decryptValues(tools, of)).map(({ name, bytes }) => [
        name.split('/').slice(2).join('/'),
        bytes.toString(),
      ]),
    );
  return { ...app, file, values };
}

const WHOLE = { a: 'one', b: 'two', open: 'for all', big: LARGE };

describe('move', () => {
  test.each([
    ['the name of another parameter', 'b', /app\.yml already has b$/],
    ['a name that SSM refuses', 'b b', /^b b: its name contains a character/],
    ['a name of a path', 'b/', /^b\/: its name has an empty part/],
  ])('refuses %s before it writes anything', async (_, name, message) => {
    const { file, text } = await createSealed();
    const before = await text('app.yml');
    const error = await failureOf(() => move(tools, file, ['a', name]));
    expect([error.code, error.message]).toEqual(['usage', expect.stringMatching(message)]);
    expect(await text('app.yml')).toBe(before);
  });

  test.each([
    ['path', `/${aws.unique('moved')}/`],
    ['region', 'eu-west-1'],
    ['kmskey', 'alias/other'],
    ['account', '111122223333'],
  ] as const)(
    'to another %s seals values under a new data key, and takes blobs along',
    async (setting, value) => {
      const { file, text, values } = await createSealed();
      const before = await readManifest(file);
      const report = await move(tools, file, [], { [setting]: value });
      expect(report).toEqual({ file, changed: true, resealed: 2, rewrapped: 1 });
      const after = await readManifest(file);
      expect(after[setting]).toBe(value);
      expect(await values()).toEqual(WHOLE);
      expect((await check('.', [file])).problems).toEqual([]);
      const [id = ''] = Object.keys(after.dataKeys);
      expect(Object.keys(after.dataKeys)).toHaveLength(1);
      expect(Object.values(before.dataKeys)[0]?.commit).not.toBe(after.dataKeys[id]?.commit);
      expect(await text('app.yml')).toContain('  # first\n');
      // Who may open the old destination cannot open what is sealed from now on.
      const asBefore = new DataKeys(kmsOf(aws), {
        ...after,
        destination: before.destination,
      });
      expect((await failureOf(() => asBefore.open(id))).code).toBe('tampered');
      expect(await move(tools, file, [], { [setting]: value })).toMatchObject({ changed: false });
    },
  );

  test.each<[string, string | undefined, string[], object]>([
    ['kmskey', undefined, [], { kmskey: 'alias/other' }],
    ['bucket', 'objects', [], { bucket: 'another-bucket' }],
    ['account, where none was', undefined, [], { account: '111122223333' }],
    ['name', 'parameters', ['a', 'c'], {}],
    ['path', 'parameters', [], { path: '/elsewhere/' }],
    ['region', 'parameters', [], { region: 'eu-west-1' }],
    [
      'regions, the first among them',
      'objects',
      [],
      { regions: [REGION, 'eu-west-1'], bucket: 'objects-{region}' },
    ],
    ['store', 'parameters', [], { store: 'secretsmanager' }],
  ])('to another %s says what AWS keeps of the old: %s', async (_, what, names, settings) => {
    const { file } = await createSealed();
    said.notes.length = 0;
    await move(tools, file, names, settings);
    const kept = said.notes.filter((note) => note.startsWith('AWS still has'));
    expect(kept).toEqual(
      what === undefined
        ? []
        : [`AWS still has the old ${what}; delete them when nobody reads them`],
    );
  });

  test('from one account to another says that the other keeps everything', async () => {
    const { file } = await createSealed();
    await move(tools, file, [], { account: '111122223333' });
    await move(tools, file, [], { account: '444455556666' });
    expect(said.notes.at(-1)).toContain('still has the old parameters and objects');
  });

  test('of the bucket alone leaves all ciphertext as it is', async () => {
    const { file, text, values } = await createSealed();
    const ciphertext = async () => (await text('app.yml')).match(/ENC\[.*?\]|key: \S+/g);
    const before = await ciphertext();
    const report = await move(tools, file, [], { bucket: 'another-bucket' });
    expect(report).toEqual({ file, changed: true, resealed: 0, rewrapped: 0 });
    expect(await ciphertext()).toEqual(before);
    expect(await values()).toEqual(WHOLE);
  });

  test.each([
    ['a', 1, 0],
    ['big', 0, 1],
    ['open', 0, 0],
  ])(
    'of the name %s takes its ciphertext along, and no other',
    async (name, resealed, rewrapped) => {
      const { file, text, values } = await createSealed();
      const before = (await text('app.yml')).split('\n');
      const report = await move(tools, file, [name, 'new/name']);
      expect(report).toEqual({ file, changed: true, resealed, rewrapped });
      const { [name]: value, ...others } = WHOLE as Record<string, string>;
      expect(await values()).toEqual({ ...others, 'new/name': value });
      const kept = (await text('app.yml')).split('\n').filter((line) => before.includes(line));
      expect(kept.length).toBeGreaterThan(before.length - 5);
      expect((await check('.', [file])).problems).toEqual([]);
    },
  );

  test.each<[string, string[], object]>([
    ['nothing', [], {}],
    ['one name', ['a'], {}],
    ['names and settings', ['a', 'c'], { path: '/x/' }],
    ['a name that is not there', ['none', 'c'], {}],
  ])('refuses %s', async (_, names, options) => {
    const { file } = await createSealed();
    expect((await failureOf(() => move(tools, file, names, options))).code).toBe('usage');
  });

  test.each<[string, string[], object]>([
    ['a path that SSM refuses', [], { path: 'x' }],
    ['an account that is none', [], { account: '12' }],
  ])('refuses %s, and leaves the file as it is', async (_, names, options) => {
    const { file, text } = await createSealed();
    const before = await text('app.yml');
    expect((await failureOf(() => move(tools, file, names, options))).code).toBe('manifest');
    expect(await text('app.yml')).toBe(before);
  });
});

describe('copy', () => {
  test('seals values under the data key of the other manifest, with their fields', async () => {
    const from = await createSealed();
    const to = await createScene(aws, secret('own', 'own'));
    const target = to.path('app.yml');
    await encrypt(tools, [target]);
    const report = await copy(tools, from.file, ['a', 'big', 'open'], target);
    expect(report.sealed.map(({ name, form }) => [name, form])).toEqual([
      ['a', 'value'],
      ['big', 'blob'],
      ['open', 'value'],
    ]);
    expect(await from.values(target)).toEqual({
      own: 'own',
      a: 'one',
      big: LARGE,
      open: 'for all',
    });
    const [source, copied] = [await readManifest(from.file), await readManifest(target)];
    expect(Object.keys(copied.dataKeys)).toHaveLength(1);
    expect(Object.keys(copied.dataKeys)).not.toEqual(Object.keys(source.dataKeys));
    expect(copied.parameters.find(({ name }) => name === 'big')?.origin).toBeUndefined();
    expect(await from.values()).toEqual(WHOLE);
    expect(said.notes.at(-1)).toContain('3 parameters copied');
  });

  test('copies a parameter once, however often it is named', async () => {
    const from = await createSealed();
    const to = await createScene(aws, secret('own', 'own'));
    const target = to.path('app.yml');
    await copy(tools, from.file, ['a', 'a', `${from.prefix}a`], target);
    expect(await from.values(target)).toEqual({ own: 'own', a: 'one' });
    expect(said.notes.at(-1)).toContain('1 parameter copied');
  });

  test('refuses a name that the other manifest has, and leaves it as it is', async () => {
    const from = await createSealed();
    const to = await createSealed();
    const before = await to.text('app.yml');
    const failure = await failureOf(() => copy(tools, from.file, ['a'], to.file));
    expect(failure.code).toBe('usage');
    expect(await to.text('app.yml')).toBe(before);
  });
});
