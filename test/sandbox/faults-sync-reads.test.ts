import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createScene, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { createLarge, expectClean } from './large.ts';

const aws = await useAws();
const { callsOf, disturb } = controlOf(aws);
const stored = storedIn(aws);

test('reads on after an empty page', async () => {
  const app = await createLarge(aws, 120, { tags: 'tags: {team: mine}\n' });
  await disturb({ emptyPages: true });
  await app.succeed(['sync', 'app.yml', '--yes']);
  const calls = await callsOf(() => expectClean(app));
  expect(calls['ssm:DescribeParameters']).toBe(2 * (1 + 3 + 1));
});

describe('a read that fails', () => {
  test.each([
    'ssm:DescribeParameters',
    'ssm:GetParameters',
    's3:GetObject',
    'kms:Decrypt',
    'ssm:ListTagsForResource',
  ])('%s fails the plan, and nothing is written', async (action) => {
    const app = await createScene(
      aws,
      `${secret('token', 'a secret')}  - {name: blob, type: SecureString, file: blob.bin}
  - {name: x, type: String, value: x, tags: {missing: "yes"}}
`,
      { files: { 'blob.bin': randomBytes(5000) } },
    );
    await app.succeed(['encrypt', 'app.yml']);
    await stored.put(`${app.prefix}x`, 'old');
    await disturb({ rules: [{ action, deny: true, accessKeyId: 'AKIAREADER' }] });
    const calls = await callsOf(async () => {
      const { code, stderr } = await app.coffer(['sync', 'app.yml', '--yes'], {
        env: { AWS_ACCESS_KEY_ID: 'AKIAREADER' },
      });
      expect(code).toBe(1);
      expect(stderr).toContain(action);
    });
    expect(Object.keys(calls).filter((call) => /:(Put|Add|Delete|ReEncrypt)/.test(call))).toEqual(
      [],
    );
    expect(await stored.values(app.prefix)).toEqual({ x: 'old' });
    expect(await stored.objects(app.prefix)).toEqual([]);
  });
});

test('syncs blobs without a right to open them', async () => {
  const app = await createScene(aws, '  - {name: blob, type: SecureString, file: blob.bin}\n', {
    files: { 'blob.bin': randomBytes(5000) },
  });
  await app.succeed(['encrypt', 'app.yml']);
  await disturb({ rules: [{ action: 'kms:Decrypt', deny: true }] });
  const calls = await callsOf(() => app.succeed(['sync', 'app.yml', '--yes']));
  expect(calls).toEqual({
    'kms:DescribeKey': 1,
    'kms:ReEncrypt': 1,
    's3:HeadObject': 2,
    's3:PutObject': 1,
    'ssm:DescribeParameters': 1,
    'ssm:GetParameters': 1,
    'ssm:PutParameter': 1,
  });
});
