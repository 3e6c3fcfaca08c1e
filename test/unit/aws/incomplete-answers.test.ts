import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { createBucketStore } from '../../../src/aws/buckets.ts';
import { clientConfig } from '../../../src/aws/client-config.ts';
import { createKeyStore } from '../../../src/aws/keys.ts';
import { createKms } from '../../../src/aws/kms.ts';
import { CofferError } from '../../../src/errors.ts';
import { createObjectStore } from '../../../src/stores/s3/objects.ts';
import { createSecretsManager } from '../../../src/stores/secrets/client.ts';
import { createParameterStore } from '../../../src/stores/ssm.ts';
import { REGION } from '../../support/aws.ts';
import { failureOf } from '../../support/failure.ts';
import { sessionAt } from '../../support/services.ts';

/** Answers 200 to everything without content, as a proxy or an incomplete service may. */
const server = createServer((request, response) => {
  const target = String(request.headers['x-amz-target'] ?? '');
  const answer = answers.get(target) ?? answers.get(request.method ?? '') ?? answers.get('*');
  request.resume().on('end', () => {
    response.writeHead(200, { ...requestIds, ...answer?.headers });
    response.end(answer?.body ?? (target ? '{}' : undefined));
  });
});
/** The content that it does return, by operation of KMS, SSM and Secrets Manager, by method for S3, or for all: `*`. */
const answers = new Map<string, { headers?: Record<string, string>; body?: string }>();
/** AWS's, without which an answer is somebody else's. */
let requestIds: Record<string, string> = {};
const AWS_IDS = { 'x-amzn-requestid': 'r', 'x-amz-request-id': 'r' };
beforeEach(() => void (requestIds = AWS_IDS));
await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
afterAll(() => void server.close());

const session = sessionAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
const kms = createKms(session, REGION);
const keys = createKeyStore(session, REGION);
const parameters = createParameterStore(session, REGION);
const secrets = createSecretsManager(session, REGION);
const objects = createObjectStore(session, REGION);
const buckets = createBucketStore(session, REGION);

const bytes = Buffer.alloc(16);
const context = { a: 'b' };
const upload = (parts: number) => ({
  size: 16,
  metadata: {},
  sha256: '00'.repeat(32),
  read: () => Promise.resolve(bytes),
  checksum: {
    value: bytes.toString('base64'),
    parts: Array.from({ length: parts }, () => ({ offset: 0, length: 16, sha256: '' })),
  },
});

type Walk<Store> = Record<
  keyof { [Name in keyof Store as Store[Name] extends Function ? Name : never]: 0 },
  [() => Promise<unknown>, RegExp] | 'relies on no answer'
>;

