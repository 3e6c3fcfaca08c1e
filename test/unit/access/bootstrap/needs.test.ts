import { expect, test } from 'vitest';
import { needsOf } from '../../../../src/access/bootstrap/needs.ts';
import { parseManifest } from '../../../../src/manifest/index.ts';

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000';
const choice = { alias: 'alias/coffer' };
const manifest = (head: string, region = 'us-east-1', file = 'app.yml') =>
  parseManifest(
    `path: /app/\nregion: ${region}\n${head}parameters: [{name: a, type: String, value: b}]\n`,
    file,
  );
const names = (...manifests: ReturnType<typeof manifest>[]) => {
  const { keys, buckets } = needsOf(manifests, choice);
  return {
    keys: keys.map(({ what, id, region, canBeMade }) => [what, id, region, canBeMade]),
    buckets: buckets.map(({ name, region }) => [name, region]),
  };
};

test('a manifest needs its file key, and its kmskey and bucket if it names them', () => {
  const fileKey = ['file key', 'alias/coffer', 'us-east-1', true];
  expect(names(manifest(''))).toEqual({ keys: [fileKey], buckets: [] });
  expect(names(manifest('kmskey: alias/app\nbucket: app-secrets\n'))).toEqual({
    keys: [fileKey, ['kmskey', 'alias/app', 'us-east-1', true]],
    buckets: [['app-secrets', 'us-east-1']],
  });
});

test('several manifests need each key and bucket once for each region', () => {
  const head = 'kmskey: alias/app\nbucket: app-secrets\n';
  const europe = manifest('kmskey: alias/app\n', 'eu-west-1');
  const { keys, buckets } = names(manifest(head), manifest(head), europe);
  expect(keys).toHaveLength(4);
  expect(buckets).toHaveLength(1);
});

test('cannot create a key that is named by its id, by encrypted_with or by AWS', () => {
  const { keys } = names(manifest(`kmskey: alias/aws/ssm\nencrypted_with: ${ARN}\n`));
  expect(keys).toEqual([
    ['file key', ARN, 'eu-west-1', false],
    ['kmskey', 'alias/aws/ssm', 'us-east-1', false],
  ]);
});

test('refuses one bucket in two regions', () => {
  const one = manifest('bucket: app-secrets\n');
  const other = manifest('bucket: app-secrets\n', 'eu-west-1', 'eu.yml');
  expect(() => needsOf([one, other], choice)).toThrow(
    'eu.yml needs the bucket app-secrets in eu-west-1, another manifest in us-east-1',
  );
});
