import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parsePolicy } from '../../../src/sandbox/iam/document.ts';
import type { Facts } from '../../../src/sandbox/iam/facts.ts';
import { decide } from '../../../src/sandbox/iam/policies.ts';

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/1';

function allow(more: object): object {
  return { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', ...more };
}

function policy(more: object): object {
  return { Version: '2012-10-17', Statement: [allow(more)] };
}

function verdict(statements: object | object[], action: string, resource = KEY, facts: Facts = {}) {
  const policy = parsePolicy({ Version: '2012-10-17', Statement: statements });
  return decide(policy, { action, resource, facts });
}

describe('a statement covers', () => {
  test.each([
    ['kms:Decrypt', 'kms:Decrypt', 'allowed'],
    ['KMS:decrypt', 'kms:Decrypt', 'allowed'],
    ['kms:*', 'kms:Decrypt', 'allowed'],
    ['kms:De?rypt', 'kms:Decrypt', 'allowed'],
    ['*', 's3:GetObject', 'allowed'],
    ['kms:Decryp', 'kms:Decrypt', 'unstated'],
    ['kms:ReEncrypt*', 'kms:ReEncryptTo', 'allowed'],
    ['ssm:GetParameter', 'ssm:GetParameters', 'unstated'],
  ])('the action %s: %s is %s', (Action, action, expected) => {
    expect(verdict(allow({ Action }), action)).toBe(expected);
  });

  test.each([
    ['arn:aws:ssm:us-east-1:1:parameter/a/*', 'arn:aws:ssm:us-east-1:1:parameter/a/b/c', 'allowed'],
    ['arn:aws:ssm:us-east-1:1:parameter/a/*', 'arn:aws:ssm:us-east-1:1:parameter/a', 'unstated'],
    ['arn:aws:ssm:us-east-1:1:parameter/a/*', 'arn:aws:ssm:us-east-1:1:parameter/ab', 'unstated'],
    ['arn:aws:ssm:us-east-1:1:parameter/a', 'arn:aws:ssm:us-east-1:1:parameter/A', 'unstated'],
    ['arn:aws:ssm:us-east-1:1:parameter/?', 'arn:aws:ssm:us-east-1:1:parameter/a', 'allowed'],
    ['arn:aws:s3:::b.c/*', 'arn:aws:s3:::bxc/key', 'unstated'],
    ['arn:aws:ssm:us-east-1:1:parameter/*', 'arn:aws:ssm:us-east-1:1:*', 'unstated'],
    ['arn:aws:kms:us-east-1:111122223333:key/*', '*', 'unstated'],
  ])('the resource %s: %s is %s', (Resource, resource, expected) => {
    expect(verdict(allow({ Resource }), 'kms:Decrypt', resource)).toBe(expected);
  });

  test('any of several actions and resources', () => {
    const both = allow({ Action: ['kms:Encrypt', 'kms:Decrypt'], Resource: ['arn:x', KEY] });
    expect(verdict(both, 'kms:Encrypt')).toBe('allowed');
    expect(verdict(both, 'kms:Encrypt', 'arn:y')).toBe('unstated');
  });
});

describe('a condition', () => {
  const path = 'kms:encryptioncontext:path';
  const aliases = 'kms:resourcealiases';
  test.each<[string, object, Facts, string]>([
    [
      'equals',
      { StringEquals: { 'kms:EncryptionContext:Path': '/a/' } },
      { [path]: ['/a/'] },
      'allowed',
    ],
    [
      'equals one of',
      { StringEquals: { 'kms:EncryptionContext:Path': ['/b/', '/a/'] } },
      { [path]: ['/a/'] },
      'allowed',
    ],
    [
      'equals no wildcard',
      { StringEquals: { 'kms:EncryptionContext:Path': '/*' } },
      { [path]: ['/a/'] },
      'unstated',
    ],
    [
      'equals in its letter case',
      { StringEquals: { 'kms:EncryptionContext:Path': '/A/' } },
      { [path]: ['/a/'] },
      'unstated',
    ],
    ['needs the key', { StringEquals: { 'kms:EncryptionContext:Path': '/a/' } }, {}, 'unstated'],
    [
      'is like',
      { StringLike: { 'kms:EncryptionContext:Path': '/a/*' } },
      { [path]: ['/a/b'] },
      'allowed',
    ],
    [
      'is not like',
      { StringLike: { 'kms:EncryptionContext:Path': '/a/*' } },
      { [path]: ['/ab'] },
      'unstated',
    ],
    [
      'holds for any',
      { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/a' } },
      { [aliases]: ['alias/b', 'alias/a'] },
      'allowed',
    ],
    [
      'holds for none',
      { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/a' } },
      { [aliases]: ['alias/b'] },
      'unstated',
    ],
    [
      'needs one for any',
      { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/a' } },
      { [aliases]: [] },
      'unstated',
    ],
    [
      'fails for one of all',
      { 'ForAllValues:StringLike': { 'kms:ResourceAliases': 'alias/a*' } },
      { [aliases]: ['alias/a', 'alias/b'] },
      'unstated',
    ],
    [
      'holds for all of nothing',
      { 'ForAllValues:StringLike': { 'kms:ResourceAliases': 'alias/a*' } },
      {},
      'allowed',
    ],
    [
      'equals not',
      { StringNotEquals: { 'kms:EncryptionContext:Path': ['/a/', '/b/'] } },
      { [path]: ['/c/'] },
      'allowed',
    ],
    [
      'equals one of what it must not',
      { StringNotEquals: { 'kms:EncryptionContext:Path': ['/a/', '/b/'] } },
      { [path]: ['/b/'] },
      'unstated',
    ],
    [
      'equals not what is missing',
      { StringNotEquals: { 'kms:EncryptionContext:Path': '/a/' } },
      {},
      'allowed',
    ],
    [
      'is like what it must not',
      { StringNotLike: { 'kms:EncryptionContext:Path': '/a/*' } },
      { [path]: ['/a/b'] },
      'unstated',
    ],
    [
      'is true in any letter case',
      { Bool: { 'aws:SecureTransport': 'True' } },
      { 'aws:securetransport': ['true'] },
      'allowed',
    ],
    [
      'is not false where it is missing',
      { Bool: { 'aws:SecureTransport': 'false' } },
      {},
      'unstated',
    ],
    [
      'is like an ARN part by part',
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/a/*' } },
      { 'aws:principalarn': ['arn:aws:iam::1:role/a/b:c'] },
      'allowed',
    ],
    [
      'is like no ARN across parts',
      { ArnLike: { 'aws:PrincipalArn': 'arn:*:role/a' } },
      { 'aws:principalarn': ['arn:aws:iam::1:role/a'] },
      'unstated',
    ],
    ['finds nothing there', { Null: { 'kms:ResourceAliases': 'true' } }, {}, 'allowed'],
    [
      'finds something there',
      { Null: { 'kms:ResourceAliases': 'true' } },
      { 'kms:resourcealiases': ['alias/a'] },
      'unstated',
    ],
    [
      'joins keys by and',
      { StringEquals: { 'kms:EncryptionContext:Path': '/a/', 'kms:ViaService': 's' } },
      { [path]: ['/a/'] },
      'unstated',
    ],
    [
      'joins operators by and',
      {
        StringEquals: { 'kms:ViaService': 's' },
        StringLike: { 'kms:EncryptionContext:Path': '*' },
      },
      { 'kms:viaservice': ['s'] },
      'unstated',
    ],
  ])('%s', (_, Condition, facts, expected) => {
    expect(verdict(allow({ Condition }), 'kms:Decrypt', KEY, facts)).toBe(expected);
  });
});

test('a denial wins in any position', () => {
  const statements = [
    allow({ Action: 'kms:*' }),
    { Effect: 'Deny', Action: 'kms:Decrypt', Resource: KEY },
    allow({}),
  ];
  expect(verdict(statements, 'kms:Decrypt')).toBe('denied');
  expect(verdict(statements.toReversed(), 'kms:Decrypt')).toBe('denied');
  expect(verdict(statements, 'kms:Encrypt')).toBe('allowed');
});

test('without wildcards, a pattern matches only itself', () => {
  const text = fc.string().filter((each) => !/[*?]|\$\{/.test(each));
  fc.assert(
    fc.property(text, text, (one, other) => {
      const found = verdict(allow({ Resource: `arn:${one}-` }), 'kms:Decrypt', `arn:${other}-`);
      expect(found).toBe(one === other ? 'allowed' : 'unstated');
    }),
  );
});

describe('refuses what the sandbox does not understand:', () => {
  test.each<[unknown, string]>([
    [[], 'policy: expected an object'],
    [{ Statement: [] }, 'Version must be 2012-10-17'],
    [{ Version: '2008-10-17', Statement: [] }, 'Version must be 2012-10-17'],
    [{ Version: '2012-10-17', Statements: [] }, 'the element Statements'],
    [policy({ Effect: 'allow' }), 'Statement[0]: Effect'],
    [
      policy({ NotAction: 'kms:*' }),
      'Statement[0]: the sandbox does not know the element NotAction',
    ],
    [policy({ Principal: '*' }), 'the element Principal'],
    [policy({ Action: [] }), 'Statement[0].Action: is empty'],
    [policy({ Action: 'Decrypt' }), 'Statement[0].Action: Decrypt is invalid'],
    [policy({ Resource: 'alias/app' }), 'Statement[0].Resource: alias/app is invalid'],
    [policy({ Resource: 7 }), 'Statement[0].Resource: expected strings'],
    [policy({ Resource: 'arn:aws:s3:::b/${aws:username}/*' }), 'does not support variables'],
    [policy({ Condition: { StringEqualsIfExists: {} } }), 'the operator StringEqualsIfExists'],
    [policy({ Condition: { 'ForSome:StringLike': {} } }), 'the operator ForSome:StringLike'],
    [
      policy({ Condition: { StringLike: { 'aws:SourceIp': '*' } } }),
      'the condition key aws:SourceIp',
    ],
    [
      policy({ Condition: { 'ForAllValues:StringLike': { 'kms:ViaService': 'a' } } }),
      'use StringLike',
    ],
    [
      policy({ Condition: { StringLike: { 'kms:ResourceAliases': 'a' } } }),
      'use ForAnyValue:StringLike',
    ],
  ])('%j', (document, why) => {
    expect(() => parsePolicy(document)).toThrow(why);
  });
});
