import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { compare } from '../../src/actions/compare.ts';
import { copy } from '../../src/actions/copy.ts';
import { decrypt, decryptValues } from '../../src/actions/decrypt.ts';
import { diff } from '../../src/actions/diff.ts';
import { diffVersions } from '../../src/actions/diff-versions.ts';
import { edit } from '../../src/actions/edit.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { exec } from '../../src/actions/exec.ts';
import { exportSecrets } from '../../src/actions/export.ts';
import { get, openValue } from '../../src/actions/get.ts';
import { history } from '../../src/actions/history.ts';
import { importPath } from '../../src/actions/import.ts';
import { move } from '../../src/actions/move.ts';
import { put } from '../../src/actions/put.ts';
import { recovery } from '../../src/actions/recovery.ts';
import { refresh } from '../../src/actions/refresh.ts';
import { rollback } from '../../src/actions/rollback.ts';
import { report } from '../../src/actions/report.ts';
import { save } from '../../src/actions/save.ts';
import { sync } from '../../src/actions/sync.ts';
import { textconv } from '../../src/actions/textconv.ts';
import type { Tools } from '../../src/actions/tools.ts';
import { COMMANDS } from '../../src/cli/index.ts';
import { createCoffer } from '../../src/library.ts';
import { formatExactly, valueLimit } from '../../src/sizes.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { accessTo } from '../support/library.ts';
import { createScene, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const { tools, said } = createTools(aws);

const TEXT = 'forty bytes of text, which fit into SSM';
const PIN = '123456';
const BIG = randomBytes(20_000);
const NOTE = 'n'.repeat(3000);

const [text, pin, big, note] = [TEXT.length, PIN.length, BIG.length, NOTE.length];
const all = text + pin + big + note;

/** A manifest, what AWS has of it, and another manifest. */
async function createPublished() {
  const parameters = [
    secret('text', TEXT),
    '  - {name: pin, type: SecureString, file: pin}\n',
    '  - {name: big, type: SecureString, file: big}\n',
    '  - {name: note, type: String, file: note}\n',
  ];
  const files = { pin: PIN, big: BIG, note: NOTE };
  const app = await createScene(aws, parameters.join(''), { files });
  const header = (await app.text('app.yml')).replace(/parameters:.*/s, '');
  await app.write('other.yml', `${header}parameters:\n  - {name: x, type: String, value: x}\n`);
  const [file, other] = [app.path('app.yml'), app.path('other.yml')];
  await encrypt(tools, [file]);
  await sync(tools, [file]);
  await app.write('twin.yml', await app.read('app.yml'));
  return { file, other, path: app.prefix, folder: app.path, text: () => app.text('app.yml') };
}

type Published = Awaited<ReturnType<typeof createPublished>>;

/** A call, and how many bytes it reads. */
type Call = readonly [run: (tools: Tools, app: Published) => Promise<unknown>, bytes: number];

async function* oneChunk() {
  yield await Promise.resolve(BIG);
}

const publish =
  (size?: number) =>
  (tools: Tools, { path }: Published) => {
    const target = { path: `${path}put`, bucket: aws.bucket, kmskey: aws.kmskey };
    return put(tools, oneChunk(), target, { size });
  };

/** All commands: the calls by which they read values, or why there are none. */
const READERS: Record<string, readonly Call[] | string> = {
  get: [
    [(tools, { path }) => get(tools, `${path}text`), text],
    [(tools, { path }) => get(tools, `${path}text@1`), text],
    [(tools, { path }) => get(tools, `${path}big`), big],
    [async (tools, { path }) => (await openValue(tools, `${path}big`)).close(), big],
  ],
  export: [
    [(tools, { file }) => exportSecrets(tools, [file], { only: ['text'] }), text],
    [(tools, { file }) => exportSecrets(tools, [file], { only: ['big'], format: 'json' }), big],
    [(tools, { file }) => exportSecrets(tools, [file], { only: ['note'] }), note],
    [(tools, { file }) => exportSecrets(tools, [file], { from: 'aws', only: ['text'] }), text],
    [
      (tools, { file, folder }) =>
        exportSecrets(tools, [file], { from: 'aws', only: ['big'], outDir: folder('dump') }),
      big,
    ],
    [
      (tools, { path }) =>
        exportSecrets(tools, [path], { from: 'aws', format: 'k8s', name: 'app' }),
      all,
    ],
  ],
  exec: [[(tools, { file }) => exec(tools, [file], () => Promise.resolve()), all]],
  decrypt: [
    [(tools, { file }) => decrypt(tools, file), text + pin + big],
    [(tools, { file }) => decryptValues(tools, file, { only: ['big'] }), big],
    [(tools, { file }) => decryptValues(tools, file), all],
  ],
  diff: [
    [(tools, { file }) => diff(tools, [file]), text + pin + note],
    [(tools, { path }) => diffVersions(tools, [`${path}text@1`, `${path}text@1`]), 2 * text],
  ],
  report: [[(tools, { file }) => report(tools, [file]), text + pin + note]],
  sync: [[(tools, { file }) => sync(tools, [file]), text + pin + note]],
  history: [[(tools, { path }) => history(tools, `${path}note`), note]],
  import: [
    [(tools, { path, folder }) => importPath(tools, path, { file: folder('imported.yml') }), all],
  ],
  encrypt: [[(tools, { file }) => encrypt(tools, [file]), pin]],
  edit: [[(tools, { file }) => edit(tools, file, (shown) => Promise.resolve(shown)), text]],
  put: [
    [publish(), big],
    [publish(big), big],
  ],
  copy: [
    [(tools, { file, other }) => copy(tools, file, ['text'], other), text],
    [(tools, { file, other }) => copy(tools, file, ['big'], other), big],
  ],
  rollback: [[(tools, { file }) => rollback(tools, file, 'text', { version: '1' }), text]],
  compare: [
    [
      (tools, { file, folder }) => compare(tools, [file, folder('twin.yml')], { values: true }),
      2 * (text + pin + big),
    ],
  ],
  save: [[(tools, { file }) => save(tools, [file]), text + pin + note]],
  refresh: [[(tools, { file }) => refresh(tools, [file], { newDataKeys: true }), text + pin]],
  recovery: [[(tools, { file }) => recovery(tools, 'restore', [file], []), text + pin]],
  move: [[(tools, { file }) => move(tools, file, ['text', 'renamed']), text]],
  set: 'takes a value from its caller: the next test',
  textconv: 'masks what is too large: the test after that',
  create: 'takes a value as set does, and reads as sync does',
  update: 'takes a value as set does, and reads as sync does',
  delete: 'reads names; of one secret, as sync does',
  unset: 'opens nothing',
  rotate: 'makes values, and reads none',
  list: 'shows sizes: SSM limits what it holds',
  nuke: 'reads names',
  gc: 'reads names',
  check: 'opens nothing, and reads files in pieces',
  find: 'opens nothing',
  git: 'writes settings',
  hook: 'writes a script',
  'merge-driver': 'opens nothing',
  pin: 'opens nothing',
  policy: 'reads settings',
  bootstrap: 'reads settings',
  doctor: 'reads settings',
  cache: 'keeps code',
  completion: 'prints a script',
  schema: 'prints a schema',
  init: 'writes a template',
  sandbox: 'is not a reader',
  controller: 'reads what a Secret holds: 1 MiB',
};

test('every command says which values it reads', () => {
  expect(Object.keys(READERS).toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted());
});

test('no call reads more than its limit', async () => {
  const app = await createPublished();
  for (const [command, calls] of Object.entries(READERS)) {
    if (typeof calls === 'string') continue;
    for (const [index, [run, bytes]] of calls.entries()) {
      const what = `${command}, call ${index + 1}`;
      const before = await app.text();
      const error = await failureOf(() => run({ ...tools, limit: valueLimit(bytes - 1) }, app));
      expect(error.code, what).toBe('oversize');
      expect(error.message, what).toContain(`the limit of ${formatExactly(bytes - 1)}`);
      expect(error.hint, what).toContain('--max-size');
      expect(await app.text(), what).toBe(before);
      await run({ ...tools, limit: valueLimit(bytes) }, app);
    }
  }
});

test('set reads no larger value, from a file or a pipe', async () => {
  const app = await createScene(aws, secret('a', 'b'), { files: { note: NOTE } });
  for (const input of [{ stdin: NOTE }, { args: ['-f', 'note'] }]) {
    const args = ['set', 'app.yml', 'a', '--max-size', '2999', ...(input.args ?? [])];
    const { code, stderr } = await app.coffer(args, { stdin: input.stdin ?? '' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/more than the limit of 2\.9 KiB \(2999 bytes\)\n.*--max-size/);
  }
  await app.succeed(['set', 'app.yml', 'a', '--max-size', '3kB'], { stdin: NOTE });
});

test('git diff shows values that are too large masked, with a warning', async () => {
  const { file } = await createPublished();
  const limit = valueLimit(text - 1);
  said.warnings.length = 0;
  const shown = await textconv({ ...tools, limit }, file, { reveal: true });
  expect(shown.toString()).not.toContain(TEXT);
  expect(said.warnings).toMatchObject([
    { message: expect.stringContaining('the limit of 38 bytes') as string },
  ]);
});

test('a program has the limit for each of its calls anew', async () => {
  const { file, path } = await createPublished();
  const coffer = createCoffer({ ...accessTo(aws), maxSize: all });
  for (let time = 0; time < 2; time++) expect((await coffer.open(file)).size).toBe(4);
  coffer.close();
  const strict = createCoffer({ ...accessTo(aws), maxSize: '19kB' });
  expect(await failureOf(() => strict.get(`${path}big`))).toMatchObject({
    code: 'oversize',
    hint: expect.stringContaining('maxSize') as string,
  });
  strict.close();
});

test('a program hears at once of a limit that is no size', async () => {
  for (const maxSize of [0, -1, Number.NaN, 'much']) {
    const error = await failureOf(() => Promise.resolve(createCoffer({ maxSize })));
    expect(error).toMatchObject({ code: 'usage', message: `maxSize ${maxSize} is not a size` });
  }
});