const KMS: Walk<typeof kms> = {
  generateDataKey: [
    () => kms.generateDataKey('alias/k', context),
    /^kms:GenerateDataKey alias\/k: the answer lacks Plaintext$/,
  ],
  decrypt: [
    () => kms.decrypt(bytes, context, 'alias/k'),
    /^kms:Decrypt alias\/k: .* lacks Plaintext$/,
  ],
  encrypt: [
    () => kms.encrypt('alias/k', bytes, context),
    /^kms:Encrypt alias\/k: .* CiphertextBlob$/,
  ],
  reEncrypt: [
    () => kms.reEncrypt(bytes, { context }, { keyId: 'alias/k', context }),
    /^kms:ReEncrypt alias\/k: .* CiphertextBlob$/,
  ],
  resolve: [() => kms.resolve('alias/k'), /^kms:DescribeKey alias\/k: .* lacks Arn$/],
  createKey: [() => kms.createKey('alias/k', ''), /^kms:CreateKey alias\/k: .* lacks KeyId$/],
};
const KEYS: Walk<typeof keys> = {
  describe: [() => keys.describe('alias/k'), /^kms:DescribeKey alias\/k: .* lacks Arn$/],
  isRotated: [() => keys.isRotated('k'), /^kms:GetKeyRotationStatus k: .* KeyRotationEnabled$/],
  enableRotation: 'relies on no answer',
};
const SSM: Walk<typeof parameters> = {
  get: [() => parameters.get('/a'), /^ssm:GetParameter \/a: .* lacks Parameter$/],
  getMany: [() => parameters.getMany(['/a']), /^ssm:GetParameters \/a: .* lacks Parameters$/],
  describePath: [
    () => parameters.describePath('/a/'),
    /^ssm:DescribeParameters \/a\/: .* Parameters$/,
  ],
  describeMany: [
    () => parameters.describeMany(['/a']),
    /^ssm:DescribeParameters \/a: .* Parameters$/,
  ],
  mindsTags: [
    () => parameters.mindsTags('/a/', 'team'),
    /^ssm:DescribeParameters \/a\/: .* Parameters$/,
  ],
  history: [() => parameters.history('/a'), /^ssm:GetParameterHistory \/a: .* Parameters$/],
  put: [
    () => parameters.put({ name: '/a', value: 'v', type: 'String', overwrite: true }),
    /^ssm:PutParameter \/a: .* lacks Version$/,
  ],
  tags: [() => parameters.tags('/a'), /^ssm:ListTagsForResource \/a: .* lacks TagList$/],
  addTags: 'relies on no answer',
  removeTags: 'relies on no answer',
  deleteBatch: [
    () => parameters.deleteBatch(['/a']),
    /^ssm:DeleteParameters 1 parameters: .* lacks \/a$/,
  ],
};
const SECRETS: Walk<typeof secrets> = {
  describe: [() => secrets.describe('a'), /^secretsmanager:DescribeSecret a: .* lacks Name$/],
  list: [() => secrets.list('a'), /^secretsmanager:ListSecrets a: .* lacks SecretList$/],
  get: [() => secrets.get('a'), /^secretsmanager:GetSecretValue a: .* SecretString$/],
  getMany: [
    () => secrets.getMany(['a']),
    /^secretsmanager:BatchGetSecretValue 1 secrets: .* lacks SecretValues$/,
  ],
  versions: [() => secrets.versions('a'), /^secretsmanager:ListSecretVersionIds a: .* Versions$/],
  create: [
    () =>
      secrets.create({
        name: 'a',
        versionId: 'v',
        value: { text: 'v' },
        description: undefined,
        keyId: undefined,
        tags: {},
        replicas: [],
      }),
    /^secretsmanager:CreateSecret a: .* lacks ARN$/,
  ],
  put: [
    () => secrets.put('a', 'v', { text: 'v' }),
    /^secretsmanager:PutSecretValue a: .* lacks ARN$/,
  ],
  makeCurrent: [
    () => secrets.makeCurrent('a', 'v', undefined),
    /^secretsmanager:UpdateSecretVersionStage a: .* lacks ARN$/,
  ],
  update: [() => secrets.update('a', {}), /^secretsmanager:UpdateSecret a: .* lacks ARN$/],
  addTags: 'relies on no answer',
  removeTags: 'relies on no answer',
  addReplicas: [
    () => secrets.addReplicas('a', ['eu-west-1'], undefined),
    /^secretsmanager:ReplicateSecretToRegions a: .* lacks ARN$/,
  ],
  removeReplicas: [
    () => secrets.removeReplicas('a', ['eu-west-1']),
    /^secretsmanager:RemoveRegionsFromReplication a: .* lacks ARN$/,
  ],
  cancelRotation: [
    () => secrets.cancelRotation('a'),
    /^secretsmanager:CancelRotateSecret a: .* lacks ARN$/,
  ],
  delete: [
    () => secrets.delete('a', { recoveryDays: 7 }),
    /^secretsmanager:DeleteSecret a: .* lacks ARN$/,
  ],
  restore: [() => secrets.restore('a'), /^secretsmanager:RestoreSecret a: .* lacks ARN$/],
};
const S3: Walk<typeof objects> = {
  put: [
    () => objects.put('bkt', 'k', upload(0), {}),
    /^s3:PutObject s3:\/\/bkt\/k: the answer lacks ETag$/,
  ],
  head: [() => objects.head('bkt', 'k'), /^s3:GetObject s3:\/\/bkt\/k: .* lacks ContentLength$/],
  get: [() => objects.get('bkt', 'k'), /^s3:GetObject s3:\/\/bkt\/k: .* lacks ContentLength$/],
  list: [() => objects.list('bkt', 'p'), /^s3:ListBucket s3:\/\/bkt\/p: .* lacks IsTruncated$/],
  listUploads: [
    () => objects.listUploads('bkt', 'p'),
    /^s3:ListBucketMultipartUploads s3:\/\/bkt\/p: .* lacks IsTruncated$/,
  ],
  abortUpload: 'relies on no answer',
  deleteBatch: [
    () => objects.deleteBatch('bkt', ['k']),
    /^s3:DeleteObject 1 objects in s3:\/\/bkt: .* lacks k$/,
  ],
};

