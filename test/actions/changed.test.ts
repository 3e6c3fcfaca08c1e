import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { copy } from '../../src/actions/copy.ts';
import { edit } from '../../src/actions/edit.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { history } from '../../src/actions/history.ts';
import { importPath } from '../../src/actions/import.ts';
import { importFile } from '../../src/actions/import/from-file.ts';
import { move } from '../../src/actions/move.ts';
import { refresh } from '../../src/actions/refresh.ts';
import { rotate } from '../../src/actions/rotate.ts';
import { set } from '../../src/actions/set.ts';
import { readManifest } from '../../src/manifest/index.ts';
import { useAws } from '../support/aws.ts';
import { createScene, plain, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const { tools } = createTools(aws);
const stored = storedIn(aws);
await aws.createKey(aws.fileKeyAlias);

const DAY = '2026-11-27';
const LATER = '2026-12-24';

function onDay(day: string): void {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(`${day}T12:00:00Z`) });
}

beforeEach(() => onDay(DAY));
afterAll(() => vi.useRealTimers());

const LARGE = 'x'.repeat(20_000);

/** One secret of each kind that has a max_age, one without, and what is no secret. */
const PARAMETERS = `  - name: typed # ours
    type: SecureString
    max_age: 90d # as agreed
    value: one
  - {name: made, type: SecureString, max_age: 1y, generate: {length: 12}}
  - name: large
    type: SecureString
    max_age: 12w
    file: large
  - name: small
    type: SecureString
    max_age: 12w
    file: small
  - name: ageless
    type: SecureString
    value: two
${plain('open', 'for all')}`;

async function createSealed(parameters = PARAMETERS, header = '') {
  const top = `kmskey: ${aws.kmskey}\nbucket: ${aws.bucket}\n${header}`;
  const app = await createScene(aws, parameters, {
    header: top,
    files: { large: LARGE, small: 'secret' },
  });
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  return { ...app, file, days: () => daysOf(file) };
}

/** The day of the last change, by name. */
async function daysOf(file: string): Promise<Record<string, string | undefined>> {
  const { parameters } = await readManifest(file);
  return Object.fromEntries(parameters.map(({ name, changed }) => [name, changed]));
}

const ALL = {
  typed: DAY,
  made: DAY,
  large: DAY,
  small: DAY,
  ageless: undefined,
  open: undefined,
};

const valueOf = (value: string) => () => Promise.resolve(Buffer.from(value));

test('encrypt writes the day beside max_age, and nowhere else', async () => {
  const { text, days } = await createSealed();
  expect(await days()).toEqual(ALL);
  expect(await text('app.yml')).toMatch(
    / {4}max_age: 90d # as agreed\n {4}changed: 2026-11-27\n {4}value: ENC\[/,
  );
});

test('a later encrypt with nothing new changes no byte', async () => {
  const { file, text } = await createSealed();
  const before = await text('app.yml');
  onDay(LATER);
  expect(await encrypt(tools, [file])).toMatchObject([{ changed: false }]);
  expect(await text('app.yml')).toBe(before);
});

describe('a new value is as old as the day on which it comes:', () => {
  test.each<[how: string, name: string, change: (scene: Scene, file: string) => Promise<unknown>]>([
    ['set', 'typed', (_, file) => set(tools, file, 'typed', valueOf('new'))],
    ['set of a large one', 'typed', (_, file) => set(tools, file, 'typed', valueOf(LARGE))],
    ['set over a blob', 'large', (_, file) => set(tools, file, 'large', valueOf('new'))],
    ['rotate', 'made', (_, file) => rotate(tools, file, ['made'])],
    [
      'a file that changed',
      'small',
      async ({ write }, file) => {
        await write('small', 'another');
        await encrypt(tools, [file]);
      },
    ],
    [
      'a large file that changed',
      'large',
      async ({ write }, file) => {
        await write('large', `${LARGE}!`);
        await encrypt(tools, [file]);
      },
    ],
    [
      'edit',
      'typed',
      (_, file) =>
        edit(tools, file, (text) => Promise.resolve(Buffer.from(String(text).replace('one', '1')))),
    ],
    [
      'plaintext in place of the ciphertext',
      'typed',
      async ({ text, write }, file) => {
        const before = await text('app.yml');
        await write('app.yml', before.replace(/(ours[^]*?value: )ENC\S+/, '$1new'));
        await encrypt(tools, [file]);
      },
    ],
    [
      'import of a file',
      'typed',
      async ({ path, write }, file) => {
        await write('.env', 'typed=new\n');
        await importFile(tools, path('.env'), file, { overwrite: true, secret: ['*'] });
      },
    ],
  ])('%s', async (_, name, change) => {
    const app = await createSealed();
    onDay(LATER);
    await change(app, app.file);
    expect(await app.days()).toEqual({ ...ALL, [name]: LATER });
  });

  test('also where the day is there, and max_age is not', async () => {
    const { file, days } = await createSealed(
      '  - {name: a, type: SecureString, changed: 2025-01-01, value: one}\n',
    );
    onDay(LATER);
    await set(tools, file, 'a', valueOf('new'));
    expect(await days()).toEqual({ a: LATER });
  });
});

