import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  EncryptCommand,
  UpdateAliasCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { AddTagsToResourceCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { expect } from 'vitest';
import type { Role } from '../../src/access/policy/roles.ts';
import { Faults } from '../../src/sandbox/faults.ts';
import { DEFAULTS } from '../../src/sandbox/settings.ts';
import { createCanary } from '../support/canary.ts';
import { run } from '../support/cli.ts';
import { losingOneAnswer } from '../support/control.ts';
import { materials, writeOlder } from '../support/older-writer.ts';
import type { Clients, Stage, Stages, Step } from './policy-stage.ts';

const BUCKET = 'policy-bucket';
const DIGEST = 'a'.repeat(64);
const RECIPIENT = 'age1vyjvunjzj0g4qgc380jvxznjdz6u2akhetes0352l0pphyxaw47sys5e7r';

/** Tags, a secret, one of tier Advanced, one for S3, a plain value, and a machine image. */
const ALL = `tags: {team: a}
parameters:
  - {name: token, type: SecureString, value: ${createCanary()}}
  - {name: advanced, type: SecureString, tier: Advanced, value: ${createCanary()}}
  - {name: blob, type: SecureString, store: s3, value: ${createCanary()}}
  - {name: version, type: String, value: 2}
  - {name: image, type: String, data_type: 'aws:ec2:image', value: ami-0123456789abcdef0}
`;
const FOR_S3 = ALL.replaceAll(/.*(?:token|advanced).*\n/g, '');
const ONE = `parameters:
  - {name: token, type: SecureString, value: ${createCanary()}}
`;

function manifest(path: string, rest: string): string {
  return `path: ${path}\nregion: us-east-1\nkmskey: alias/stored\nbucket: ${BUCKET}\n${rest}`;
}

/** Creates the initial states of steps. */
export async function buildStates(stages: Stages): Promise<void> {
  await stages.keep('bare', undefined, async (stage) => {
    const fileKey = await createKey(stage.kms, 'alias/coffer');
    await write(stage, 'app.yml', manifest('/apps/app/', ALL));
    await write(stage, 'partial.yml', manifest('/apps/app/', ONE));
    await write(stage, 's3.yml', manifest('/apps/s3/', FOR_S3));
    await write(stage, 'other.yml', manifest('/apps/other/', ALL));
    await succeed(stage, ['encrypt', 'app.yml', 'partial.yml', 's3.yml', 'other.yml']);
    await write(stage, 'recoverable.yml', await read(stage, 'app.yml'));
    await succeed(stage, ['recovery', 'add', 'recoverable.yml', RECIPIENT, '--yes']);
    const under = `encrypted_with: ${fileKey}\nparameters:\n`;
    const value = await sealLikePsyml(stage.kms, 'old');
    const old = `  - {name: old, type: securestring, value: ${value}}\n`;
    await write(stage, 'psyml.yml', manifest('/apps/app/', under + old));
    const added = ALL.replace(/^[^]*parameters:\n/, '').replaceAll('name: ', 'name: new/');
    await write(stage, 'adding.yml', manifest('/apps/app/', under + old + added));
  });
  // The alias of the file key stands for another key than before; HEAD vouches for the old one.
  await stages.keep('moved', 'bare', async ({ kms, folder }) => {
    const TargetKeyId = await createKey(kms);
    await kms.send(new UpdateAliasCommand({ AliasName: 'alias/coffer', TargetKeyId }));
    const author = ['-c', 'user.name=x', '-c', 'user.email=x@example.org'];
    for (const args of [
      ['init', '--template='],
      ['add', '.'],
      [...author, 'commit', '-m', 'sealed'],
    ]) {
      const { code, stderr } = await run('git', args, { cwd: folder, env: process.env });
      expect(code, stderr).toBe(0);
    }
  });
  await stages.keep('without a bucket', 'bare', async ({ kms }) => {
    await createKey(kms, 'alias/stored');
  });
  await stages.keep('empty', 'without a bucket', async ({ s3 }) => {
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  });
  await stages.keep('other than wanted', 'empty', async (stage) => {
    await succeed(stage, ['sync', 'app.yml', 's3.yml', 'other.yml', '--yes']);
    for (const path of ['/apps/app/', '/apps/s3/']) await spoil(stage, path);
    const there = { ...stage, bucket: BUCKET, kmskey: 'alias/stored', unique: String };
    const { wrapAlg, context } = materials(1, there.kmskey);
    const older = { wrapAlg, context, path: '/apps/app/older' };
    await writeOlder(there, Buffer.from('older'), older);
  });
  await stages.keep('large', 'empty', async (stage) => {
    await writeFile(join(stage.folder, 'large'), randomBytes(17 * 1024 * 1024));
    const [fileKey] = /^encrypted_with: .*\n/m.exec(await read(stage, 's3.yml')) ?? [];
    const large = 'parameters:\n  - {name: large, type: SecureString, file: large}\n';
    await write(stage, 'large.yml', manifest('/apps/s3/', `${fileKey}${large}`));
    await succeed(stage, ['encrypt', 'large.yml']);
  });
}

/** Another value, other tags, an extra parameter and object, an unfinished upload. */
async function spoil({ ssm, s3 }: Clients, path: string): Promise<void> {
  const Name = `${path}version`;
  await ssm.send(new PutParameterCommand({ Name, Value: '1', Overwrite: true }));
  const Tags = [
    { Key: 'team', Value: 'b' },
    { Key: 'foreign', Value: 'x' },
  ];
  const tagged = { ResourceType: 'Parameter', ResourceId: Name, Tags } as const;
  await ssm.send(new AddTagsToResourceCommand(tagged));
  await ssm.send(new PutParameterCommand({ Name: `${path}extra`, Type: 'String', Value: 'x' }));
  const at = { Bucket: BUCKET, Key: `${path.slice(1)}gone/${DIGEST}` };
  const Metadata = { 'coffer-parameter': `${path}gone` };
  await s3.send(new PutObjectCommand({ ...at, Body: 'x', Metadata }));
  await s3.send(new CreateMultipartUploadCommand(at));
}

/** Of the SDK, for one call. */
const ATTEMPTS = 7;

/** Faults that make the first multipart upload fail, and the second succeed. */
function failingOneUpload() {
  const rules = [{ action: 's3:CompleteMultipartUpload', errorRate: 0.9 }];
  const faults = new Faults();
  for (let seed = 1; ; seed += 1) {
    faults.apply({ ...DEFAULTS, rules, seed });
    const fates = Array.from({ length: ATTEMPTS + 1 }, () =>
      faults.decide('s3:CompleteMultipartUpload', undefined, 0),
    );
    if (fates.indexOf('serve') === ATTEMPTS) return { rules, seed };
  }
}

async function noUploadIsLeft({ s3 }: Clients): Promise<boolean> {
  const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
  return Uploads === undefined;
}

function step(name: string, from: string, call: string, more: Partial<Step> = {}): Step {
  return { name, from, args: call.split(' '), ...more };
}

const WRITE = [step('encrypt', 'bare', 'encrypt adding.yml')];
const OPEN = [
  step('decrypt', 'bare', 'decrypt app.yml'),
  step("decrypt psyml's", 'bare', 'decrypt psyml.yml'),
  step('move of a blob', 'bare', 'move app.yml blob moved/blob'),
];

const FROM_S3 = [
  step('sync of blobs', 'empty', 'sync s3.yml --no-decrypt --yes'),
  step('sync of what differs', 'other than wanted', 'sync s3.yml --yes --prune --prune-tags'),
  step('sync with a lost answer', 'other than wanted', 'sync s3.yml --yes --only version', {
    faults: losingOneAnswer('ssm:PutParameter'),
  }),
  step('sync of a large blob', 'large', 'sync large.yml --yes', {
    faults: failingOneUpload(),
    isDone: noUploadIsLeft,
  }),
];
const DIFF = [
  step('diff', 'other than wanted', 'diff app.yml'),
  step('diff of what is missing', 'empty', 'diff app.yml psyml.yml'),
  step('report', 'other than wanted', 'report app.yml --json'),
];
const SYNC = [...FROM_S3, step('sync', 'empty', 'sync app.yml psyml.yml --yes'), ...DIFF];
const READ = [
  step('export', 'other than wanted', 'export app.yml --from aws'),
  step('exec by path', 'other than wanted', 'exec /apps/app/ --from aws --only token -- true'),
  step('get', 'other than wanted', 'get /apps/app/token'),
  step('get of an object', 'other than wanted', 'get /apps/app/blob'),
  step('get of an object of s3-kms-ssm-secrets', 'other than wanted', 'get /apps/app/older'),
];
/** As for export, the controller reads ten parameters in a call, and follows pointers. */
const OPEN_PINS = [
  step('reading of pins', 'other than wanted', 'export app.yml --from aws', {
    standsFor: 'controller',
  }),
];
const BOOTSTRAP = [
  step('bootstrap', 'without a bucket', 'bootstrap app.yml --yes'),
  step('bootstrap of a bucket', 'empty', 'bootstrap app.yml --yes'),
];
const ADMINISTER = [
  step('refresh', 'moved', 'refresh app.yml'),
  step('refresh of all', 'moved', 'refresh app.yml --new-data-keys'),
  step('set of a blob under the old key', 'moved', 'set app.yml blob', { stdin: 'new' }),
  step('set of a first value under it', 'moved', 'set s3.yml token', { stdin: 'new' }),
  step('move of a blob under it', 'moved', 'move app.yml blob moved/blob'),
  step('import', 'other than wanted', 'import /apps/app/ --merge partial.yml'),
  step('history', 'other than wanted', 'history /apps/app/token --reveal'),
  step('rollback', 'other than wanted', 'rollback app.yml token latest'),
  step('report with history', 'other than wanted', 'report app.yml --json --history'),
  step('put', 'empty', `put -p apps/app/backup -b ${BUCKET} -k alias/stored`, { stdin: 'data' }),
  step('gc', 'other than wanted', 'gc app.yml --older-than 1s --yes'),
  step('nuke', 'other than wanted', 'nuke app.yml --yes'),
];

/** From the list of app.yml, which is empty, to that of recoverable.yml, under the old file key. */
export const ADD_RECIPIENT = step(
  'recovery add',
  'moved',
  `recovery add app.yml ${RECIPIENT} --yes`,
);

/** The daily work of each role, and its manifests. */
export const JOBS: Readonly<Record<Role, { manifests: string[]; steps: readonly Step[] }>> = {
  author: { manifests: ['app.yml', 'psyml.yml'], steps: [...WRITE, ...OPEN] },
  'author-write-only': { manifests: ['app.yml', 'psyml.yml'], steps: WRITE },
  ci: { manifests: ['app.yml', 'psyml.yml', 's3.yml'], steps: SYNC },
  'ci-diff': { manifests: ['app.yml', 'psyml.yml'], steps: DIFF },
  'ci-no-decrypt': { manifests: ['s3.yml'], steps: FROM_S3 },
  reader: { manifests: ['app.yml', 's3.yml'], steps: READ },
  controller: { manifests: ['app.yml'], steps: OPEN_PINS },
  admin: {
    manifests: ['app.yml', 'psyml.yml', 's3.yml'],
    steps: [...ADMINISTER, ...WRITE, ...OPEN, ...SYNC, ...READ],
  },
  bootstrap: { manifests: ['app.yml'], steps: BOOTSTRAP },
};

/** Steps that no role may do: with other secrets, or outside its role. */
export const TRESPASSES: readonly (readonly [Role, Step])[] = [
  ['author', step('decrypt of another path', 'bare', 'decrypt other.yml')],
  ['author', step('get', 'other than wanted', 'get /apps/app/token')],
  ['author-write-only', step('decrypt', 'bare', 'decrypt app.yml')],
  ['ci', step('sync of another path', 'empty', 'sync other.yml --yes')],
  ['ci', step('get of an object', 'other than wanted', 'get /apps/app/blob')],
  ['ci-diff', step('get of an object', 'other than wanted', 'get /apps/app/blob')],
  ['ci-no-decrypt', step('decrypt', 'bare', 'decrypt s3.yml')],
  ['reader', step('get of another path', 'other than wanted', 'get /apps/other/token')],
  ['reader', step('get of its object', 'other than wanted', 'get /apps/other/blob')],
  ['reader', step('decrypt', 'bare', 'decrypt app.yml')],
  [
    'controller',
    step('reading of another path', 'other than wanted', 'export other.yml --from aws'),
  ],
  ['controller', step('decrypt', 'bare', 'decrypt app.yml')],
  ['controller', step('list', 'other than wanted', 'list app.yml')],
  ['controller', step('history', 'other than wanted', 'history /apps/app/version')],
  ['controller', step('older objects', 'other than wanted', 'get /apps/app/older')],
  [
    'controller',
    step('put', 'other than wanted', `put -p apps/app/x -b ${BUCKET} -k alias/stored`),
  ],
  ['admin', step('decrypt of another path', 'bare', 'decrypt other.yml')],
  ['admin', step('bootstrap of a key', 'bare', 'bootstrap app.yml --yes')],
  ['bootstrap', step('bootstrap of a key', 'bare', 'bootstrap app.yml --yes')],
  ['bootstrap', step('decrypt', 'bare', 'decrypt app.yml')],
  ['bootstrap', step('get', 'other than wanted', 'get /apps/app/version')],
  ['bootstrap', step('sync', 'empty', 'sync s3.yml --no-decrypt --yes')],
  ['admin', step('nuke of another path', 'other than wanted', 'nuke other.yml --yes')],
];

function read({ folder }: Stage, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

async function write({ folder }: Stage, name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
}

async function succeed({ coffer }: Stage, args: readonly string[]): Promise<void> {
  const { code, stderr } = await coffer(args);
  expect(code, stderr).toBe(0);
}

/** Its ARN. */
async function createKey(kms: KMSClient, AliasName?: string): Promise<string> {
  const { KeyMetadata: { KeyId = '', Arn = '' } = {} } = await kms.send(new CreateKeyCommand({}));
  if (AliasName !== undefined) {
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
  }
  return Arn;
}

async function sealLikePsyml(kms: KMSClient, Name: string): Promise<string> {
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({
      KeyId: 'alias/coffer',
      Plaintext: Buffer.from(createCanary()),
      EncryptionContext: { Client: 'psyml', Name },
    }),
  );
  return Buffer.from(CiphertextBlob ?? []).toString('base64');
}