describe('refuses an answer without its essential part:', () => {
  const walks = Object.entries({ KMS, KEYS, SSM, SECRETS, S3 }).flatMap(([service, walk]) =>
    Object.entries(walk).flatMap(([method, entry]) =>
      entry === 'relies on no answer' ? [] : [[`${service} ${method}`, ...entry] as const],
    ),
  );
  test.each(walks)('%s', async (_, work, message) => {
    const { code, message: told } = await failureOf(work);
    expect(told).toMatch(message);
    expect(code).toBe('aws');
  });

  test('the start of a multipart upload', async () => {
    const { message } = await failureOf(() => objects.put('bkt', 'k', upload(2), {}));
    expect(message).toBe('s3:PutObject s3://bkt/k: the answer lacks UploadId');
  });

  test('a part of a multipart upload', async () => {
    answers.set('POST', { body: '<R><UploadId>id</UploadId></R>' });
    const { message } = await failureOf(() => objects.put('bkt', 'k', upload(2), {}));
    expect(message).toBe('s3:PutObject s3://bkt/k: the answer lacks ETag');
    answers.clear();
  });

  test('the end of a multipart upload', async () => {
    answers.set('POST', { body: '<R><UploadId>id</UploadId></R>' });
    answers.set('PUT', { headers: { etag: '"part"' } });
    const { message } = await failureOf(() => objects.put('bkt', 'k', upload(2), {}));
    expect(message).toBe('s3:PutObject s3://bkt/k: the answer lacks ETag');
    answers.clear();
  });

  test.each([
    [
      'a data key without the key that made it',
      'GenerateDataKey',
      { Plaintext: Buffer.alloc(32).toString('base64'), CiphertextBlob: 'AA==' },
      () => kms.generateDataKey('alias/k', context),
      'KeyId',
    ],
    [
      'a parameter without a value',
      'GetParameter',
      { Parameter: { Name: '/a', Type: 'String', Version: 1 } },
      () => parameters.get('/a'),
      'Value',
    ],
    [
      'a parameter without a version',
      'GetParameter',
      { Parameter: { Name: '/a', Type: 'String', Value: 'v' } },
      () => parameters.get('/a'),
      'Version',
    ],
    [
      'parameters, and one that is neither there nor not',
      'GetParameters',
      { Parameters: [], InvalidParameters: ['/b'] },
      () => parameters.getMany(['/a', '/b']),
      '/a',
    ],
    [
      'a description without a name',
      'DescribeParameters',
      { Parameters: [{ Type: 'String', Version: 1 }] },
      () => parameters.describePath('/a/'),
      'Name',
    ],
  ] as const)('%s', async (_, operation, body, work, lacking) => {
    const service = operation === 'GenerateDataKey' ? 'TrentService' : 'AmazonSSM';
    answers.set(`${service}.${operation}`, { body: JSON.stringify(body) });
    expect((await failureOf(work)).message).toMatch(`the answer lacks ${lacking}`);
    answers.clear();
  });

  test('a page of objects that has a next page but no token for it', async () => {
    answers.set('GET', { body: '<R><IsTruncated>true</IsTruncated></R>' });
    expect((await failureOf(() => objects.list('bkt', 'p'))).message).toMatch(/NextContinuation/);
    expect((await failureOf(() => objects.listUploads('bkt', 'p'))).message).toMatch(/NextKey/);
    answers.clear();
  });
});

