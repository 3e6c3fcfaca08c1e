import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../support/cli.ts';
import { createWorkspace } from '../../support/workspace.ts';

const ACTION = parse(await readFile('action.yml', 'utf8')) as {
  runs: { steps: { id?: string; run?: string }[] };
};
const SCRIPT = ACTION.runs.steps.find(({ id }) => id === 'coffer')?.run ?? '';

/** What the step gives to coffer for these lines of the input. */
async function manifestsFor(...lines: string[]): Promise<string[]> {
  const { folder, path } = await createWorkspace();
  for (const file of ['s/a.yml', 's/b/c.yml', 's/**/*.yml', 's/[a].yml', 's/with space.yml']) {
    await mkdir(dirname(path(file)), { recursive: true });
    await writeFile(path(file), '');
  }
  const print = `node() { shift; printf '%s\\n' "$@"; }\n${SCRIPT}`;
  const env = { ...process.env, INPUT_MANIFESTS: lines.join('\n'), GITHUB_ACTION_PATH: '.' };
  const { stdout } = await run('bash', ['-e', '-c', print], { cwd: folder, env });
  return stdout.toString().split('\n').filter(Boolean).sort();
}

test('a file with the name of a pattern hides nothing that the pattern matches', async () => {
  expect(new Set(await manifestsFor('s/**/*.yml'))).toEqual(
    new Set(['s/**/*.yml', 's/[a].yml', 's/a.yml', 's/b/c.yml', 's/with space.yml']),
  );
  expect(await manifestsFor('s/[a].yml')).toEqual(['s/[a].yml', 's/a.yml']);
});

test('a name is passed on once, whether or not the file exists', async () => {
  expect(await manifestsFor('s/with space.yml', 'none.yml')).toEqual([
    'none.yml',
    's/with space.yml',
  ]);
  // coffer says that it matches nothing.
  expect(await manifestsFor('none/*.yml')).toEqual(['none/*.yml']);
});
