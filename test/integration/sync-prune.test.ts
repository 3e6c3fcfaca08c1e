import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { coffer } from '../support/cli.ts';
import { expectReport } from '../support/reports.ts';
import { createRepository } from '../support/repository.ts';
import { plain } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
const HERE = `region: ${REGION}\n`;
const PRUNE = ['sync', 'all.yml', '--prune', '--yes'];

/** A repository with a manifest of everything below a path; AWS has more there. */
async function createAll() {
  const prefix = `/${aws.unique('all')}/`;
  const write = (below: string, settings: string, parameters: string) =>
    `path: ${prefix}${below}\n${settings}parameters:\n${parameters}`;
  const repository = await createRepository({
    'envs/all.yml': write('', HERE, plain('own', '1')),
  });
  for (const name of ['own', 'a/k1', 'old']) await stored.put(`${prefix}${name}`, '1');
  const run = (args: readonly string[], folder = 'envs') =>
    coffer(args, { cwd: repository.path(folder), env: aws.env });
  const left = async () => Object.keys(await stored.values(prefix)).toSorted();
  const add = (file: string, settings = HERE, name = 'k1') =>
    repository.write(file, write('a/', settings, plain(name, '1')));
  return { ...repository, prefix, add, run, left };
}

describe('--prune keeps what another manifest of the repository publishes', () => {
  test('and the plan says in every form which one', async () => {
    const { add, run, left } = await createAll();
    await add('teams/a.yml');
    const text = await run(['diff', 'all.yml', '--prune']);
    expect(text.stdout.toString()).toContain(` 1 to delete, not in any manifest
  - old  String, version 1
 1 extra, not in these manifests
  ? a/k1  String, version 1, in ../teams/a.yml
`);
    const { stdout } = await run(['diff', 'all.yml', '--prune', '--format', 'markdown']);
    expect(stdout.toString()).toContain(
      '| ? extra | `a/k1` | String, version 1, in `../teams/a.yml` |',
    );
    const json = await run(['sync', 'all.yml', '--prune', '--dry-run', '--json']);
    expect(expectReport('plan', json.stdout.toString())).toMatchObject({
      counts: { delete: 1, extra: 1 },
      manifests: [
        { changes: [{ action: 'extra', differences: [], owner: '../teams/a.yml' }, {}, {}] },
      ],
    });

    expect((await run(PRUNE)).code).toBe(0);
    expect(await left()).toEqual(['a/k1', 'own']);
  });

  test('which is no difference, as it is none where both are named', async () => {
    const { add, run } = await createAll();
    await add('envs/a.yml');
    expect((await run(PRUNE)).code).toBe(0);
    for (const files of [['all.yml'], ['all.yml', 'a.yml']]) {
      expect((await run(['diff', ...files, '--prune', '--exit-code'])).code).toBe(0);
    }
  });

  test('where a call for another region means both', async () => {
    const { add, run } = await createAll();
    await add('envs/a.yml', 'region: eu-west-1\n');
    const { stdout } = await run(['diff', 'all.yml', '--prune', '--region', REGION]);
    expect(stdout.toString()).toContain('in a.yml');
  });
});

test.each([
  ['in another region', ['envs/a.yml', 'region: eu-west-1\n']],
  ['in another store', ['envs/a.yml', `${HERE}store: secretsmanager\nkmskey: alias/a\n`]],
  ['by another name', ['envs/a.yml', HERE, 'k2']],
  ['in a file that git ignores', ['envs/ignored.yml', HERE]],
])('--prune deletes what others publish only %s', async (_, [file = '', ...other]) => {
  const { add, run, left, write } = await createAll();
  await write('.gitignore', 'ignored.yml\n');
  await add(file, ...other);
  expect(await run(PRUNE)).toMatchObject({ code: 0 });
  expect(await left()).toEqual(['own']);
});

test('--prune takes accounts apart only where both manifests name one', async () => {
  const { add, run, text, write } = await createAll();
  const plan = async () => (await run(['diff', 'all.yml', '--prune'])).stdout.toString();
  await add('envs/a.yml', `${HERE}account: "444455556666"\n`);
  expect(await plan()).toContain('? a/k1  String, version 1, in a.yml');
  const account = aws.kmskeyArn.split(':')[4];
  await write('envs/all.yml', `account: "${account}"\n${await text('envs/all.yml')}`);
  expect(await plan()).toContain('- a/k1');
});

test('--prune deletes nothing while another manifest cannot be read', async () => {
  const { run, left, prefix, write } = await createAll();
  await write('envs/a.yml', 'path: /a/\nregion: us-east-1\nparameters:\n  - {nam: x}\n');
  const { code, stderr } = await run(PRUNE);
  expect(code).toBe(2);
  expect(stderr).toContain('a.yml cannot be read, and it may have what --prune would delete: ');
  expect(stderr).toContain('coffer check a.yml says what is wrong');
  expect(await left()).toHaveLength(3);
  // Where nothing is to be deleted, no other manifest is read.
  await stored.remove(`${prefix}a/k1`, `${prefix}old`);
  expect(await run(PRUNE)).toMatchObject({ code: 0 });
});

test.each(['diff', 'sync'])('%s refuses --prune with --only', async (command) => {
  const { run, left } = await createAll();
  const { code, stderr } = await run([command, 'all.yml', '--prune', '--only', 'own']);
  expect(code).toBe(2);
  expect(stderr).toContain('--only cannot be used with --prune');
  expect(await left()).toHaveLength(3);
});
