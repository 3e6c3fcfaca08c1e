import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buildPolicy,
  excessOf,
  type PolicyDocument,
} from '../../../../src/access/policy/document.ts';
import { ROLES, type Role } from '../../../../src/access/policy/roles.ts';
import { parsePolicy } from '../../../../src/sandbox/iam/document.ts';
import { decide, type Question } from '../../../../src/sandbox/iam/policies.ts';
import { ACCOUNT, FILE_KEY, subject } from './subjects.ts';
import { byLength } from '../../../support/length.ts';

const FAR = subject({ path: '/apps/far/', region: 'eu-west-1', encrypted_with: undefined });
const SUBJECTS = [
  subject(),
  subject({ path: '/apps/two/' }),
  subject({ path: '/apps/three/', kmskey: 'alias/three', bucket: 'other' }),
  subject({ path: '/apps/four/', bucket: undefined, kmskey: FILE_KEY }),
  FAR,
];

function sids({ Statement }: PolicyDocument): string[] {
  return Statement.map(({ Sid }) => Sid);
}

function statement({ Statement }: PolicyDocument, sid: string) {
  return Statement.find(({ Sid }) => Sid === sid);
}

const context = (name: string) => `kms:encryptioncontext:${name}`;
const arn = (path: string) => `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter${path}x`;

/** How an author's policy names the file key. */
function keyOf(lines: Record<string, string | undefined>, account?: string) {
  const policy = buildPolicy('author', [subject(lines, { account })]);
  const { Resource, Condition } = statement(policy, 'SealedValues') ?? {};
  return [Resource, Condition?.['ForAnyValue:StringEquals']];
}

describe.each(ROLES)('the policy for %s', (role) => {
  const policy = buildPolicy(role, SUBJECTS);

  test('is valid for IAM', () => {
    expect(policy.Version).toBe('2012-10-17');
    expect(policy.Statement.length).toBeGreaterThan(0);
    expect(new Set(sids(policy)).size).toBe(policy.Statement.length);
    for (const { Sid, Action, Resource, ...rest } of policy.Statement) {
      expect(Sid).toMatch(/^[A-Za-z0-9]+$/);
      expect(rest.Effect).toBe('Allow');
      for (const action of Action) expect(action).toMatch(/^(ec2|kms|ssm|s3):[A-Za-z0-9]+$/);
      for (const resource of Resource) {
        expect(resource).toMatch(/^(\*|arn:aws:(kms|ssm|s3):[a-z0-9-]*:(\d{12})?:.+)$/);
      }
      for (const list of [Action, Resource]) {
        expect(list).toEqual([...new Set(list)].toSorted());
        expect(list).not.toHaveLength(0);
      }
    }
    // The sandbox refuses what it does not understand.
    parsePolicy(policy);
  });

  test('does not depend on the order of the manifests', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(SUBJECTS, { minLength: SUBJECTS.length }), (shuffled) => {
        expect(buildPolicy(role, shuffled)).toEqual(policy);
      }),
    );
  });

  test('allows for several manifests exactly what it allows for each of them', () => {
    const each = SUBJECTS.map((one) => parsePolicy(buildPolicy(role, [one])));
    const all = parsePolicy(policy);
    const actions = [...new Set(all.flatMap((statement) => statement.actions))];
    const paths = SUBJECTS.map(({ manifest }) => manifest.path);
    const question: fc.Arbitrary<Question> = fc.record({
      action: fc.constantFrom(...actions),
      resource: fc.constantFrom(
        FILE_KEY,
        `arn:aws:kms:us-east-1:${ACCOUNT}:key/2`,
        `arn:aws:kms:eu-west-1:${ACCOUNT}:key/3`,
        'arn:aws:s3:::bucket/apps/two/x',
        'arn:aws:s3:::other/apps/two/x',
        ...paths.map(arn),
      ),
      facts: fc.record({
        'kms:resourcealiases': fc.subarray(['alias/coffer', 'alias/one', 'alias/three']),
        'kms:encryptioncontextkeys': fc.oneof(
          fc.subarray(['aws:x-amz-cek-alg']),
          fc.constant(['Client', 'KmsKey', 'Path', 'Region']),
        ),
        'kms:viaservice': fc.subarray(['ssm.us-east-1.amazonaws.com']),
        [context('client')]: fc.constant(['coffer']),
        [context('region')]: fc.constantFrom(['us-east-1'], ['eu-west-1']),
        [context('kmskey')]: fc.constantFrom(['alias/one'], ['alias/three']),
        [context('path')]: fc.constantFrom(...paths).map((path) => [path]),
        [context('name')]: fc.constantFrom(...paths).map((path) => [`${path}x`]),
        [context('parameter_arn')]: fc.constantFrom(...paths).map((path) => [arn(path)]),
      }),
    });
    fc.assert(
      fc.property(question, (asked) => {
        const one = each.some((statements) => decide(statements, asked) === 'allowed');
        expect(decide(all, asked) === 'allowed').toBe(one);
      }),
      { numRuns: byLength(500, 2000) },
    );
  });
});

test('gives kms:Decrypt to no role without decryption, and only encryption to a write-only author', () => {
  const near = [subject()];
  for (const role of ['author-write-only', 'ci-no-decrypt'] as const) {
    expect(JSON.stringify(buildPolicy(role, near))).not.toContain('kms:Decrypt');
  }
  const actions = buildPolicy('author-write-only', near).Statement.flatMap(({ Action }) => Action);
  expect([...new Set(actions)].toSorted()).toEqual(['kms:DescribeKey', 'kms:GenerateDataKey']);
});

