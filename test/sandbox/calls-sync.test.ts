import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createLarge } from './large.ts';

const aws = await useAws();
const { callsOf } = controlOf(aws);

test('1,000 parameters need no more calls than necessary', async () => {
  const app = await createLarge(aws, 1000);
  const synced = await callsOf(() => app.succeed(['sync', 'app.yml', '--yes']));
  expect(synced).toEqual({
    'kms:Decrypt': 1,
    'ssm:DescribeParameters': 1,
    'ssm:GetParameters': 100,
    'ssm:PutParameter': 1000,
  });

  const read = { 'kms:Decrypt': 1, 'ssm:DescribeParameters': 20, 'ssm:GetParameters': 100 };
  expect(await callsOf(() => app.succeed(['diff', 'app.yml', '--exit-code']))).toEqual(read);
  expect(await callsOf(() => app.succeed(['sync', 'app.yml', '--yes']))).toEqual(read);

  const nuked = await callsOf(() => app.succeed(['nuke', 'app.yml', '--yes']));
  expect(nuked).toEqual({ 'ssm:DeleteParameters': 100 });
});

test('matching tags need one more paged query, and one check of the filter for a stand-in', async () => {
  const app = await createLarge(aws, 200, { tags: 'tags: {team: mine, cost_center: team17}\n' });
  await app.succeed(['sync', 'app.yml', '--yes']);
  const calls = await callsOf(() => app.succeed(['diff', 'app.yml', '--exit-code']));
  expect(calls).toEqual({
    'kms:Decrypt': 1,
    'ssm:DescribeParameters': 4 + 4 + 1,
    'ssm:GetParameters': 20,
  });
});

test('each difference needs one write, and one more if tags differ', async () => {
  const app = await createLarge(aws, 100, { tags: 'tags: {team: mine}\n' });
  await app.succeed(['sync', 'app.yml', '--yes']);
  const changed = (await app.text('app.yml'))
    .replace('value: value 1}', 'value: new}')
    .replace('value: value 2}', 'value: new}')
    .replace('value: value 3}', 'value: value 3, tags: {own: tag}}');
  await app.write('app.yml', changed);
  const calls = await callsOf(() => app.succeed(['sync', 'app.yml', '--yes']));
  expect(calls).toEqual({
    'kms:Decrypt': 1,
    'ssm:DescribeParameters': 2 + 2 + 1 + 1,
    'ssm:GetParameters': 10,
    'ssm:ListTagsForResource': 1,
    'ssm:PutParameter': 2,
    'ssm:AddTagsToResource': 1,
  });
});
