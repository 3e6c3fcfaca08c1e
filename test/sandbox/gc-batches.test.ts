import { randomBytes } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createPutScene } from '../support/put.ts';
import { leftoversIn } from '../support/leftovers.ts';

const aws = await useAws();
const control = controlOf(aws);

test('gc deletes more objects than fit in one call', async () => {
  const app = await createPutScene(aws);
  const kept = await app.put('data', 'content');
  const lost = Array.from({ length: 1001 }, () => randomBytes(32).toString('hex'));
  const Metadata = { 'coffer-parameter': `${app.prefix}lost` };
  await pMap(
    lost,
    (digest) => {
      const Key = `${app.prefix.slice(1)}lost/${digest}`;
      return aws.s3.send(new PutObjectCommand({ Bucket: aws.bucket, Key, Body: 'x', Metadata }));
    },
    { concurrency: 16 },
  );
  const calls = await control.callsOf(async () => {
    const { stderr } = await app.succeed(['gc', 'app.yml', '--older-than', '0s', '--yes']);
    expect(stderr).toContain('1001 deleted\n');
  });
  expect(calls).toMatchObject({ 's3:ListObjectsV2': 2, 's3:DeleteObjects': 2 });
  expect(await leftoversIn(aws)(app.prefix)).toEqual({ objects: [kept.key], uploads: [] });
}, 60_000);