describe('an answer with the wrong shape is an error of coffer:', () => {
  test.each<[string, string, unknown, () => Promise<unknown>, string]>([
    [
      'a text in place of a list',
      'AmazonSSM.GetParameters',
      { Parameters: 'x' },
      () => parameters.getMany(['/a']),
      'ssm:GetParameters /a: the answer has the wrong shape: Parameters is not a list',
    ],
    [
      'a number in place of a list that nobody needs to be there',
      'AmazonSSM.GetParameters',
      { Parameters: [], InvalidParameters: 7 },
      () => parameters.getMany(['/a']),
      'InvalidParameters is not a list',
    ],
    [
      'an empty item',
      'AmazonSSM.GetParameters',
      { Parameters: [null] },
      () => parameters.getMany(['/a']),
      'Parameters has an empty item',
    ],
    [
      'a number in place of a text',
      'AmazonSSM.GetParameter',
      { Parameter: { Name: '/a', Type: 'String', Version: 1, Value: 5 } },
      () => parameters.get('/a'),
      'Value is not a text',
    ],
    [
      'a text in place of a number',
      'AmazonSSM.GetParameter',
      { Parameter: { Name: '/a', Type: 'String', Version: 'one', Value: 'v' } },
      () => parameters.get('/a'),
      'Version is not a number',
    ],
    [
      'a fraction in place of a version',
      'AmazonSSM.PutParameter',
      { Version: 1.5 },
      () => parameters.put({ name: '/a', value: 'v', type: 'String', overwrite: true }),
      'Version is not a number',
    ],
    [
      'an empty plaintext',
      'TrentService.Decrypt',
      { Plaintext: '' },
      () => kms.decrypt(bytes, context, 'alias/k'),
      'the answer lacks Plaintext',
    ],
    [
      'a boolean in place of a data key',
      'TrentService.Decrypt',
      { Plaintext: true },
      () => kms.decrypt(bytes, context, 'alias/k'),
      'Plaintext is not data',
    ],
    [
      'a data key that is too short',
      'TrentService.GenerateDataKey',
      { Plaintext: 'AAAA', CiphertextBlob: 'AAAA', KeyId: 'k' },
      () => kms.generateDataKey('alias/k', context),
      'the answer lacks a Plaintext of 32 bytes',
    ],
  ])('%s', async (_, operation, body, work, message) => {
    answers.set(operation, { body: JSON.stringify(body) });
    const { code, message: told, hint } = await failureOf(work);
    answers.clear();
    expect(told).toContain(message);
    expect(code).toBe('aws');
    expect(hint).toContain('any proxy on the way to AWS');
  });
});

test.each([
  ['cut off', '{"Parameter":{"Value":"canary'],
  ['followed by something else', '{"Parameter":{"Value":"canary"}}canary'],
  ['no JSON', '<html>canary</html>'],
])('an answer that is %s is reported without a word of it', async (_, body) => {
  answers.set('AmazonSSM.GetParameter', { body });
  const { message, hint } = await failureOf(() => parameters.get('/a'));
  answers.clear();
  expect(message).toBe(
    'ssm:GetParameter /a: the answer cannot be read: it is cut off, or not from AWS',
  );
  expect(hint).toContain('any proxy on the way to AWS');
});

