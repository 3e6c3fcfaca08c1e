import { chmod, readdir } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decryptValues } from '../../src/actions/decrypt.ts';
import { importFile, type ImportFileOptions } from '../../src/actions/import/from-file.ts';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

async function createImport(files: Readonly<Record<string, string>>) {
  const app = await createScene(aws, plain('own', 'own'), { files });
  const { tools, said } = createTools(aws);
  const destination = { path: `${app.prefix}new/`, region: 'us-east-1', kmskey: aws.kmskey };
  return {
    ...app,
    said,
    destination,
    run: (source: string, into: string, options: ImportFileOptions = {}) =>
      importFile(tools, app.path(source), app.path(into), options),
    values: async (file: string) =>
      Object.fromEntries(
        (await decryptValues(tools, app.path(file))).map(({ name, type, bytes }) => [
          name.split('/').slice(2).join('/'),
          [type, bytes.toString()],
        ]),
      ),
  };
}

describe('a dotenv file', () => {
  test('becomes secrets of an existing manifest, whose other lines stay', async () => {
    const { run, said, text, values } = await createImport({ '.env': 'A=one\nB=0123\nC=\n' });
    const before = await text('app.yml');
    const report = await run('.env', 'app.yml');
    expect(report.sealed.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(await values('app.yml')).toEqual({
      own: ['String', 'own'],
      A: ['SecureString', 'one'],
      B: ['SecureString', '0123'],
    });
    expect((await text('app.yml')).startsWith(before.slice(0, 20))).toBe(true);
    expect(await text('app.yml')).not.toMatch(/0123|one/);
    expect(said.notes.join('\n')).toContain('2 values become secrets');
    expect(said.warnings.map(({ message }) => message)).toEqual([
      'left out, because SSM cannot hold an empty value: C',
    ]);
  });

  test('becomes a new manifest; plaintext is never on disk, and no other file appears', async () => {
    const canary = createCanary();
    const { run, files, text, values, destination } = await createImport({
      '.env': `A=${canary}\nPORT=8080\n`,
    });
    const before = await files();
    await run('.env', 'new.yml', { destination, plain: ['PORT'] });
    expect(await files()).toEqual([...before, 'new.yml'].toSorted());
    expectHidden(canary, { manifest: await text('new.yml') });
    expect(await values('new.yml')).toEqual({
      'new/A': ['SecureString', canary],
      'new/PORT': ['String', '8080'],
    });
  });
});

test('patterns choose; a secret wins; lists are StringLists if they are not secret', async () => {
  const json = '{"db": {"pass": "p", "port": 1}, "hosts": ["a", "b"], "x": 1, "bad name": 2}';
  const { run, values } = await createImport({ 'c.json': json });
  const choice = { plain: ['db/*', 'hosts'], secret: ['*pass'], skip: ['bad*'] };
  await run('c.json', 'app.yml', choice);
  expect(await values('app.yml')).toMatchObject({
    'db/pass': ['SecureString', 'p'],
    'db/port': ['String', '1'],
    hosts: ['StringList', 'a,b'],
    x: ['SecureString', '1'],
  });
});

test('warns of patterns that fit nothing: a slip would show what was meant to be hidden', async () => {
  const app = await createImport({ '.env': 'API_TOKEN=1\nLOG_LEVEL=2\n' });
  const { run, said } = app;
  const file = app.path('.env');
  await run('.env', 'app.yml', { plain: ['LOG_*'], secret: ['API_TOKN'], skip: ['OLD_*'] });
  expect(said.warnings).toEqual([
    { message: `--secret API_TOKN fits no value of ${file}`, hint: 'did you mean API_TOKEN?' },
    { message: `--skip OLD_* fits no value of ${file}`, hint: undefined },
  ]);
  expect(said.notes).toContain(
    '1 of 2 values becomes a secret, because nothing says otherwise (--plain NAME)',
  );
});

test('asks only about names that no pattern decides', async () => {
  const { run, said, values } = await createImport({ '.env': 'A=1\nB=2\nLOG_LEVEL=3\nD=4\n' });
  const asked: string[][] = [];
  const askPlain = (names: readonly string[]) => {
    asked.push([...names]);
    return Promise.resolve(['LOG_*']);
  };
  await run('.env', 'app.yml', { secret: ['A'], plain: ['B'], askPlain });
  expect(asked).toEqual([['LOG_LEVEL', 'D']]);
  expect(await values('app.yml')).toMatchObject({
    A: ['SecureString', '1'],
    B: ['String', '2'],
    LOG_LEVEL: ['String', '3'],
    D: ['SecureString', '4'],
  });
  expect(said.notes.join('\n')).not.toContain('become secrets');
});

describe('is refused, and changes nothing:', () => {
  const CASES: [string, string, ImportFileOptions, RegExp, RegExp][] = [
    ['a name twice', 'A=1\nA=2\n', {}, /^A is there twice, first in line 1$/, /take the last/],
    ['a name that exists', 'own=1\n', {}, /already has own$/, /--overwrite/],
    ['a name that SSM refuses', '{"bad name": 1}', { kind: 'json' }, /bad name/, /--skip/],
    ['no value', '# none\n', {}, /holds no values$/, /^$/],
    ['only empty values', 'A=\n', {}, /^nothing of .* is left to import$/, /^$/],
  ];
  test.each(CASES)('%s', async (_, dotenv, options, message, hint) => {
    const { run, text } = await createImport({ '.env': dotenv });
    const before = await text('app.yml');
    const error = await failureOf(() => run('.env', 'app.yml', options));
    expect(error.message).toMatch(message);
    expect(error.hint ?? '').toMatch(hint);
    expect(await text('app.yml')).toBe(before);
  });

  test('a secret list', async () => {
    const { run } = await createImport({ 'c.yaml': 'hosts: [a, b]\n' });
    expect(await failureOf(() => run('c.yaml', 'app.yml'))).toMatchObject({
      message: 'hosts: SSM has no encrypted lists',
      hint: '--plain hosts makes it a StringList, --skip hosts leaves it out',
    });
  });

  test('a manifest that does not exist, without a destination', async () => {
    const { run, folder } = await createImport({ '.env': 'A=1\n' });
    const before = await readdir(folder);
    expect(await failureOf(() => run('.env', 'none.yml'))).toMatchObject({ code: 'usage' });
    expect(await readdir(folder)).toEqual(before);
  });
});

test('--overwrite replaces values, and keeps types', async () => {
  const { run, values } = await createImport({ '.env': 'own=new\nB=2\n' });
  await run('.env', 'app.yml', { overwrite: true });
  expect(await values('app.yml')).toEqual({ own: ['String', 'new'], B: ['SecureString', '2'] });
});

describe('a file that sops encrypted', () => {
  const SOPS = 'x: ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]\nsops:\n    version: 3.8.0\n';

  test("is decrypted by the user's own sops, through a pipe", async () => {
    const app = await createScene(aws, plain('own', 'own'), { files: { 's.yaml': SOPS } });
    const script = `#!/bin/sh\necho "$@" > args\nprintf '{"x": "from sops", "y": {"z": 1}}'\n`;
    await app.write('bin/sops', script);
    await chmod(app.path('bin/sops'), 0o755);
    const env = { PATH: [app.path('bin'), process.env['PATH']].join(delimiter) };
    await app.succeed(['import', 's.yaml', '--into', 'app.yml', '--plain', 'y/*'], { env });
    expect(await app.value('x')).toBe('from sops');
    expect(await app.value('y/z')).toBe('1');
    expect(await app.text('args')).toBe('--decrypt --output-type json s.yaml\n');
  });

  test.each([
    ['fails', '#!/bin/sh\nexit 3\n', 'sops cannot decrypt s.yaml: it exited with 3'],
    ['is not there', undefined, 'there is no sops on PATH'],
  ])('is refused if sops %s', async (_, script, says) => {
    const app = await createScene(aws, plain('own', 'own'), { files: { 's.yaml': SOPS } });
    await app.write('bin/sops', script ?? '');
    if (script !== undefined) await chmod(app.path('bin/sops'), 0o755);
    const call = ['import', 's.yaml', '--into', 'app.yml'];
    const { stderr } = await app.coffer(call, { env: { PATH: app.path('bin') } });
    expect(stderr).toContain(says);
  });
});

describe('the command', () => {
  test('reads standard input, and a path in SSM into the same manifest', async () => {
    const app = await createScene(aws, plain('own', 'own'));
    await app.succeed(['import', '-', '--into', 'app.yml', '--type', 'json'], {
      stdin: '{"a": "b"}',
    });
    expect(await app.value('a')).toBe('b');
    await app.succeed(['sync', 'app.yml', '--yes']);
    await app.succeed(['import', app.prefix, '--into', 'other.yml']);
    const { stdout } = await app.succeed(['decrypt', 'other.yml', '--value', 'a']);
    expect(stdout.toString()).toBe('b');
    await app.succeed(['unset', 'other.yml', 'own']);
    await app.succeed(['import', app.prefix, '--into', 'other.yml']);
    expect(await app.text('other.yml')).toContain('name: own');
  });

  test.each([
    ['-', 'standard input is read as a dotenv file, and is not one'],
    ['values.txt', 'values.txt is read as a dotenv file, and is not one'],
  ])(
    'names --type before the faults of %s, whose name does not say its kind',
    async (source, says) => {
      const text = 'db:\n  password: x\n';
      const app = await createScene(aws, plain('own', 'own'), { files: { 'values.txt': text } });
      const call = ['import', source, '--into', 'app.yml'];
      const { code, stderr } = await app.coffer(call, { stdin: text });
      expect(code).toBe(2);
      const [first, hint, second] = stderr.split('\n');
      expect(first).toBe(`coffer: error: ${says}`);
      expect(hint).toContain('--type: json, yaml, tfvars');
      expect(second).toBe(`${source}:1:1: error: there is no = in this line`);
      await app.succeed([...call, '--type', 'yaml'], { stdin: text });
    },
  );

  test.each(['.env', '.env.production', 'app.env'])(
    'asks about no other kind than that of %s',
    async (source) => {
      const app = await createScene(aws, plain('own', 'own'), { files: { [source]: 'x y\n' } });
      const { stderr } = await app.coffer(['import', source, '--into', 'app.yml']);
      expect(stderr).toMatch(/^\S+:1:1: error: there is no = in this line\n/);
    },
  );

  test.each([
    [['import', '.env'], 'coffer import needs --into'],
    [['import', '.env', '--into', 'app.yml', '--merge', 'app.yml'], '--merge does not fit'],
    [['import', '/app/', '--plain', 'x'], '--plain does not fit: /app/ is a path in SSM'],
    [['import', 'none.env', '--into', 'app.yml'], 'cannot read none.env'],
    [['import', '.env', '--into', 'none.yml', '--path', '/x/'], 'none.yml does not exist'],
  ])('%j is refused', async (args, says) => {
    const app = await createScene(aws, plain('own', 'own'), { files: { '.env': 'A=1\n' } });
    const { code, stderr } = await app.coffer(args);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});
