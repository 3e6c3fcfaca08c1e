import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/index.ts';
import { useAws } from '../support/aws.ts';
import { CLI, coffer, NEEDS_PROCESS, run } from '../support/cli.ts';
import { byLength } from '../support/length.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

const READER_LEFT = 141;

const NEW = ['--path', '/new/', '--region', 'us-east-1', '--kmskey', 'alias/new'];

/** The arguments of each command; each can run repeatedly with the same result. */
const CALLS: Record<string, (app: Scene) => string[]> = {
  init: ({ path }) => [path(`${randomUUID()}.yml`), ...NEW],
  encrypt: () => ['app.yml'],
  decrypt: () => ['app.yml'],
  edit: () => ['app.yml'],
  set: () => ['app.yml', 'x'],
  unset: () => ['app.yml', 'x'],
  rotate: () => ['app.yml', 'g'],
  rollback: () => ['app.yml', 'x', 'latest'],
  refresh: () => ['app.yml'],
  recovery: () => ['list', 'app.yml'],
  move: () => ['app.yml', 'x', 'moved'],
  copy: () => ['app.yml', 'x', 'taker.yml'],
  diff: () => ['app.yml', '--exit-code'],
  report: () => ['app.yml'],
  sync: () => ['app.yml', '--yes'],
  create: () => ['app.yml', 'fresh', '--yes'],
  update: () => ['app.yml', 'x', '--yes'],
  delete: () => ['app.yml', 'x', '--yes'],
  save: () => ['app.yml'],
  list: () => ['app.yml'],
  history: ({ prefix }) => [`${prefix}there`],
  import: ({ prefix }) => [prefix],
  nuke: () => ['app.yml', '--yes'],
  gc: () => ['app.yml', '--yes'],
  put: ({ prefix }) => ['-p', `${prefix}data`, '-b', aws.bucket, '-k', aws.kmskey],
  get: ({ prefix }) => [`${prefix}there`],
  exec: () => ['app.yml', '--', 'true'],
  export: () => ['app.yml'],
  pin: () => ['--check', 'pins.yaml'],
  controller: () => ['manifests'],
  check: () => ['broken.yml'],
  find: () => ['x', 'app.yml'],
  compare: () => ['app.yml', 'taker.yml', '--exit-code'],
  hook: () => ['install'],
  git: () => ['install'],
  textconv: () => ['app.yml'],
  'merge-driver': () => ['base.yml', 'app.yml', 'base.yml'],
  bootstrap: () => ['app.yml'],
  doctor: () => ['app.yml'],
  policy: () => ['app.yml', '--for', 'ci', '--account', '111122223333'],
  sandbox: () => ['--', 'true'],
  cache: () => ['clear'],
  completion: () => ['bash'],
  schema: () => [],
};

const TAKER = `path: /taker/
region: us-east-1
kmskey: alias/taker
parameters:
  - {name: own, type: String, value: own}
`;
const PROBLEM = '  - {name: plain, type: SecureString, value: plaintext}\n';
const BIG = 3 * 1024 * 1024;

async function createApp() {
  const app = await createScene(
    aws,
    `${secret('x', 'x')}  - {name: g, type: SecureString, generate: {length: 8}}\n`,
  );
  await app.succeed(['encrypt', 'app.yml']);
  const sealed = await app.text('app.yml');
  await app.write('base.yml', sealed);
  await app.write('broken.yml', sealed + PROBLEM);
  await app.write(
    'pins.yaml',
    `apiVersion: coffer.dev/v1alpha1
kind: CofferSecret
metadata: {name: app}
spec: {region: us-east-1, data: [{key: there, ssm: {name: ${app.prefix}gone, version: 1}}]}
`,
  );
  await stored.put(`${app.prefix}there`, 'text');
  await stored.put(`${app.prefix}x`, 'older', { Type: 'SecureString', KeyId: aws.kmskey });
  await run('git', ['init', '--quiet'], { cwd: app.folder });
  const env = { HOME: app.folder, ...aws.env, EDITOR: 'true' };
  /** Runs a line of bash in which "$@" is coffer and its arguments. */
  const shell = async (line: string, args: readonly string[]) => {
    await app.write('app.yml', sealed);
    await app.write('taker.yml', TAKER);
    const command = ['-c', line, 'bash', process.execPath, CLI, ...args];
    return run('bash', command, { cwd: app.folder, env, stdin: 'typed' });
  };
  /** Runs coffer with streams whose reader closed them before the start. */
  const pipe = (args: readonly string[], closed: keyof typeof REDIRECTIONS) =>
    shell(`exec 5> >(exit 0); wait $!; exec "$@" ${REDIRECTIONS[closed]} 5>&-`, args);
  return {
    ...app,
    pipe,
    /** The same, in this process if possible. */
    async call(args: readonly string[], closed: keyof typeof REDIRECTIONS) {
      if (NEEDS_PROCESS.has(args[0])) return pipe(args, closed);
      await app.write('app.yml', sealed);
      await app.write('taker.yml', TAKER);
      const readers = {
        stdoutLeft: closed === 'stdout' || closed === 'both',
        stderrLeft: closed === 'stderr' || closed === 'both',
      };
      return coffer(args, { cwd: app.folder, env, stdin: 'typed' }, readers);
    },
    /** The name of a parameter that points to a large object. */
    async putBig() {
      const name = `${app.prefix}big`;
      const target = ['-p', name, '-b', aws.bucket, '-k', aws.kmskey];
      await app.succeed(['put', ...target], { stdin: Buffer.alloc(BIG) });
      return name;
    },
  };
}

