import { randomBytes } from 'node:crypto';
import { DisableKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createPutScene, MIB, type PutScene } from '../support/put.ts';
import { storedIn } from '../support/stored.ts';
import { openV3, readRaw } from '../support/v3-reader.ts';
import { leftoversIn } from '../support/leftovers.ts';
import { byLength } from '../support/length.ts';

const aws = await useAws();
const control = controlOf(aws);
const stored = storedIn(aws);
const leftovers = leftoversIn(aws);

/** In one piece, and in parts. */
const SIZES = [2 * MIB, 17 * MIB];

/** An upload whose beginning nobody was told of stays: nothing but gc can find it. */
async function expectWhole(app: PutScene, data: Buffer): Promise<void> {
  const { key } = await app.put('data', data);
  await control.disturb({});
  expect((await openV3(aws, await readRaw(aws, key))).equals(data)).toBe(true);
  expect((await leftovers(app.prefix)).objects).toEqual([key]);
  await app.succeed(['gc', 'app.yml', '--older-than', '0s', '--yes']);
  expect(await leftovers(app.prefix)).toEqual({ objects: [key], uploads: [] });
}

describe.each(SIZES)('put of %i bytes', { timeout: 60_000 }, (size) => {
  test.each(byLength([1], [1, 2]))('survives failing services (seed %i)', async (seed) => {
    const app = await createPutScene(aws);
    await control.disturb({ seed, rules: [{ action: '*', errorRate: 0.2 }] });
    await expectWhole(app, randomBytes(size));
  });

  test.each(byLength([1], [1, 3]))('survives broken connections (seed %i)', async (seed) => {
    const app = await createPutScene(aws);
    await control.disturb({
      seed,
      rules: ['s3:*', 'kms:*'].map((action) => ({ action, resetRate: 0.2 })),
    });
    await expectWhole(app, randomBytes(size));
  });

  test.runIf(byLength(size < 16 * MIB, true))('survives throttling', async () => {
    const app = await createPutScene(aws);
    await control.disturb({ rules: [{ action: '*', perSecond: 4 }] });
    await expectWhole(app, randomBytes(size));
  });

  test.each([
    ['the key cannot be used', 'kms:GenerateDataKey'],
    ['the object cannot be written', 's3:PutObject'],
  ])('leaves nothing if %s', async (_, action) => {
    const app = await createPutScene(aws);
    await control.disturb({ rules: [{ action, deny: true }] });
    const { code, stdout, stderr } = await app.coffer(['put', ...app.target('data')], {
      stdin: randomBytes(size),
    });
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toMatch(new RegExp(`^coffer: error: .*${action}`));
    expect(await leftovers(app.prefix)).toEqual({ objects: [], uploads: [] });
    expect(await stored.values(app.prefix)).toEqual({});
  });

  test('leaves an object that gc finds if the pointer cannot be written', async () => {
    const app = await createPutScene(aws);
    const before = await app.put('data', 'before');
    await control.disturb({ rules: [{ action: 'ssm:PutParameter', deny: true }] });
    const { code, stdout, stderr } = await app.coffer(['put', ...app.target('data')], {
      stdin: randomBytes(size),
    });
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain('ssm:PutParameter');
    expect(await stored.values(app.prefix)).toEqual({ data: before.url });
    expect((await leftovers(app.prefix)).objects).toHaveLength(2);

    await control.disturb({});
    await app.succeed(['gc', 'app.yml', '--older-than', '0s', '--yes']);
    expect(await leftovers(app.prefix)).toEqual({ objects: [before.key], uploads: [] });
    expect((await app.succeed(['get', `${app.prefix}data`])).stdout.toString()).toBe('before');
  });
});

// moto hands out data keys of such keys.
test.each<[string, (id: string) => Promise<unknown>]>([
  ['is disabled', (KeyId) => aws.kms.send(new DisableKeyCommand({ KeyId }))],
  [
    'is about to be deleted',
    (KeyId) => aws.kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
  ],
])('put under a key that %s looks at the parameter, and writes nothing', async (_, spoil) => {
  const app = await createPutScene(aws);
  const alias = `alias/${aws.unique('spoilt')}`;
  await spoil(await aws.createKey(alias));
  const flags = app.target('data').map((flag) => (flag === aws.kmskey ? alias : flag));
  const calls = await control.callsOf(async () => {
    const { code, stderr } = await app.coffer(['put', ...flags], { stdin: 'content' });
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^coffer: error: kms:GenerateDataKey ${alias}: `));
    expect(stderr).toContain('check that the KMS key exists, is enabled');
  });
  expect(calls).toEqual({ 'ssm:GetParameter': 1, 'kms:GenerateDataKey': 1 });
});

/** Faults that lose the first answer after the work is done, but not the second. */
const LOSES_FIRST_ANSWER = 18;

test.each([
  ['s3:PutObject', 2 * MIB],
  ['s3:CreateMultipartUpload', 17 * MIB],
  ['s3:UploadPart', 17 * MIB],
  ['s3:CompleteMultipartUpload', 17 * MIB],
])('put survives a lost answer to its first %s', async (action, size) => {
  const app = await createPutScene(aws);
  await control.disturb({ seed: LOSES_FIRST_ANSWER, rules: [{ action, resetRate: 0.5 }] });
  const calls = await control.callsOf(() => expectWhole(app, randomBytes(size)));
  expect(calls[action]).toBeGreaterThan(1);
});

test.each(['s3:UploadPart', 's3:CompleteMultipartUpload'])(
  'cancels a multipart upload whose %s keeps failing',
  async (action) => {
    const app = await createPutScene(aws);
    await control.disturb({ rules: [{ action, errorRate: 1 }] });
    const calls = await control.callsOf(async () => {
      const { code, stderr } = await app.coffer(['put', ...app.target('data')], {
        stdin: randomBytes(17 * MIB),
      });
      expect(code).toBe(1);
      expect(stderr.match(/error:/g)).toHaveLength(1);
    });
    expect(calls['s3:AbortMultipartUpload']).toBe(1);
    expect(await leftovers(app.prefix)).toEqual({ objects: [], uploads: [] });
    expect(await stored.values(app.prefix)).toEqual({});
  },
);

test('put reports the first failure even if the upload cannot be cancelled', async () => {
  const app = await createPutScene(aws);
  await control.disturb({
    rules: [
      { action: 's3:UploadPart', errorRate: 1 },
      { action: 's3:AbortMultipartUpload', deny: true },
    ],
  });
  const { code, stderr } = await app.coffer(['put', ...app.target('data')], {
    stdin: randomBytes(17 * MIB),
  });
  expect(code).toBe(1);
  expect(stderr).toContain('s3:PutObject');
  expect(stderr).not.toContain('Abort');
  expect((await leftovers(app.prefix)).uploads).toHaveLength(1);

  await control.disturb({});
  await app.succeed(['gc', 'app.yml', '--older-than', '0s', '--yes']);
  expect(await leftovers(app.prefix)).toEqual({ objects: [], uploads: [] });
});
