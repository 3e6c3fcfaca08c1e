import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  EnableKeyRotationCommand,
  GenerateDataKeyCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPolicy } from '../../../../src/access/policy/document.ts';
import { ROLES } from '../../../../src/access/policy/roles.ts';
import { parsePolicy } from '../../../../src/sandbox/iam/document.ts';
import { decide, type Question } from '../../../../src/sandbox/iam/policies.ts';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/index.ts';
import { policiesOf } from '../../../support/policies.ts';
import { clientsFor } from '../../sandbox/clients.ts';
import { ACTIONS } from './authorization.ts';
import { ACCOUNT, FILE_KEY, SUBJECTS, subject } from './subjects.ts';

const OWN = { account: '111122223333' };
const TEAM = [{ TagKey: 'team', TagValue: 'payroll' }];

/** Encryption contexts of what another team sealed. */
const THEIRS: readonly Record<string, string>[] = [
  { kms_cmk_id: 'alias/payroll' },
  { 'aws:x-amz-cek-alg': '115', Parameter: '/apps/one/x' },
  { Client: 'coffer', Path: '/apps/one/', Region: 'us-east-1', KmsKey: 'alias/one' },
  { Client: 'psyml', Name: 'x' },
];

let sandbox: Sandbox;
/** The key of another team, and what that team sealed. */
let KeyId: string;
let sealed: { CiphertextBlob: Uint8Array | undefined; EncryptionContext: Record<string, string> }[];

beforeAll(async () => {
  sandbox = await startSandbox();
  const { kms } = clientsFor(sandbox.url);
  const create = async (AliasName: string) => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Tags: TEAM }));
    const TargetKeyId = KeyMetadata?.Arn ?? '';
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
    return TargetKeyId;
  };
  await create('alias/coffer');
  KeyId = await create('alias/payroll');
  sealed = await Promise.all(
    THEIRS.map(async (EncryptionContext) => {
      const asked = { KeyId, KeySpec: 'AES_256', EncryptionContext } as const;
      const { CiphertextBlob } = await kms.send(new GenerateDataKeyCommand(asked));
      return { CiphertextBlob, EncryptionContext };
    }),
  );
});
afterAll(() => sandbox.close());

test.each(ROLES)(
  '%s cannot open what another team sealed by naming, tagging or changing its key',
  async (role) => {
    const policy = buildPolicy(role, [subject({ encrypted_with: undefined }, OWN)]);
    await policiesOf({ endpoint: sandbox.url }).put(role, policy);
    const { kms } = clientsFor(sandbox.url, { accessKeyId: role });
    const Tags = [{ TagKey: 'coffer', TagValue: 'yes' }];
    const Policy = '{"Version": "2012-10-17", "Statement": []}';
    const tried = await Promise.allSettled([
      kms.send(new CreateAliasCommand({ AliasName: 'alias/one', TargetKeyId: KeyId })),
      kms.send(new UpdateAliasCommand({ AliasName: 'alias/coffer', TargetKeyId: KeyId })),
      kms.send(new CreateKeyCommand({ Tags })),
      kms.send(new TagResourceCommand({ KeyId, Tags })),
      kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['team'] })),
      kms.send(new PutKeyPolicyCommand({ KeyId, Policy, PolicyName: 'default' })),
      kms.send(new EnableKeyRotationCommand({ KeyId })),
      kms.send(new ScheduleKeyDeletionCommand({ KeyId })),
      ...sealed.map((each) => kms.send(new DecryptCommand(each))),
    ]);
    const answers = tried.map((each) =>
      each.status === 'fulfilled' ? 'done' : (each.reason as Error).name,
    );
    expect(answers).toEqual(tried.map(() => 'AccessDeniedException'));
  },
);

const context = (pairs: Record<string, string>) => ({
  'kms:encryptioncontextkeys': Object.keys(pairs),
  ...Object.fromEntries(
    Object.entries(pairs).map(([name, value]) => [
      `kms:encryptioncontext:${name.toLowerCase()}`,
      [value],
    ]),
  ),
});