const REDIRECTIONS = { none: '', stdout: '>&5', stderr: '2>&5', both: '>&5 2>&5' };

test('tries every command', () => {
  expect(Object.keys(CALLS).toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted());
});

test.each(COMMANDS.map(({ name, noJson }) => [name, noJson === undefined] as const))(
  '%s ends correctly if nobody reads its output',
  async (name, hasJson) => {
    const app = await createApp();
    const words = () => [name, ...(hasJson ? ['--json'] : []), ...(CALLS[name]?.(app) ?? [])];
    const open = await app.call(words(), 'none');
    const printsNothing = open.stdout.length === 0;
    expect([0, 3]).toContain(open.code);
    expect((await app.call(words(), 'stdout')).code).toBe(printsNothing ? open.code : READER_LEFT);
    const unheard = await app.call(words(), 'stderr');
    expect(unheard.code).toBe(open.code);
    expect(unheard.stdout.length === 0).toBe(printsNothing);
  },
);

describe('without a reader', () => {
  test.each([
    ['help', ['help']],
    ['a version', ['--version']],
    ['one problem', ['check', 'broken.yml']],
    ['a manifest', ['decrypt', 'app.yml']],
    ['variables', ['export', 'app.yml']],
    ['an object', ['get', 'BIG']],
    ['an object for a pipe', ['get', 'BIG', '-o', '/dev/stdout']],
  ])('%s ends with 141', async (what, words) => {
    const app = await createApp();
    const big = words.includes('BIG') ? await app.putBig() : '';
    const args = words.map((word) => (word === 'BIG' ? big : word));
    // In the short form, what needs a process has real pipes, and one of the others does.
    const hasPipe = byLength(/manifest|pipe/.test(what), true);
    for (const closed of ['stdout', 'both'] as const) {
      const { code, stderr } = await (hasPipe ? app.pipe(args, closed) : app.call(args, closed));
      expect(code).toBe(READER_LEFT);
      expect(stderr).toBe('');
    }
  });

  test.each([
    ['a call that is wrong', ['sync', '--bogus', '--json'], 2],
    ['a missing manifest', ['sync', 'none.yml', '--json'], 2],
    ['a missing parameter', ['history', '/none', '--json'], 1],
  ])('%s fails as it does with a reader', async (_, words, code) => {
    const app = await createApp();
    for (const closed of ['none', 'stdout', 'stderr', 'both'] as const) {
      expect((await app.call(words, closed)).code).toBe(code);
    }
  });
});

test('sync finishes if nobody reads its progress', async () => {
  const parameters = Array.from(
    { length: 30 },
    (_, i) => `  - {name: p${i}, type: String, value: v}\n`,
  );
  const app = await createScene(aws, parameters.join(''));
  const script = '"$@" 2>&1 | head -n 1; exit "${PIPESTATUS[0]}"';
  const { code } = await run(
    'bash',
    ['-c', script, 'bash', process.execPath, CLI, 'sync', 'app.yml', '--yes', '--debug'],
    { cwd: app.folder, env: { HOME: app.folder, ...aws.env } },
  );
  expect(code).toBe(0);
  expect(Object.keys(await stored.values(app.prefix))).toHaveLength(30);
});
