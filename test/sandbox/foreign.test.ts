import { CreateAliasCommand, CreateKeyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
const { disturb } = controlOf(aws);

/** The account of the sandbox, and another one with a user who may do everything in it. */
const HERE = '111122223333';
const ELSEWHERE = '444455556666';
const ADMIN = { accessKeyId: 'AKIAELSEWHERE', secretAccessKey: 'test' };
await fetch(`${aws.endpoint}/_sandbox/accounts/${ADMIN.accessKeyId}`, {
  method: 'PUT',
  body: JSON.stringify({ account: ELSEWHERE }),
});
const elsewhere = aws.clientsFor(ADMIN);

const BLOB = '  - {name: blob, type: SecureString, store: s3, value: hidden}\n';

async function createBucketElsewhere(): Promise<string> {
  const Bucket = aws.unique('theirs');
  await elsewhere.s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

async function keysIn(Bucket: string): Promise<number> {
  return (await elsewhere.s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount ?? 0;
}

test('sync publishes into a bucket of another account only where its policy says so', async () => {
  const Bucket = await createBucketElsewhere();
  const app = await createScene(aws, BLOB, {
    header: `kmskey: ${aws.kmskey}\nbucket: ${Bucket}\n`,
  });
  await app.succeed(['encrypt', 'app.yml']);
  const pointer = new GetParameterCommand({ Name: `${app.prefix}blob` });
  const refused = await app.coffer(['sync', 'app.yml', '--yes']);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/s3:GetObject s3:.*Forbidden/);
  expect(await keysIn(Bucket)).toBe(0);
  await expect(aws.ssm.send(pointer)).rejects.toMatchObject({ name: 'ParameterNotFound' });

  const arn = `arn:aws:s3:::${Bucket}`;
  const Statement = {
    Effect: 'Allow',
    Principal: { AWS: HERE },
    Action: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    Resource: [arn, `${arn}/*`],
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await elsewhere.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  await app.succeed(['sync', 'app.yml', '--yes']);
  expect(await keysIn(Bucket)).toBe(1);
  await app.succeed(['diff', 'app.yml', '--exit-code']);

  // Whoever reads by name alone does not take an object of another account for the team's own.
  const name = `${app.prefix}blob`;
  expect((await app.coffer(['get', name])).code).toBe(1);
  const read = await app.succeed(['get', name, '--allow-foreign']);
  expect(read.stdout.toString()).toBe('hidden');
});

test("bootstrap's bucket refuses what comes without TLS, which loopback does not", async () => {
  const bucket = aws.unique('tls');
  const app = await createScene(aws, BLOB, {
    header: `kmskey: ${aws.kmskey}\nbucket: ${bucket}\n`,
  });
  await app.succeed(['bootstrap', 'app.yml', '--yes']);
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await disturb({ secureTransport: false });
  const refused = await app.coffer(['diff', 'app.yml']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/s3:GetObject s3:.*Forbidden/);
});

test('the printed key policy lets a role of another account sync, and nothing less does', async () => {
  const alias = `alias/${aws.unique('file')}`;
  const KeyId = await aws.createKey(alias);
  const bucket = await createBucketElsewhere();
  const kmskey = `alias/${aws.unique('stored')}`;
  const { KeyMetadata } = await elsewhere.kms.send(new CreateKeyCommand({}));
  const TargetKeyId = KeyMetadata?.KeyId;
  await elsewhere.kms.send(new CreateAliasCommand({ AliasName: kmskey, TargetKeyId }));
  const header = `kmskey: ${kmskey}\nbucket: ${bucket}\n`;
  const app = await createScene(aws, `${secret('a', 'value')}${BLOB}`, { header });
  const mine = { env: { COFFER_KEY_ALIAS: alias } };
  await app.succeed(['encrypt', 'app.yml'], mine);

  const role = `arn:aws:iam::${ELSEWHERE}:role/deploy`;
  const sts = new STSClient({ endpoint: aws.endpoint, region: REGION, credentials: ADMIN });
  const assume = new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'ci' });
  const { Credentials } = await sts.send(assume);
  const theirs = {
    env: {
      AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials?.SessionToken,
    },
  };
  const sync = () => app.coffer(['sync', 'app.yml', '--yes'], theirs);
  const refused = await sync();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('no resource-based policies allow access');

  const admit = async (principal: string) => {
    const args = ['policy', 'app.yml', '--key-policy', '--for', 'ci', '--principal', principal];
    const { stdout } = await app.succeed(args, mine);
    await aws.kms.send(new PutKeyPolicyCommand({ KeyId, Policy: stdout.toString() }));
  };
  await admit(`arn:aws:iam::${ELSEWHERE}:role/other`);
  expect((await sync()).code).toBe(1);
  await admit(role);
  const done = await sync();
  expect(done.code, done.stderr).toBe(0);
  const published = new GetParameterCommand({ Name: `${app.prefix}a`, WithDecryption: true });
  expect((await elsewhere.ssm.send(published)).Parameter?.Value).toBe('value');
  await expect(aws.ssm.send(published)).rejects.toMatchObject({ name: 'ParameterNotFound' });
});
