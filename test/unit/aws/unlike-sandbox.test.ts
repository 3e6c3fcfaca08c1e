// Answers that AWS gives, but the sandbox never does.
import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { createBucketStore } from '../../../src/aws/buckets.ts';
import { createKeyStore } from '../../../src/aws/keys.ts';
import type { Session } from '../../../src/aws/session.ts';
import { startServer } from '../../support/bad-server.ts';
import { sessionAt } from '../../support/services.ts';

async function sessionWith(answer: RequestListener): Promise<Session> {
  const { url } = await startServer(answer);
  return sessionAt(url);
}

test('finds a bucket in a newer region, although S3 answers Bad Request', async () => {
  const session = await sessionWith((_, response) => {
    response.writeHead(400, { 'x-amz-bucket-region': 'ap-east-1' }).end();
  });
  const exists = (region: string) => createBucketStore(session, region).exists('bucket');
  await expect(exists('us-east-1')).rejects.toThrow('bucket is in another region: ap-east-1');
  await expect(exists('ap-east-1')).rejects.toMatchObject({ code: 'aws' });
});

test('a replica key is rotated with its primary key, not separately', async () => {
  const KeyMetadata = {
    Arn: 'arn:aws:kms:us-east-1:123456789012:key/mrk-1',
    KeyId: 'mrk-1',
    KeyState: 'Enabled',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyManager: 'CUSTOMER',
    Origin: 'AWS_KMS',
    MultiRegion: true,
    MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA' },
  };
  const session = await sessionWith((_, response) => {
    response.end(JSON.stringify({ KeyMetadata }));
  });
  const key = await createKeyStore(session, 'us-east-1').describe('mrk-1');
  expect(key).toMatchObject({ arn: KeyMetadata.Arn, canRotate: false });
});