/** Right but for one thing: the context of /apps/one/ under FILE_KEY or alias/one. */
const VALUES = { Client: 'coffer', Path: '/apps/one/', Region: 'us-east-1', KmsKey: 'alias/one' };
const OBJECT = { 'aws:x-amz-cek-alg': '115', Parameter: '/apps/one/x' };
const SECRET = { PARAMETER_ARN: `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/apps/one/x` };
const KMSKEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/2`;
const NAMED = { 'kms:resourcealiases': ['alias/one'] };
const CRYPTO = Object.keys(ACTIONS).filter((name) => /^kms:.*(crypt|DataKey)/i.test(name));
const VIA = { 'kms:viaservice': ['ssm.us-east-1.amazonaws.com'] };

const WRONG: readonly (readonly [what: string, resource: string, facts: Question['facts']])[] = [
  ['another path', FILE_KEY, context({ ...VALUES, Path: '/apps/two/' })],
  ['a path below', FILE_KEY, context({ ...VALUES, Path: '/apps/one/more/' })],
  ['another region', FILE_KEY, context({ ...VALUES, Region: 'eu-west-1' })],
  ['another kmskey', FILE_KEY, context({ ...VALUES, KmsKey: 'alias/two' })],
  ['another client', FILE_KEY, context({ ...VALUES, Client: 'other' })],
  ['one pair more', FILE_KEY, context({ ...VALUES, Account: ACCOUNT })],
  ['a pair less', FILE_KEY, context({ Client: 'coffer', Path: '/apps/one/', Region: 'us-east-1' })],
  ['no pair', FILE_KEY, {}],
  ["psyml's pairs", FILE_KEY, context({ Client: 'psyml', Name: 'x' })],
  ['the readers’ key for values in git', KMSKEY, { ...context(VALUES), ...NAMED }],
  ['another key', KMSKEY, { ...context(VALUES), 'kms:resourcealiases': ['alias/two'] }],
  [
    'an object of another path',
    KMSKEY,
    { ...context({ ...OBJECT, Parameter: '/apps/two/x' }), ...NAMED },
  ],
  [
    'an object of a path that begins alike',
    KMSKEY,
    { ...context({ ...OBJECT, Parameter: '/apps/onemore' }), ...NAMED },
  ],
  ['an object of no parameter', KMSKEY, { ...context({ 'aws:x-amz-cek-alg': '115' }), ...NAMED }],
  ['an object under another alias', KMSKEY, context(OBJECT)],
  ['an object under the file key', FILE_KEY, context(OBJECT)],
  ['a secret without SSM', KMSKEY, { ...context(SECRET), ...NAMED }],
  [
    'a secret of another path',
    KMSKEY,
    {
      ...context({ PARAMETER_ARN: SECRET.PARAMETER_ARN.replace('one', 'onemore') }),
      ...NAMED,
      ...VIA,
    },
  ],
  ['a secret under another key', KMSKEY, { ...context(SECRET), ...VIA }],
];

test.each(WRONG)('no role may use a key for %s', (_, resource, facts) => {
  const allowed = ROLES.flatMap((role) => {
    const statements = parsePolicy(buildPolicy(role, [subject()]));
    return CRYPTO.filter(
      (action) => decide(statements, { action, resource, facts }) === 'allowed',
    ).map((action) => `${role}: ${action}`);
  });
  expect(allowed).toEqual([]);
});

test('the same questions without their fault are allowed to somebody', () => {
  const right = [
    [FILE_KEY, context(VALUES)],
    [KMSKEY, { ...context(OBJECT), ...NAMED }],
    [KMSKEY, { ...context(SECRET), ...NAMED, ...VIA }],
  ] as const;
  const statements = parsePolicy(buildPolicy('admin', [subject()]));
  for (const [resource, facts] of right) {
    expect(decide(statements, { action: 'kms:Decrypt', resource, facts })).toBe('allowed');
  }
});

test.each([
  ['parameters of another path', `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/apps/two/x`],
  ['of a path that begins alike', `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/apps/onemore`],
  ['of another region', `arn:aws:ssm:eu-west-1:${ACCOUNT}:parameter/apps/one/x`],
  ['of another account', 'arn:aws:ssm:us-east-1:999999999999:parameter/apps/one/x'],
  ['objects of another path', 'arn:aws:s3:::bucket/apps/two/x'],
  ['objects beside the path', 'arn:aws:s3:::bucket/apps/onemore'],
  ['objects of another bucket', 'arn:aws:s3:::bucket2/apps/one/x'],
  ['another bucket', 'arn:aws:s3:::bucket2'],
])('no role may do anything with %s', (_, resource) => {
  const allowed = ROLES.flatMap((role) => {
    const statements = parsePolicy(buildPolicy(role, [subject()]));
    return Object.keys(ACTIONS)
      .filter((action) => decide(statements, { action, resource, facts: {} }) === 'allowed')
      .map((action) => `${role}: ${action}`);
  });
  // IAM does not narrow these to resources.
  expect(allowed.filter((each) => !/Describe(Parameters|Images)$/.test(each))).toEqual([]);
});

test('no role may create, name, tag, share or delete a key', () => {
  const actions = ROLES.flatMap((role) =>
    SUBJECTS.flatMap((one) => buildPolicy(role, [one]).Statement.flatMap(({ Action }) => Action)),
  );
  expect([...new Set(actions)].filter((action) => !(action in ACTIONS))).toEqual([]);
  const dangerous = /^kms:(Create|Update|Delete|Tag|Untag|Put|Schedule|Disable|.*Grant)/;
  expect(Object.keys(ACTIONS).filter((action) => dangerous.test(action))).toEqual([]);
});
