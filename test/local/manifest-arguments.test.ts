import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/index.ts';
import { coffer } from '../support/cli.ts';
import { createRepository, sealedManifest } from '../support/repository.ts';
import { createWorkspace } from '../support/workspace.ts';

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
  // A file of that name comes before the pattern.
  [['a/[x].yml'], 1],
])('%j are the manifests among those files', async (words, count) => {
  const { found } = await createFiles();
  expect(await found(...words)).toBe(count);
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
