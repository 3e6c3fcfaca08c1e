import { createHash, randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { run } from '../support/cli.ts';
import { createScene } from '../support/scene.ts';

const aws = await useAws();

const TOKEN = createCanary();
const BINARY = randomBytes(9000);

function createApp() {
  return createScene(
    aws,
    `  # what everybody may know
  - name: api_version
    description: The version of the API endpoint, not a secret.
    type: String
    value: 2
  - name: hosts
    type: StringList
    value: [a.example.com, b.example.com]
  - name: api_token
    description: Opens the API.
    type: SecureString
    tier: Advanced
    tags: {owner: superman}
    value: ${TOKEN}
  - name: tls/keystore
    type: SecureString
    file: keystore.jks
    extension: .jks
`,
    {
      header: `kmskey: ${aws.kmskey}\nbucket: ${aws.bucket}\ntags: {cost_center: team17}\n`,
      files: { 'keystore.jks': BINARY },
    },
  );
}

async function createSaved() {
  const app = await createApp();
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['save', 'app.yml']);
  return app;
}

async function parameter(name: string) {
  const { Parameter } = await aws.ssm.send(
    new GetParameterCommand({ Name: name, WithDecryption: true }),
  );
  return Parameter;
}

describe('encrypt and decrypt', () => {
  test('leave ciphertext in the file and return the plaintext', async () => {
    const app = await createApp();
    const before = await app.text('app.yml');
    const { stderr } = await app.succeed(['encrypt', 'app.yml']);

    const sealed = await app.text('app.yml');
    expect(sealed).toMatch(/value: ENC\[v1,[0-9a-f]{8},[0-9a-f]{8},[A-Za-z0-9+/=]+\]/);
    expect(sealed).toContain('type: securestring');
    expect(sealed).toContain('# what everybody may know');
    expect(sealed).toMatch(/^encrypted_with: arn:aws:kms:us-east-1:\d{12}:key\//m);
    expectHidden(TOKEN, { 'the manifest': sealed, stderr });
    expectHidden(BINARY.subarray(0, 64), { 'the manifest': sealed });

    const { stdout } = await app.succeed(['decrypt', 'app.yml', '--value', 'api_token']);
    expect(stdout.toString()).toBe(TOKEN);
    const blob = await app.succeed(['decrypt', 'app.yml', '--value', 'tls/keystore']);
    expect(blob.stdout.equals(BINARY)).toBe(true);
    const whole = await app.succeed(['decrypt', 'app.yml']);
    expect(whole.stdout.toString()).toContain(`value: ${TOKEN}`);
    expect(await app.text('app.yml')).toBe(sealed);
    expect(sealed).not.toBe(before);
  });
});

describe('save', () => {
  test('writes types, values, keys, descriptions, tiers and tags', async () => {
    const { prefix } = await createSaved();
    expect(await parameter(`${prefix}api_version`)).toMatchObject({ Type: 'String', Value: '2' });
    expect(await parameter(`${prefix}hosts`)).toMatchObject({
      Type: 'StringList',
      Value: 'a.example.com,b.example.com',
    });
    expect(await parameter(`${prefix}api_token`)).toMatchObject({
      Type: 'SecureString',
      Value: TOKEN,
    });
    const { Parameters = [] } = await aws.ssm.send(
      new DescribeParametersCommand({
        ParameterFilters: [{ Key: 'Name', Option: 'BeginsWith', Values: [prefix] }],
      }),
    );
    expect(Parameters).toHaveLength(4);
    expect(Parameters.find(({ Name }) => Name === `${prefix}api_token`)).toMatchObject({
      KeyId: aws.kmskey,
      Description: 'Opens the API.',
      Tier: 'Advanced',
    });
    expect(Parameters.find(({ Name }) => Name === `${prefix}api_version`)).toMatchObject({
      Description: 'The version of the API endpoint, not a secret.',
      Tier: 'Standard',
    });
    const { TagList = [] } = await aws.ssm.send(
      new ListTagsForResourceCommand({
        ResourceType: 'Parameter',
        ResourceId: `${prefix}api_token`,
      }),
    );
    expect(Object.fromEntries(TagList.map(({ Key, Value }) => [Key, Value]))).toEqual({
      cost_center: 'team17',
      owner: 'superman',
    });
  });

  test('puts an oversize value into S3 as a V3 object, named by its content', async () => {
    const { prefix } = await createSaved();
    const pointer = await parameter(`${prefix}tls/keystore`);
    expect(pointer?.Type).toBe('String');
    const value = pointer?.Value ?? '';
    const start = `s3://${aws.bucket}${prefix}tls/keystore/`;
    expect(value.startsWith(start)).toBe(true);
    expect(value.slice(start.length)).toMatch(/^v3-[0-9a-f]{64}\.jks$/);

    const object = await aws.s3.send(
      new GetObjectCommand({ Bucket: aws.bucket, Key: value.slice(`s3://${aws.bucket}/`.length) }),
    );
    const body = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
    expect(body).toHaveLength(BINARY.length + 16);
    expect(value).toContain(createHash('sha256').update(body).digest('hex'));
    expect(body.includes(BINARY.subarray(0, 16))).toBe(false);
    expect(object.Metadata).toEqual({
      'x-amz-c': '115',
      'x-amz-3': expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
      'x-amz-w': '12',
      'x-amz-i': expect.stringMatching(/^[A-Za-z0-9+/]{38}==$/),
      'x-amz-d': expect.stringMatching(/^[A-Za-z0-9+/]{38}==$/),
      'x-amz-t': JSON.stringify({
        'aws:x-amz-cek-alg': '115',
        Parameter: `${prefix}tls/keystore`,
      }),
      'coffer-kmskey': aws.kmskey,
      'coffer-kmskey-arn': aws.kmskeyArn,
      'coffer-key-sha256': expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      'coffer-parameter': `${prefix}tls/keystore`,
    });
  });
});

describe('get', () => {
  test('prints a parameter unchanged', async () => {
    const app = await createSaved();
    const { stdout } = await app.succeed(['get', `${app.prefix}api_token`]);
    expect(stdout.toString()).toBe(TOKEN);
  });

  test('follows a pointer or a URL to the same bytes', async () => {
    const app = await createSaved();
    const name = `${app.prefix}tls/keystore`;
    expect((await app.succeed(['get', name])).stdout.equals(BINARY)).toBe(true);
    const url = (await parameter(name))?.Value ?? '';
    expect((await app.succeed(['get', url])).stdout.equals(BINARY)).toBe(true);
  });

  test('writes a file that only its owner can read', async () => {
    const app = await createSaved();
    const { stdout } = await app.succeed(['get', `${app.prefix}tls/keystore`, '-o', 'out.jks']);
    expect(stdout).toHaveLength(0);
    expect((await app.read('out.jks')).equals(BINARY)).toBe(true);
    expect((await stat(app.path('out.jks'))).mode & 0o777).toBe(0o600);
    const files = (await app.files()).filter((file) => !file.startsWith('app.blobs/'));
    expect(files).toEqual(['app.yml', 'keystore.jks', 'out.jks']);
  });

  test('names a missing parameter', async () => {
    const app = await createSaved();
    const { code, stdout, stderr } = await app.coffer(['get', `${app.prefix}nothing`]);
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(`${app.prefix}nothing`);
  });
});

test('export prints lines that a real shell sources', async () => {
  const app = await createApp();
  await app.succeed(['encrypt', 'app.yml']);
  const { stdout, stderr } = await app.succeed(['export', 'app.yml']);
  expect(stderr).toContain('tls/keystore');
  await app.write('lines.sh', stdout);
  const shell = await run('sh', ['-c', '. ./lines.sh && printf "%s|%s" "$API_TOKEN" "$HOSTS"'], {
    cwd: app.folder,
  });
  expect(shell.stdout.toString()).toBe(`${TOKEN}|a.example.com,b.example.com`);
});

test('list shows what SSM holds, and no value of a secret', async () => {
  const app = await createSaved();
  const { stdout, stderr } = await app.succeed(['list', 'app.yml']);
  const [header, ...rows] = stdout.toString().trimEnd().split('\n');
  expect(header).toMatch(/^NAME +TYPE +TIER/);
  expect(rows.map((row) => row.split(/\s+/)[0])).toEqual([
    `${app.prefix}api_token`,
    `${app.prefix}api_version`,
    `${app.prefix}hosts`,
    `${app.prefix}tls/keystore`,
  ]);
  expect(rows[3]).toContain('8.8 KiB');
  expect(rows[3]).toContain(`s3://${aws.bucket}${app.prefix}tls/keystore/`);
  expectHidden(TOKEN, { stdout, stderr });
});

describe('nuke', () => {
  test('refuses without --yes if it cannot ask', async () => {
    const app = await createSaved();
    const { code, stderr } = await app.coffer(['nuke', 'app.yml']);
    expect(code).toBe(1);
    expect(stderr).toContain('--yes');
    const { Parameters } = await aws.ssm.send(
      new GetParametersByPathCommand({ Path: app.prefix, Recursive: true }),
    );
    expect(Parameters).toHaveLength(4);
  });

  test('deletes parameters and objects; a second run finds nothing', async () => {
    const app = await createSaved();
    const first = await app.succeed(['nuke', 'app.yml', '--yes']);
    expect(first.stderr).toContain('4 parameters deleted, 0 not found');
    const { Parameters } = await aws.ssm.send(
      new GetParametersByPathCommand({ Path: app.prefix, Recursive: true }),
    );
    expect(Parameters).toEqual([]);
    const { KeyCount } = await aws.s3.send(
      new ListObjectsV2Command({ Bucket: aws.bucket, Prefix: app.prefix.slice(1) }),
    );
    expect(KeyCount).toBe(0);
    const second = await app.succeed(['nuke', 'app.yml', '--yes']);
    expect(second.stderr).toContain('0 parameters deleted, 4 not found');
  });
});
