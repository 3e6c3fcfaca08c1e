import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { REGION, type TestAws } from './aws.ts';
import { createScene, plain, secret, type Scene } from './scene.ts';

export const OTHER = 'eu-west-1';
export const REGIONS = [REGION, OTHER] as const;

/** What the blob of `createApp` holds: too large for SSM. */
export const BLOB = randomBytes(5000);

/** A bucket and kmskey in each of two regions, for manifests of both. */
export async function useRegions(aws: TestAws) {
  const prefix = aws.unique('regions');
  const bucketIn = (region: string) => `${prefix}-${region}`;
  await aws.createKey(aws.kmskey, OTHER);
  for (const region of REGIONS) {
    const elsewhere = { CreateBucketConfiguration: { LocationConstraint: OTHER } } as const;
    const Bucket = bucketIn(region);
    const command = new CreateBucketCommand({ Bucket, ...(region === OTHER && elsewhere) });
    await aws.clients(region).s3.send(command);
  }

  /** A manifest with a secret, a text and a blob. */
  async function createApp(
    region = `regions: [${REGIONS.join(', ')}]`,
  ): Promise<Scene & { file: string }> {
    const app = await createScene(
      aws,
      `${secret('token', 'hunter2')}${plain('version', 'v1')}  - {name: blob, type: SecureString, file: blob.bin}\n`,
      {
        header: `kmskey: ${aws.kmskey}\nbucket: "${prefix}-{region}"\n`,
        files: { 'blob.bin': BLOB },
      },
    );
    await app.write('app.yml', (await app.text('app.yml')).replace(`region: ${REGION}`, region));
    return { ...app, file: app.path('app.yml') };
  }

  async function objectsIn(region: string, path: string): Promise<string[]> {
    const { Contents = [] } = await aws
      .clients(region)
      .s3.send(new ListObjectsV2Command({ Bucket: bucketIn(region), Prefix: path.slice(1) }));
    return Contents.map(({ Key = '' }) => Key);
  }

  return { createApp, objectsIn, bucketIn };
}