describe('a value that stays becomes no younger by', () => {
  test.each<[how: string, change: (scene: Scene, file: string) => Promise<unknown>]>([
    ['set to what it is', (_, file) => set(tools, file, 'typed', valueOf('one'))],
    ['refresh', (_, file) => refresh(tools, [file])],
    ['refresh with new data keys', (_, file) => refresh(tools, [file], { newDataKeys: true })],
    ['another path', (_, file) => move(tools, file, [], { path: '/elsewhere/' })],
    ['set of a large one to what it is', (_, file) => set(tools, file, 'large', valueOf(LARGE))],
    ['encrypt --reseal', (_, file) => encrypt(tools, [file], { reseal: ['typed'] })],
    [
      'encrypt --reseal of files',
      (_, file) => encrypt(tools, [file], { reseal: ['small', 'large'] }),
    ],
    [
      'another store',
      async ({ text, write }, file) => {
        const before = await text('app.yml');
        await write('app.yml', before.replace('max_age: 90d', 'store: s3\n    max_age: 90d'));
        await encrypt(tools, [file]);
      },
    ],
    [
      'an edit of other things',
      (_, file) =>
        edit(tools, file, (text) => Promise.resolve(Buffer.from(String(text).replace('two', '2')))),
    ],
  ])('%s', async (_, change) => {
    const app = await createSealed();
    onDay(LATER);
    await change(app, app.file);
    expect(await app.days()).toEqual(ALL);
  });

  test.each<[how: string, change: (file: string) => Promise<unknown>]>([
    ['move', (file) => move(tools, file, ['typed', 'renamed'])],
    [
      'edit',
      (file) =>
        edit(tools, file, (text) =>
          Promise.resolve(Buffer.from(String(text).replace('name: typed', 'name: renamed'))),
        ),
    ],
  ])('another name in %s', async (_, change) => {
    const { file, days } = await createSealed();
    onDay(LATER);
    await change(file);
    expect(await days()).toMatchObject({ renamed: DAY });
  });

  test('an edit of the path, which seals all values again', async () => {
    const { file, days } = await createSealed();
    onDay(LATER);
    await edit(tools, file, (text) =>
      Promise.resolve(Buffer.from(String(text).replace('path: /', 'path: /new/'))),
    );
    // A file is taken as it is then, and may have changed.
    expect(await days()).toEqual({ ...ALL, small: LATER });
  });

  test('copy into another manifest', async () => {
    const { file } = await createSealed();
    const other = await createSealed(plain('open', 'x'), 'max_age: 30d\n');
    onDay(LATER);
    await copy(tools, file, ['typed', 'large', 'ageless'], other.file);
    expect(await other.days()).toEqual({
      open: undefined,
      typed: DAY,
      large: DAY,
      // Nobody knows how old it is.
      ageless: undefined,
    });
  });
});

test('the max_age of a manifest is that of its secrets, new ones too', async () => {
  const { file, days } = await createSealed(
    `  - {name: a, type: SecureString, value: one}
  - {name: b, type: SecureString, max_age: never, value: two}
${plain('open', 'x')}`,
    'max_age: 90d\n',
  );
  onDay(LATER);
  await set(tools, file, 'c', valueOf('new'));
  expect(await days()).toEqual({ a: DAY, b: undefined, open: undefined, c: LATER });
});

test('what is imported from SSM is as old as it is there', async () => {
  const { file, prefix, days } = await createSealed(plain('open', 'x'), 'max_age: 90d\n');
  vi.useRealTimers();
  await stored.put(`${prefix}old`, 'v', { Type: 'SecureString', KeyId: aws.kmskey });
  const [version] = await history(tools, `${prefix}old`);
  onDay('2031-01-01');
  await importPath(tools, prefix, { merge: file });
  const day = version?.modified?.toISOString().slice(0, 10);
  expect(await days()).toEqual({ open: undefined, old: day });
});
