import { expect, test } from 'vitest';
import { buildKeyPolicy } from '../../../../src/access/policy/key-policy.ts';
import { ACCOUNT, FILE_KEY, subject } from './subjects.ts';

const GUEST = 'arn:aws:iam::999999999999:role/deploy';

test('the account of the file key can delegate rights on it by IAM', () => {
  const elsewhere = FILE_KEY.replace(ACCOUNT, '222222222222');
  expect(buildKeyPolicy([subject({ encrypted_with: elsewhere })], undefined).Statement).toEqual([
    {
      Sid: 'Account',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::222222222222:root' },
      Action: 'kms:*',
      Resource: '*',
    },
  ]);
});

/** Of a context that may have these pairs besides its own. */
const keys = (...names: string[]) => ({
  'ForAllValues:StringEquals': {
    'kms:EncryptionContextKeys': ['Client', 'KmsKey', 'Path', 'Region', ...names].toSorted(),
  },
});

test('guests get the rights of their role, only for these paths', () => {
  const subjects = [subject({ path: '/apps/two/' }), subject()];
  const guests = { role: 'author-write-only', principals: [GUEST] } as const;
  const [, ...statements] = buildKeyPolicy(subjects, guests).Statement;
  const common = {
    Effect: 'Allow',
    Principal: { AWS: [GUEST] },
    Action: ['kms:GenerateDataKey'],
    Resource: '*',
  };
  const pairs = {
    'kms:EncryptionContext:Client': ['coffer'],
    'kms:EncryptionContext:Path': ['/apps/one/', '/apps/two/'],
    'kms:EncryptionContext:Region': ['us-east-1'],
    'kms:EncryptionContext:KmsKey': ['alias/one'],
  };
  expect(statements).toEqual([
    {
      ...common,
      Sid: 'WriteOnlyValues',
      Condition: {
        StringEquals: { ...pairs, 'kms:EncryptionContext:Author': ['write-only'] },
        ...keys('Author'),
      },
    },
    {
      ...common,
      Sid: 'SealedBlobs',
      Condition: {
        StringEquals: pairs,
        Null: { 'kms:EncryptionContext:Name': ['false'], 'kms:EncryptionContext:Type': ['false'] },
        ...keys('Name', 'Type'),
      },
    },
  ]);
});

test('a key policy needs no condition on the alias of its own key', () => {
  const guests = { role: 'ci', principals: [GUEST] } as const;
  const policy = buildKeyPolicy([subject({ encrypted_with: undefined })], guests);
  expect(policy.Statement.length).toBeGreaterThan(1);
  expect(JSON.stringify(policy)).not.toContain('kms:ResourceAliases');
});

test('covers one key, and only roles that use it', () => {
  const other = subject({ path: '/apps/two/', encrypted_with: `${FILE_KEY.slice(0, -1)}2` });
  expect(() => buildKeyPolicy([subject(), other], undefined)).toThrow('different file keys');
  const guests = { role: 'reader', principals: [GUEST] } as const;
  expect(() => buildKeyPolicy([subject()], guests)).toThrow('reader does not use the file key');
});