/** All that a role may do with any of the manifests. */
const actionsOf = (role: Role) =>
  buildPolicy(role, SUBJECTS.slice(0, 4)).Statement.flatMap(({ Action }) => Action);

test('only the roles that sync may write parameters and objects', () => {
  const writers = ROLES.filter((role) =>
    actionsOf(role).some((action) =>
      /^(?:ssm|s3):(?:PutParameter|PutObject|Delete|Add|Remove|Abort)/.test(action),
    ),
  );
  expect(writers).toEqual(['ci', 'ci-no-decrypt', 'admin']);
});

test('no role may pass on a right to use a key', () => {
  for (const role of ROLES) {
    const passing = actionsOf(role).filter((action) =>
      /Grant|PutKeyPolicy|UpdateAlias|ReplicateKey|^(?:iam|sts):|[*]/.test(action),
    );
    expect(passing, role).toEqual([]);
  }
});

test('without a bucket or a kmskey in the manifest, gives no rights on any', () => {
  const bare = subject({ bucket: undefined, kmskey: undefined });
  expect(sids(buildPolicy('ci', [bare]))).toEqual(['SealedValues', 'Parameters', 'ParameterList']);
});

test('a policy for one manifest is short enough to attach', () => {
  for (const role of ROLES) expect(excessOf(buildPolicy(role, [subject()]))).toBe(0);
  const many = Array.from({ length: 40 }, (_, i) => subject({ path: `/apps/number-${i}/` }));
  expect(excessOf(buildPolicy('ci', many))).toBeGreaterThan(0);
});

describe('a key is named', () => {
  const anyKey = `arn:aws:kms:us-east-1:${ACCOUNT}:key/*`;

  test('by its ARN, which contains its account', () => {
    expect(keyOf({})).toEqual([[FILE_KEY], undefined]);
  });
  test('by its id', () => {
    const expected = [[`arn:aws:kms:us-east-1:${ACCOUNT}:key/mrk-1`], undefined];
    expect(keyOf({ encrypted_with: 'mrk-1' }, ACCOUNT)).toEqual(expected);
  });
  test('by its alias, or the ARN of its alias', () => {
    const expected = [[anyKey], { 'kms:ResourceAliases': ['alias/x'] }];
    expect(keyOf({ encrypted_with: 'alias/x' }, ACCOUNT)).toEqual(expected);
    expect(keyOf({ encrypted_with: anyKey.replace('key/*', 'alias/x') })).toEqual(expected);
  });
  test('by the alias of the file key if encrypt has not run yet', () => {
    const expected = [[anyKey], { 'kms:ResourceAliases': ['alias/coffer'] }];
    expect(keyOf({ encrypted_with: undefined }, ACCOUNT)).toEqual(expected);
  });
  test('only if the account is known', () => {
    expect(() => keyOf({ encrypted_with: undefined })).toThrow('no ARN in app.yml names');
    const kmskey = FILE_KEY.replace(ACCOUNT, '999999999999');
    expect(() => keyOf({ kmskey })).toThrow('in two AWS accounts, 999999999999 and 123456789012');
    expect(keyOf({ kmskey }, ACCOUNT)).toEqual([[FILE_KEY], undefined]);
  });
});

test('a manifest that names its keys by ARN opens no key by its alias, except to refresh', () => {
  const one = subject({ kmskey: FILE_KEY.replace(/1$/, '2') });
  for (const role of ROLES) {
    const byAlias = buildPolicy(role, [one]).Statement.filter((each) =>
      JSON.stringify(each).includes('kms:ResourceAliases'),
    );
    const known = ['FileKey', 'RefreshedValues', 'RefreshedBlobs'];
    expect(byAlias.map(({ Sid }) => Sid)).toEqual(
      { admin: known, author: ['FileKey'], 'author-write-only': ['FileKey'] }[role as string] ?? [],
    );
  }
});

test('across regions, ci decrypts data keys, and ci-no-decrypt is refused', () => {
  const far = subject({ region: 'eu-west-1' });
  const policy = buildPolicy('ci', [far]);
  expect(statement(policy, 'SealedBlobs')?.Action).toEqual(['kms:Decrypt']);
  expect(statement(policy, 'ObjectKeys')?.Action).toEqual(['kms:Encrypt']);
  expect(() => buildPolicy('ci-no-decrypt', [far])).toThrow(/us-east-1.*eu-west-1.*kms:Decrypt/);
});

test.each([
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['eusc-de-east-1', 'aws-eusc'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
])('%s has ARNs of its own', (region, partition) => {
  const fileKey = FILE_KEY.replace('us-east-1', region).replace('arn:aws:', `arn:${partition}:`);
  const subjects = [fileKey, undefined].map((key) => subject({ region, encrypted_with: key }));
  for (const role of ROLES) {
    const resources = buildPolicy(role, subjects).Statement.flatMap(({ Resource }) => Resource);
    const own = resources.filter((resource) => resource.startsWith(`arn:${partition}:`));
    expect(own).toEqual(resources.filter((resource) => resource !== '*'));
  }
  const policy = buildPolicy('reader', subjects);
  const condition = statement(policy, 'Secrets')?.Condition;
  expect(condition?.['StringEquals']).toEqual({
    'kms:ViaService': [`ssm.${region}.amazonaws.com`],
  });
});
