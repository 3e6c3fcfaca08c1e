import { expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createScene, plain } from '../support/scene.ts';

const aws = await useAws();
const ELSEWHERE = 'eu-west-1';

// Each reads AWS by name or path, and may have been called for the wrong region.
const NONE = '/none/of/this/';
const NAME = `${NONE}token`;
const SECRET = ['--store', 'secretsmanager'];
const CALLS: readonly (readonly string[])[] = [
  ['list', NONE],
  ['list', 'none/', ...SECRET],
  ['get', NAME],
  ['get', `${NAME}@3`],
  ['get', 'none/token', ...SECRET],
  ['history', NAME],
  ['history', 'none/token', ...SECRET],
  ['diff', `${NAME}@1`, `${NAME}@2`],
  ['exec', NONE, '--from', 'aws', '--', 'true'],
  ['export', NONE, '--from', 'aws'],
  ['import', NONE, '-o', 'new.yml'],
  ['import', 'none/token', ...SECRET, '--into', 'app.yml'],
];

test.each(CALLS.map((call) => [call.join(' '), call]))(
  '%s says that nothing is there, and in which region',
  async (_, call) => {
    const app = await createScene(aws, plain('a', 'b'));
    const [command = '', ...args] = call;
    const region = command === 'import' && args.includes('--into') ? [] : ['--region', ELSEWHERE];
    const { code, stdout, stderr } = await app.coffer([command, ...region, ...args]);
    // A list of nothing is an answer, as ls of an empty folder is.
    expect(code).toBe(command === 'list' ? 0 : 1);
    expect(stdout.toString()).toBe('');
    expect(stderr).toContain(region.length > 0 ? ELSEWHERE : REGION);
    expect(stderr).toMatch(/not found|no parameters|no secret|can't find/);
  },
);

test('list of a manifest names each of its regions in which nothing is', async () => {
  const app = await createScene(aws, plain('a', 'b'));
  const { stdout, stderr } = await app.succeed(['list', 'app.yml', '--json']);
  expect(JSON.parse(stdout.toString())).toMatchObject({ parameters: [] });
  expect(stderr).toBe(`no parameters under ${app.prefix} in ${REGION}\n`);
});

test('a path without its first slash is completed, as a name is', async () => {
  const app = await createScene(aws, plain('a', 'b'));
  await app.succeed(['sync', 'app.yml', '--yes']);
  const bare = app.prefix.slice(1);
  const region = ['--region', REGION];
  expect((await app.succeed(['list', bare, ...region])).stdout.toString()).toContain(app.prefix);
  const { stdout } = await app.succeed(['export', bare, '--from', 'aws', ...region]);
  expect(stdout.toString()).toContain("A='b'");
});
