import { chmod, mkdir, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { CLI, coffer } from '../support/cli.ts';
import { createRepository } from '../support/repository.ts';

const aws = await useAws();
await aws.createKey(aws.fileKeyAlias);

const OPEN = '  - name: version\n    type: String\n    value: 2\n';
const LAST = '  # the last one\n  - name: last\n    type: String\n    value: x\n';

/** A repository with app.yml, whose drivers are installed and found. */
async function createTeam() {
  const head = `path: /${aws.unique('app')}/\nregion: ${REGION}\nkmskey: ${aws.kmskey}\n`;
  const team = await createRepository({
    'app.yml': `${head}parameters:\n${OPEN}${LAST}`,
    '.gitignore': 'node_modules\n',
  });
  await mkdir(team.path('node_modules/.bin'), { recursive: true });
  await chmod(CLI, 0o755);
  await symlink(CLI, team.path('node_modules/.bin/coffer'));
  const succeed = async (args: readonly string[], stdin?: string) => {
    const outcome = await coffer(args, { cwd: team.folder, env: aws.env, stdin });
    expect(outcome.code, `coffer ${args.join(' ')}: ${outcome.stderr}`).toBe(0);
    return outcome.stdout.toString();
  };
  const commit = async (message: string) => {
    await team.git('add', 'app.yml', '.gitattributes');
    await team.git('commit', '--quiet', `--message=${message}`);
  };
  await succeed(['git', 'install']);
  await commit('base');
  return {
    ...team,
    succeed,
    commit,
    edit: async (change: (text: string) => string, message: string) => {
      await team.write('app.yml', change(await team.text('app.yml')));
      await commit(message);
    },
    /** Sets a secret and commits that. */
    set: async (name: string, value: string) => {
      await succeed(['set', 'app.yml', name], value);
      await commit(`set ${name}`);
    },
  };
}

test('merges secrets that two branches added, each with its own data key', async () => {
  const team = await createTeam();
  await team.git('switch', '--quiet', '--create=theirs');
  await team.set('theirs', 'their secret');
  await team.git('switch', '--quiet', 'main');
  await team.set('ours', 'our secret');
  await team.git('merge', '--quiet', '--message=merge', 'theirs');
  expect((await team.text('app.yml')).match(/^ {2}"?[0-9a-f]{8}"?:$/gm)).toHaveLength(2);
  const report = JSON.parse(await team.succeed(['decrypt', 'app.yml', '--json'])) as {
    parameters: { name: string; value: string }[];
  };
  expect(report.parameters.map(({ name, value }) => [name.split('/').at(-1), value])).toEqual([
    ['version', '2'],
    ['last', 'x'],
    ['ours', 'our secret'],
    ['theirs', 'their secret'],
  ]);
});

test('a rebase and a cherry-pick merge a move on one side with an edit on the other', async () => {
  const team = await createTeam();
  await team.git('switch', '--quiet', '--create=moving');
  await team.edit((text) => text.replace(LAST, '').replace(OPEN, LAST + OPEN), 'move last');
  await team.edit((text) => text.replace('value: 2', 'value: 3'), 'edit version');
  await team.git('switch', '--quiet', 'main');
  await team.edit((text) => text.replace('value: x', 'value: y'), 'edit what is moved');
  await team.git('cherry-pick', 'moving');
  expect(await team.text('app.yml')).toContain(OPEN.replace('2', '3') + LAST.replace('x\n', 'y\n'));
  await team.git('switch', '--quiet', 'moving');
  await team.git('rebase', '--quiet', 'main');
  expect(await team.text('app.yml')).toContain(LAST.replace('x\n', 'y\n') + OPEN.replace('2', '3'));
});

test("only what both sides changed is a conflict, in git's usual form", async () => {
  const team = await createTeam();
  await team.git('switch', '--quiet', '--create=theirs');
  await team.set('token', 'their token');
  await team.edit((text) => text.replace(LAST, ''), 'remove last');
  await team.git('switch', '--quiet', 'main');
  await team.set('token', 'our token');
  await team.edit((text) => text.replace('value: 2', 'value: 3'), 'edit version');
  const before = await team.text('app.yml');
  const { code, stdout } = await team.tryGit(['merge', 'theirs']);
  expect(code).toBe(1);
  expect(stdout.toString()).toContain('CONFLICT (content): Merge conflict in app.yml');
  expect(await team.git('status', '--porcelain')).toContain('UU app.yml\n');
  const text = await team.text('app.yml');
  const sealed = String.raw` {4}value: ENC\[v1,[^\]]+\]\n`;
  expect(text).toMatch(new RegExp(`<<<<<<< ours\n${sealed}=======\n${sealed}>>>>>>> theirs\n$`));
  expect(text).toContain(OPEN.replace('2', '3'));
  expect(text).not.toContain('the last one');

  await team.git('merge', '--abort');
  expect(await team.text('app.yml')).toBe(before);
});