/** Every call of the ports, also those that rely on no answer. */
const CALLS: [string, () => Promise<unknown>][] = [
  ...Object.entries({ KMS, KEYS, SSM, SECRETS, S3 }).flatMap(([service, walk]) =>
    Object.entries(walk).flatMap(([method, entry]): [string, () => Promise<unknown>][] =>
      entry === 'relies on no answer' ? [] : [[`${service} ${method}`, entry[0]]],
    ),
  ),
  ['S3 put in parts', () => objects.put('bkt', 'k', upload(2), {})],
];
const CALLS_WITHOUT_ANSWER: [string, () => Promise<unknown>][] = [
  ['KEYS enableRotation', () => keys.enableRotation('k')],
  ['SSM addTags', () => parameters.addTags('/a', { a: 'b' })],
  ['SSM removeTags', () => parameters.removeTags('/a', ['a'])],
  ['SECRETS addTags', () => secrets.addTags('a', { a: 'b' })],
  ['SECRETS removeTags', () => secrets.removeTags('a', ['a'])],
  [
    'S3 abortUpload',
    () => objects.abortUpload('b', { key: 'k', uploadId: 'u', modified: new Date() }),
  ],
  ['BUCKETS exists', () => buckets.exists('b')],
  ['BUCKETS create', () => buckets.create('b')],
  ['BUCKETS settings', () => buckets.settings('b')],
  ['BUCKETS blockPublicAccess', () => buckets.blockPublicAccess('b')],
  ['BUCKETS enforceOwner', () => buckets.enforceOwner('b')],
  ['BUCKETS encrypt', () => buckets.encrypt('b')],
  ['BUCKETS enableVersioning', () => buckets.enableVersioning('b')],
  ['BUCKETS putPolicy', () => buckets.putPolicy('b', '{}')],
  ['BUCKETS putLifecycle', () => buckets.putLifecycle('b', { rules: [], minimumSize: undefined })],
];

/** Every method of the ports is in one of these lists. */
test('no call is left out', () => {
  const ports = {
    KMS: kms,
    KEYS: keys,
    SSM: parameters,
    SECRETS: secrets,
    S3: objects,
    BUCKETS: buckets,
  };
  const methods = Object.entries(ports).flatMap(([service, port]) =>
    Object.entries(port).flatMap(([name, method]) =>
      typeof method === 'function' ? [`${service} ${name}`] : [],
    ),
  );
  const walked = new Set([...CALLS, ...CALLS_WITHOUT_ANSWER].map(([name]) => name));
  expect(methods.filter((method) => !walked.has(method))).toEqual([]);
});

describe('of an answer without content, only the request id shows that AWS sent it:', () => {
  test.each(CALLS_WITHOUT_ANSWER)('%s', async (_, work) => {
    expect(await thrownBy(work)).toBeUndefined();
    requestIds = {};
    expect((await failureOf(work)).message).toMatch(/the answer .* has no request id$/);
  });
});

/** A HEAD has no content. */
const BODILESS = new Set(['BUCKETS exists', 'S3 head']);

describe.each([
  ['a web page', '<!doctype html><html><body>Sign in, canary</body></html>'],
  ['another web page', '\uFEFF\n<?xml version="1.0"?><!-- x --><HTML><body>canary</body></HTML>'],
])('%s is no success', (_, body) => {
  beforeEach(() => void answers.set('*', { body, headers: { etag: '"e"' } }));
  afterEach(() => answers.clear());

  const calls = [...CALLS, ...CALLS_WITHOUT_ANSWER].filter(
    // A stream is the content, which its reader verifies.
    ([name]) => !BODILESS.has(name) && name !== 'S3 get',
  );
  test.each(calls)('of %s', async (__, work) => {
    const { code, message, hint } = await failureOf(work);
    expect(code).toBe('aws');
    expect(message).toMatch(/the answer (has the wrong shape|cannot be read|lacks)/);
    expect(`${message} ${hint}`).not.toContain('canary');
    expect(hint).toContain('any proxy on the way to AWS');
  });
});

