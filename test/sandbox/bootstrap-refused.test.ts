import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createScene } from '../support/scene.ts';

const aws = await useAws();
const { callsOf, disturb } = controlOf(aws);
const PARAMETERS = '  - {name: a, type: String, value: b}\n';

test('distinguishes a forbidden bucket, or one in another region, from a missing one', async () => {
  const app = await createScene(aws, PARAMETERS);
  const elsewhere = aws.unique('europe');
  await aws.clients('eu-west-1').s3.send(
    new CreateBucketCommand({
      Bucket: elsewhere,
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    }),
  );
  await app.write('eu.yml', (await app.text('app.yml')).replace(aws.bucket, elsewhere));
  const away = await app.coffer(['bootstrap', 'eu.yml', '--yes']);
  expect(away.code).toBe(1);
  expect(away.stderr).toContain(`the bucket ${elsewhere} is in another region: eu-west-1`);

  await disturb({ rules: [{ action: 's3:ListBucket', deny: true }] });
  const denied = await app.coffer(['bootstrap', 'app.yml', '--yes']);
  expect(denied.code).toBe(1);
  expect(denied.stderr).toContain(`the bucket ${aws.bucket} exists, but S3 denies you access`);
  expect(denied.stderr).toContain('belongs to someone else');
});

test('finds a disabled key, or a name that S3 refuses, before it creates anything', async () => {
  const alias = `alias/${aws.unique('disabled')}`;
  const KeyId = (await aws.createKey(alias)).replace(/^.*\//, '');
  await aws.kms.send(new DisableKeyCommand({ KeyId }));
  const app = await createScene(aws, PARAMETERS, { header: `kmskey: ${alias}\n` });
  const calls = await callsOf(async () => {
    const { code, stderr } = await app.coffer(['bootstrap', 'app.yml', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain(`the kmskey ${alias} in us-east-1 is not enabled: Disabled`);
    const named = await createScene(aws, PARAMETERS, { header: 'bucket: Not_A_Name\n' });
    const refused = await named.coffer(['bootstrap', 'app.yml', '--yes']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('must be the name of an S3 bucket');
  });
  expect(calls).not.toHaveProperty('kms:CreateKey');
});

test('after a failed step, a second run does only the rest, and then everything works', async () => {
  const bucket = aws.unique('half');
  const header = `kmskey: ${aws.kmskey}\nbucket: ${bucket}\n`;
  const blob = '  - {name: b, type: SecureString, store: s3, value: x}\n';
  const app = await createScene(aws, blob, { header });
  await disturb({ rules: [{ action: 's3:PutBucketVersioning', deny: true }] });
  const { code, stdout, stderr } = await app.coffer(['bootstrap', 'app.yml', '--yes', '--json']);
  expect(code).toBe(4);
  expect(stderr).toContain('s3:PutBucketVersioning');
  expect(stderr).toContain('7 done, 2 left');
  const { steps } = JSON.parse(stdout.toString()) as { steps: { what: string; state: string }[] };
  expect(steps.filter(({ state }) => state === 'create').map(({ what }) => what)).toEqual([
    'versioning',
    'lifecycle',
  ]);
  await disturb({});
  const calls = await callsOf(() => app.succeed(['bootstrap', 'app.yml', '--yes']));
  expect(Object.keys(calls).filter((name) => /Put|Create|Enable/.test(name))).toEqual([
    's3:PutBucketVersioning',
    's3:PutBucketLifecycleConfiguration',
  ]);
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
});

test('--as calls no AWS', async () => {
  const app = await createScene(aws, PARAMETERS);
  const calls = await callsOf(async () => {
    const { stdout } = await app.succeed(['bootstrap', 'app.yml', '--as', 'terraform']);
    expect(stdout.toString()).toContain(`name          = "${aws.kmskey}"`);
    const refused = await app.coffer(['bootstrap', 'app.yml', '--as', 'terraform', '--yes']);
    expect(refused.code).toBe(2);
  });
  expect(calls).toEqual({});
});
