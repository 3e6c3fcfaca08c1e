import { symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/index.ts';
import { CLI, coffer, run } from '../support/cli.ts';
import { createRepository, sealedManifest } from '../support/repository.ts';
import { createWorkspace } from '../support/workspace.ts';

const MISSING = 'none/x.yml';
const PIPE = 'pipe.yml';
const NO_AWS = { AWS_EC2_METADATA_DISABLED: 'true' };
const PLAIN = `path: /app/
region: us-east-1
kmskey: alias/app
parameters:
  - {name: level, type: String, value: info}
`;

async function createFiles() {
  const app = await createRepository({
    'top.yml': sealedManifest(''),
    'a/one.yml': sealedManifest(''),
    'a/deep/two.yaml': sealedManifest(''),
    'a/[x].yml': sealedManifest(''),
    'a/compose.yml': 'services: {}\n',
    'none/compose.yml': 'services: {}\n',
    '.gitignore': 'ignored.yml\n',
    'a/ignored.yml': sealedManifest(''),
  });
  const call = (...args: string[]) => coffer(args, { cwd: app.folder });
  return {
    call,
    path: app.path,
    /** The manifests that check looks at: all of them lack their files. */
    found: async (...args: string[]) => {
      const { stdout } = await call('check', ...args, '--json');
      return (JSON.parse(stdout.toString()) as { files: number }).files;
    },
  };
}

test.each([
  [['.'], 4],
  [['a'], 3],
  [['a/'], 3],
  [['a', 'top.yml'], 4],
  [['*.yml'], 1],
  [['./*.yml'], 1],
  [['a/*'], 2],
  [['a/**/*.yaml'], 1],
  [['**/*.y?ml'], 1],
  [['**/*.{yml,yaml}'], 4],
  [['a/[no]*.yml'], 1],
  // A file of that name, which the pattern does not match.
  [['a/[x].yml'], 1],
])('%j are the manifests among those files', async (words, count) => {
  const { found } = await createFiles();
  expect(await found(...words)).toBe(count);
});

test('a folder and a file with the name of a pattern hide nothing that it matches', async () => {
  const app = await createRepository({
    'secrets/prod.yml': sealedManifest(''),
    'secrets/**/*.yml': PLAIN,
    'secrets/?.yml': PLAIN,
    'secrets/x.yml': sealedManifest(''),
  });
  const checked = async (pattern: string) => {
    const { stdout } = await coffer(['check', pattern, '--json'], { cwd: app.folder });
    return (JSON.parse(stdout.toString()) as { files: number }).files;
  };
  expect(await checked('secrets/**/*.yml')).toBe(4);
  expect(await checked('secrets/**')).toBe(4);
  expect(await checked('secrets/?.yml')).toBe(2);
});

test('manifests of a folder come in the order in which people count', async () => {
  const names = ['env10.yml', 'env9.yml', 'env1.yml'];
  const app = await createRepository(Object.fromEntries(names.map((one) => [one, PLAIN])));
  const { stdout } = await coffer(['find', '*', '.', '--json'], { cwd: app.folder });
  const { parameters } = JSON.parse(stdout.toString()) as { parameters: { file: string }[] };
  expect(parameters.map(({ file }) => file)).toEqual(['env1.yml', 'env9.yml', 'env10.yml']);
});

test('a file counts once, whatever names lead to it', async () => {
  const { call, found, path } = await createFiles();
  await symlink('top.yml', path('link.yml'));
  const names = ['top.yml', './top.yml', 'a/../top.yml', 'link.yml'];
  expect(await found(...names)).toBe(1);
  const { stdout } = await call('find', '*', ...names, '--json');
  expect((JSON.parse(stdout.toString()) as { parameters: unknown[] }).parameters).toHaveLength(1);
});

test.each([
  ['none', 'there are no manifests in none'],
  ['*.json', 'no manifest matches *.json'],
  ['missing.yml', 'cannot read missing.yml'],
  ['{a', 'no manifest matches {a'],
])('%s is refused: %s', async (word, says) => {
  const { call } = await createFiles();
  const { code, stderr } = await call('check', word);
  expect(code).toBe(2);
  expect(stderr).toContain(says);
});

const WRITERS = new Set(
  'encrypt edit set unset create update delete rotate rollback move copy refresh'.split(' '),
);
const MORE: Record<string, string[]> = {
  set: ['x'],
  unset: ['x'],
  create: ['x'],
  update: ['x'],
  delete: ['x'],
  rotate: ['x'],
  rollback: ['x'],
  copy: ['x', 'other.yml'],
};

test.each(
  COMMANDS.filter(({ name, args }) => WRITERS.has(name) && args.includes('manifest')).map(
    ({ name }) => name,
  ),
)('%s cannot write standard input', async (name) => {
  const app = await createWorkspace();
  const { code, stderr } = await coffer([name, '-', ...(MORE[name] ?? [])], {
    cwd: app.folder,
    stdin: PLAIN,
  });
  expect(stderr).toContain('this writes the manifest, and cannot write standard input');
  expect(code).toBe(2);
  expect(await app.files()).toEqual([]);
});

/** What a call needs besides its manifest. */
const REST: Record<string, string[]> = {
  ...MORE,
  compare: ['app.yml'],
  recovery: [],
  policy: ['--for', 'ci'],
  pin: ['--name', 'app'],
  exec: ['--', 'true'],
};
const IN_FRONT: Record<string, string[]> = { find: ['x'], recovery: ['list'] };
/** It takes paths to read from a cluster; git alone calls the other. */
const NO_MANIFEST = new Set(['controller', 'git']);

test.each(
  COMMANDS.filter(({ name, args }) => args.includes('manifest') && !NO_MANIFEST.has(name)).map(
    ({ name }) => name,
  ),
)('%s does not wait for a pipe that is named as a manifest', async (name) => {
  const app = await createWorkspace({ 'app.yml': PLAIN });
  await run('mkfifo', [PIPE], { cwd: app.folder });
  const args = [name, ...(IN_FRONT[name] ?? []), PIPE, ...(REST[name] ?? [])];
  const { code, stdout, stderr } = await coffer(args, { cwd: app.folder, env: NO_AWS });
  expect(stdout + stderr).toMatch(/pipe\.yml(?:: it|, which) is (?:not a|no) regular file/);
  expect(code).toBe(name === 'doctor' ? 3 : 2);
});

test.each([
  ['import', ['import', '.env', '--into', PIPE]],
  ['import', ['import', '/app/', '--into', PIPE]],
  ['copy', ['copy', 'app.yml', 'level', PIPE]],
  ['pin', ['pin', 'app.yml', '--name', 'app', '--from-report', PIPE]],
  ['pin', ['pin', '--check', PIPE]],
  ['merge-driver', ['merge-driver', 'app.yml', 'app.yml', PIPE]],
  ['sandbox', ['sandbox', '--policy', `AKIACI=${PIPE}`, '--', 'true']],
  ['controller', ['controller', '--kubeconfig', PIPE]],
])('%s does not wait for a pipe that is named as another of its files', async (_, args) => {
  const app = await createWorkspace({ 'app.yml': PLAIN, '.env': 'A=1\n' });
  await run('mkfifo', [PIPE], { cwd: app.folder });
  const { code, stderr } = await coffer(args, { cwd: app.folder, env: NO_AWS });
  expect(stderr).toMatch(/ is (?:not a|no) regular file/);
  expect(code).toBe(2);
});

test.each(
  COMMANDS.filter(({ name, args }) => args.includes('manifest') && !NO_MANIFEST.has(name)).map(
    ({ name }) => name,
  ),
)('%s names a missing manifest as it was given', async (name) => {
  const app = await createWorkspace({});
  const args = [name, ...(IN_FRONT[name] ?? []), MISSING, ...(REST[name] ?? [])];
  const env = { ...NO_AWS, EDITOR: 'true' };
  const { code, stdout, stderr } = await coffer(args, { cwd: app.folder, env });
  expect(stdout + stderr).toMatch(/cannot (?:read|write) none\/x\.yml: file or folder not found/);
  expect(code).toBe(name === 'doctor' ? 3 : 2);
});

test.each([
  ['put', ['put', '-p', 'a/b', '-b', 'superman-secrets', '-k', 'alias/superman', '-f', MISSING]],
  ['set', ['set', 'app.yml', 'level', '--from-file', MISSING]],
  ['import', ['import', MISSING, '--into', 'app.yml']],
  ['import', ['import', '.env', '--into', MISSING]],
  ['import', ['import', '/app/', '--merge', MISSING]],
  ['copy', ['copy', 'app.yml', 'level', MISSING]],
  ['pin', ['pin', 'app.yml', '--name', 'app', '--from-report', MISSING]],
  ['pin', ['pin', '--check', MISSING]],
  ['report', ['report', 'app.yml', '--offline', '-o', MISSING]],
  ['merge-driver', ['merge-driver', MISSING, 'app.yml', 'app.yml']],
  ['merge-driver', ['merge-driver', 'app.yml', MISSING, 'app.yml']],
  ['merge-driver', ['merge-driver', 'app.yml', 'app.yml', MISSING]],
  ['sandbox', ['sandbox', '--policy', `AKIACI=${MISSING}`, '--', 'true']],
  ['controller', ['controller', '--kubeconfig', MISSING]],
])('%s names another missing file as it was given', async (_, args) => {
  const app = await createWorkspace({ 'app.yml': PLAIN, '.env': 'A=1\n' });
  const { code, stderr } = await coffer(args, { cwd: app.folder, env: NO_AWS });
  expect(stderr).toMatch(/cannot (?:read|write) none\/x\.yml: file or folder not found/);
  expect(code).toBe(2);
});

test.each(['create', 'update'])('%s never repeats a value in the place of a file', async (name) => {
  const app = await createWorkspace({ 'app.yml': PLAIN });
  for (const value of ['hunter2', 'hunter2/slash', `hunter2/${'x'.repeat(5000)}/y`, '/hunter2/x']) {
    const args = [name, 'app.yml', name === 'update' ? 'level' : 'new', value];
    const { code, stdout, stderr } = await coffer(args, { cwd: app.folder, env: NO_AWS });
    expect(stdout + stderr).not.toContain('hunter2');
    expect(stderr).toContain('the last argument is not a file');
    expect(code).toBe(2);
  }
});

test.each([
  ['decrypt <(cat app.yml)', PLAIN],
  ['decrypt /dev/stdin < app.yml', PLAIN],
  ['cat app.yml | coffer decrypt /dev/stdin', PLAIN],
  ['decrypt /dev/fd/3 3< app.yml', PLAIN],
])('in a shell, coffer reads %s', async (line, expected) => {
  const app = await createWorkspace({ 'app.yml': PLAIN });
  const shell = `coffer() { '${process.execPath}' '${CLI}' "$@"; }; ${line.includes('coffer') ? '' : 'coffer '}${line}`;
  const { code, stdout, stderr } = await run('bash', ['-c', shell], { cwd: app.folder });
  expect(stdout.toString(), stderr).toBe(expected);
  expect(code).toBe(0);
});

test.each([
  ['check <(cat app.yml)', '1 manifest, no problems'],
  ['compare app.yml <(cat app.yml)', '2 manifests: '],
  ['report --offline <(cat app.yml)', '<title>'],
  ['report --offline /dev/stdin < <(cat app.yml)', '<title>'],
])('in a shell, coffer %s', async (line, expected) => {
  const app = await createWorkspace({ 'app.yml': PLAIN });
  const shell = `'${process.execPath}' '${CLI}' ${line}`;
  const { code, stdout, stderr } = await run('bash', ['-c', shell], { cwd: app.folder });
  expect(stdout.toString() + stderr).toContain(expected);
  expect(code).toBe(0);
});

test.each(['<(cat .env)', 'pipe & cat .env > pipe; wait'])('imports from %s', async (source) => {
  const app = await createWorkspace({ '.env': 'LEVEL=info\n' });
  await run('mkfifo', ['pipe'], { cwd: app.folder });
  const flags = '--into app.yml --plain * --path /app/ --kmskey alias/app --region us-east-1';
  const shell = `set -f; '${process.execPath}' '${CLI}' import ${flags} ${source}`;
  const { stderr } = await run('bash', ['-c', shell], { cwd: app.folder });
  expect(stderr).toContain('1 value imported');
  expect(String(await app.read('app.yml'))).toContain('- name: LEVEL');
});

test.each([
  [
    ['get', 'app.yml', 'level'],
    'app.yml is a file, and coffer get takes a name in AWS',
    'coffer decrypt app.yml --value level shows what git has; coffer list app.yml the names in AWS',
  ],
  [
    ['history', 'app.yml', 'level'],
    'app.yml is a file, and coffer history takes a name in AWS',
    'coffer list app.yml shows the names in AWS; git log -p -- app.yml what changed in git',
  ],
  ...['set', 'update', 'rollback', 'edit'].map((name): [string[], string, string] => [
    [name, 'level', 'app.yml'],
    'level is not a file, and the manifest comes first',
    `coffer ${name} app.yml level`,
  ]),
  ...['decrypt', 'sync', 'check', 'delete'].map((name): [string[], string, string] => [
    [name, '/app/level'],
    `/app/level is not a file: coffer ${name} takes a manifest, and this looks like a name in AWS`,
    'coffer find /app/level says which manifest has it; coffer get /app/level reads it from AWS',
  ]),
  ...['decrypt', 'nuke'].map((name): [string[], string, string] => [
    [name, '/app/dev/'],
    `/app/dev/ is not a file: coffer ${name} takes a manifest, and this looks like a path in AWS`,
    'coffer list /app/dev/ shows the names below it in AWS',
  ]),
])('%j says which command was meant', async (args, message, hint) => {
  const app = await createWorkspace({ 'app.yml': PLAIN });
  const { code, stderr } = await coffer(args, { cwd: app.folder, stdin: 'x', env: NO_AWS });
  expect(stderr).toBe(`coffer: error: ${message}\n  hint: ${hint}\n`);
  expect(code).toBe(2);
});

test.each([
  [['check', '-'], ''],
  [['decrypt', '-'], PLAIN],
  [['textconv', '-'], PLAIN],
  [['export', '-'], "export LEVEL='info'\n"],
  [['exec', '-', '--', 'printenv', 'LEVEL'], 'info\n'],
])('%j reads the manifest from standard input', async (args, expected) => {
  const app = await createWorkspace();
  const { code, stdout, stderr } = await coffer(args, { cwd: app.folder, stdin: PLAIN });
  expect(code, stderr).toBe(0);
  expect(stdout.toString()).toBe(expected);
});

test('names standard input as -, also in a problem', async () => {
  const app = await createWorkspace();
  const { code, stderr } = await coffer(['decrypt', '-'], {
    cwd: app.folder,
    stdin: PLAIN.replace('level', '""'),
  });
  expect(code).toBe(2);
  expect(stderr).toContain('-:5:');
});