describe("a caller's own client", () => {
  const config = clientConfig(session, 's3', REGION);
  const client = new S3Client(config);
  const own = createBucketStore({ ...session, clients: { s3: client } }, REGION);
  beforeEach(() => void answers.set('*', { body: '<html></html>' }));
  afterEach(() => answers.clear());

  test("has coffer's calls checked, and not the caller's", async () => {
    const stack = client.middlewareStack.identify();
    const input = { Bucket: 'b', Policy: '{}' };
    await client.send(new PutBucketPolicyCommand(input));
    expect((await failureOf(() => own.putPolicy('b', '{}'))).message).toMatch(/wrong shape/);
    await client.send(new PutBucketPolicyCommand(input));
    expect(client.middlewareStack.identify()).toEqual(stack);
  });

  test('has its answers typed as well', async () => {
    answers.set('*', { body: JSON.stringify({ Parameters: 'x' }) });
    const ssm = new SSMClient(config);
    const store = createParameterStore({ ...session, clients: { ssm } }, REGION);
    const { message } = await failureOf(() => store.getMany(['/a']));
    expect(message).toContain('Parameters is not a list');
  });
});

/** All members that coffer reads, each with `value`, also one level down. */
function everywhere(value: unknown): string {
  const members = (
    'Arn CiphertextBlob DeletedParameters InvalidParameters KeyId KeyRotationEnabled KeySpec ' +
    'KeyState Key Labels LastModifiedDate Name NextToken Plaintext TagList Type Value Version'
  ).split(' ');
  const flat = Object.fromEntries(members.map((member) => [member, value]));
  return JSON.stringify({ ...flat, KeyMetadata: flat, Parameter: flat, Parameters: [flat] });
}

const WRONG_BODIES: [string, string][] = [
  ['nothing', ''],
  ['an empty object', '{}'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a text', '"canary"'],
  ['a number', '7'],
  ['a web page', '<!doctype html><html><body>Sign in, canary</body></html>'],
  ['plain words', 'canary'],
  ['a cut text', '{"Parameter": {"Value": "canary'],
  ['a cut document', '<R><Contents><Key>canary'],
];

/** Of the right form, but mostly wrong. */
const DOUBTFUL_BODIES: [string, string][] = [
  [
    'another document',
    '<R><Contents>canary</Contents><Uploads/><IsTruncated>canary</IsTruncated></R>',
  ],
  ...[null, 7, -1.5, true, '', 'canary', [], [null], ['canary'], {}, { canary: 1 }].map(
    (value): [string, string] => [`${JSON.stringify(value)} everywhere`, everywhere(value)],
  ),
];

/** What a call throws, or `undefined`. */
async function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

describe.each(WRONG_BODIES)('to an answer that is %s', (_, body) => {
  beforeEach(() => void answers.set('*', { body }));
  afterEach(() => answers.clear());

  test.each(CALLS)('%s fails with an error of coffer that does not quote it', async (__, work) => {
    const { message, hint } = await failureOf(work);
    expect(`${message} ${hint}`).not.toContain('canary');
  });
});

describe.each([...WRONG_BODIES, ...DOUBTFUL_BODIES])('to an answer that is %s', (_, body) => {
  beforeEach(() => void answers.set('*', { body }));
  afterEach(() => answers.clear());

  test.each([...CALLS, ...CALLS_WITHOUT_ANSWER])(
    '%s fails with such an error, if it fails',
    async (__, work) => {
      const error = await thrownBy(work);
      if (error === undefined) return;
      if (!(error instanceof CofferError)) throw error;
      expect(`${error.message} ${error.hint}`).not.toContain('canary');
    },
  );
});
