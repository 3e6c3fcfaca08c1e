import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { describeSpare } from '../../../src/aws/spare-key.ts';
import { FileKey } from '../../../src/seal/file-key.ts';
import { useAws } from '../../support/aws.ts';
import { controlOf, losingOneAnswer } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';
import { kmsOf } from '../../support/services.ts';
import { createWorkspace } from '../../support/workspace.ts';

const aws = await useAws();
const kms = kmsOf(aws);
const control = controlOf(aws);
const CONTEXT = { Client: 'coffer' };

const newAlias = () => `alias/${aws.unique('new')}`;
const deny = (action: string) => control.disturb({ rules: [{ action, deny: true }] });

async function stateOf(KeyId: string): Promise<string | undefined> {
  return (await aws.kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
}

test('of several keys created for one alias at once, one gets it and the others are scheduled for deletion', async () => {
  const alias = newAlias();
  const made = await Promise.all([1, 2, 3].map(() => kms.createKey(alias, 'test')));
  const [{ arn } = { arn: '' }] = made;
  expect(made.map((key) => key.arn)).toEqual([arn, arn, arn]);
  expect(await kms.resolve(alias)).toBe(arn);
  expect(await stateOf(arn)).toBe('Enabled');
  const spares = made.flatMap(({ spare }) => (spare ? [spare] : []));
  expect(spares).toHaveLength(2);
  for (const spare of spares) {
    expect(spare.isScheduled).toBe(true);
    expect(await stateOf(spare.arn)).toBe('PendingDeletion');
  }
});

test('finds out that its own key got the alias after a lost answer', async () => {
  const alias = newAlias();
  await control.disturb(losingOneAnswer('kms:CreateAlias'));
  const { arn, spare } = await kms.createKey(alias, 'test');
  expect(spare).toBeUndefined();
  expect(await kms.resolve(alias)).toBe(arn);
  expect(await stateOf(arn)).toBe('Enabled');
});

test('names a second key that it may not delete', async () => {
  const alias = newAlias();
  await kms.createKey(alias, 'test');
  await deny('kms:ScheduleKeyDeletion');
  const { arn, spare } = await kms.createKey(alias, 'test');
  expect(await kms.resolve(alias)).toBe(arn);
  expect(spare?.isScheduled).toBe(false);
  const { message, hint } = describeSpare(spare ?? { arn: '', isScheduled: true });
  expect(message).toContain(`${spare?.arn} has no alias, and scheduling its deletion failed`);
  expect(hint).toContain(`--key-id ${spare?.arn}`);
});

test.each(['kms:EnableKeyRotation', 'kms:CreateAlias'])(
  'schedules a key for deletion when %s is denied, and says so in the error',
  async (action) => {
    const alias = newAlias();
    await deny(action);
    const failure = await failureOf(() => kms.createKey(alias, 'test'));
    expect(failure.code).toBe('denied');
    const [, arn = ''] = /the key (\S+) is not needed/.exec(failure.hint ?? '') ?? [];
    expect(await stateOf(arn)).toBe('PendingDeletion');
  },
);

test.each(['kms:CreateKey', 'kms:CreateAlias'])(
  'sends whom %s is denied to an administrator, because no policy of coffer allows it',
  async (action) => {
    await deny(action);
    const { code, hint } = await failureOf(() => kms.createKey(newAlias(), 'test'));
    expect(code).toBe('denied');
    expect(hint).toContain('let an administrator create the key, with coffer bootstrap');
  },
);

test('leaves a key alone if its alias cannot be looked up, and names it', async () => {
  const alias = newAlias();
  await kms.createKey(alias, 'test');
  await deny('kms:DescribeKey');
  const failure = await failureOf(() => kms.createKey(alias, 'test'));
  const [, arn = ''] = /--key-id (\S+)$/.exec(failure.hint ?? '') ?? [];
  expect(arn).toMatch(/^arn:/);
  await control.disturb({});
  expect(await stateOf(arn)).toBe('Enabled');
});

test('creates a missing file key once per machine, and ends with one key across machines', async () => {
  const { folder, files } = await createWorkspace();
  for (const lockFolder of [() => folder, () => undefined]) {
    const choice = { alias: newAlias(), create: true, lockFolder };
    const keys = [1, 2, 3].map(() => new FileKey(kms, choice));
    const { 'kms:CreateKey': created = 0 } = await control.callsOf(() =>
      Promise.all(keys.map((key, index) => (index === 1 ? key.settle() : key.generate(CONTEXT)))),
    );
    expect(created).toBe(lockFolder() ? 1 : 3);
    expect(new Set(keys.map(({ id }) => id))).toEqual(new Set([await kms.resolve(choice.alias)]));
    expect(keys.filter((key) => key.created)).toHaveLength(1);
    expect(keys.filter((key) => key.spare)).toHaveLength(created - 1);
  }
  expect(await files()).toEqual([]);
});
