import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { run } from '../support/cli.ts';
import { expectReport, REPORTING } from '../support/reports.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();

test('every command prints what schemas/report.schema.json describes, and no secret', async () => {
  const canary = createCanary();
  const app = await createScene(
    aws,
    secret('token', canary) +
      '  - {name: level, type: String, value: info}\n' +
      '  - {name: random, type: SecureString, generate: {length: 20}}\n' +
      `  - {name: big, type: SecureString, store: s3, value: ${canary}}\n`,
  );
  await run('git', ['init', '-q', '.'], { cwd: app.folder });
  const token = `${app.prefix}token`;

  const seen = new Set<string | undefined>();
  const check = async (shape: string, args: string[], stdin?: string) => {
    seen.add(args[0]);
    const options = {
      ...(stdin === undefined ? {} : { stdin }),
      env: { EDITOR: 'sed -i s/info/debug/' },
    };
    const { stdout, stderr } = await app.succeed([...args, '--json'], options);
    expectReport(shape, stdout.toString());
    expectHidden(canary, { [`stdout of ${shape}`]: stdout, [`stderr of ${shape}`]: stderr });
  };
  const checkAll = async (calls: [shape: string, ...args: string[]][]) => {
    for (const [shape, ...args] of calls) await check(shape, args);
  };

  const target = ['--path', '/new/', '--region', 'us-east-1', '--kmskey', aws.kmskey];
  await check('init', ['init', 'new.yml', ...target]);
  await check('encrypt', ['encrypt', 'app.yml']);
  await check('plan', ['sync', 'app.yml', '--dry-run']);
  await app.write('twin.yml', await app.read('app.yml'));
  await check('applied', ['sync', 'app.yml', '--yes']);
  await app.write('app.yaml', (await app.succeed(['pin', 'app.yml', '--name', 'app'])).stdout);
  await check('set', ['set', 'app.yml', 'token'], `${canary}again`);
  await checkAll([
    ['diff', 'diff', 'app.yml'],
    ['report', 'report', 'app.yml', '--history'],
    ['list', 'list', 'app.yml'],
    ['check', 'check'],
    ['find', 'find', '*'],
    ['compare', 'compare', 'app.yml', 'twin.yml', '--values'],
    ['doctor', 'doctor', 'app.yml'],
    ['pin', 'pin', '--check', 'app.yaml'],
    ['policy', 'policy', 'app.yml', '--for', 'ci'],
    ['policy', 'policy', 'app.yml', '--for', 'ci', '--explain'],
    ['hook', 'hook', 'install'],
    ['git', 'git', 'install'],
    ['bootstrap', 'bootstrap', 'app.yml'],
    ['gc', 'gc', 'app.yml', '--dry-run'],
  ]);
  await check('save', ['save', 'app.yml']);
  const put = ['put', '-p', `${app.prefix}put`, '-b', aws.bucket, '-k', aws.kmskey];
  await check('put', put, canary);
  await checkAll([
    ['diff', 'diff', `${token}@1`, `${token}@2`],
    ['history', 'history', token],
    ['refresh', 'refresh', 'app.yml'],
  ]);
  await check('rotate', ['rotate', 'app.yml', 'random']);
  await check('rollback', ['rollback', 'app.yml', 'token', '1']);
  await check('edit', ['edit', 'app.yml']);
  await check('move', ['move', 'app.yml', 'random', 'moved']);
  await app.write(
    'taker.yml',
    `path: ${app.prefix}taker/\nregion: us-east-1\nkmskey: ${aws.kmskey}\nparameters: [{name: own, type: String, value: own}]\n`,
  );
  await check('copy', ['copy', 'app.yml', 'token', 'taker.yml']);
  const recipient = await aws.createKey(undefined, 'eu-west-1');
  await check('recovery', ['recovery', 'add', 'app.yml', recipient, '--yes']);
  await check('recovery', ['recovery', 'list', 'app.yml']);
  await check('unset', ['unset', 'app.yml', 'moved']);
  await check('plan', ['create', 'app.yml', 'fresh', '--dry-run'], canary);
  await check('applied', ['create', 'app.yml', 'fresh', '--yes'], canary);
  await check('applied', ['update', 'app.yml', 'fresh', '--yes'], `${canary}again`);
  await check('delete', ['delete', 'app.yml', 'fresh', '--dry-run']);
  await check('delete', ['delete', 'app.yml', 'fresh', '--yes']);
  await check('nuke', ['nuke', 'app.yml', '--dry-run']);
  await check('nuke', ['nuke', 'app.yml', '--yes']);
  const { stdout } = await app.succeed(['decrypt', 'app.yml', '--json']);
  expectReport('decrypt', stdout.toString());
  const several = await app.succeed(['decrypt', 'app.yml', 'taker.yml', '--json']);
  expectReport('decrypt', several.stdout.toString());
  seen.add('decrypt');
  expect(seen).toEqual(new Set(REPORTING));
});

test('a failed call prints its problems and their places', async () => {
  const app = await createScene(aws, secret('token', 'x').replace('name', 'nam'));
  const { code, stdout, stderr } = await app.coffer(['sync', 'app.yml', '--json']);
  expect(code).toBe(2);
  expect(stderr).toContain('error: ');
  expect(expectReport('failure', stdout.toString())).toMatchObject({
    error: { code: 'manifest', problems: [{ file: 'app.yml', line: 6 }, { line: 6 }] },
  });
});
