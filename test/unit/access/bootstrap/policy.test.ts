import { expect, test } from 'vitest';
import { bucketArn, requireTls, tlsStatement } from '../../../../src/access/bootstrap/policy.ts';

const ARN = 'arn:aws:s3:::b-1';
const OURS = tlsStatement([ARN, `${ARN}/*`]);
const FOREIGN = {
  Sid: 'Readers',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  Action: 's3:GetObject',
  Resource: `${ARN}/*`,
};

const policy = (Statement: unknown, more: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', ...more, Statement });
const required = (text: string | undefined) => JSON.parse(requireTls(text, ARN)) as object;

test('a bucket without a policy gets one that refuses plain HTTP', () => {
  expect(required(undefined)).toEqual({ Version: '2012-10-17', Statement: [OURS] });
});

test('other statements of a policy stay, in their order', () => {
  const more = { Id: 'team', Version: '2008-10-17' };
  expect(required(policy([FOREIGN], more))).toEqual({ ...more, Statement: [FOREIGN, OURS] });
  expect(required(policy(FOREIGN, more))).toEqual({ ...more, Statement: [FOREIGN, OURS] });
});

test('repairs coffer’s own statement if somebody weakened it', () => {
  const weakened = { ...OURS, Resource: [`${ARN}/public/*`] };
  expect(required(policy([weakened, FOREIGN]))).toEqual({
    Version: '2012-10-17',
    Statement: [FOREIGN, OURS],
  });
});

test.each([
  ['coffer’s', OURS],
  [
    'one in other words',
    { ...OURS, Sid: 'x', Principal: { AWS: ['*'] }, Action: ['*'], Resource: '*' },
  ],
  ['one with a boolean', { ...OURS, Condition: { Bool: { 'aws:SecureTransport': [false] } } }],
])('does not change a policy that already refuses plain HTTP: %s', (_, statement) => {
  const text = policy([FOREIGN, statement]);
  expect(requireTls(text, ARN)).toBe(text);
});

test.each([
  ['only the objects', { Resource: `${ARN}/*` }],
  ['only some actions', { Action: ['s3:PutObject', 's3:GetObject'] }],
  ['only some callers', { Principal: { AWS: FOREIGN.Principal.AWS } }],
  [
    'only with another condition',
    { Condition: { ...OURS.Condition, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
  ],
  ['what comes with TLS', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
  ['nothing', { Effect: 'Allow' }],
])('a statement that refuses %s is not enough', (_, change) => {
  const statement = { ...OURS, Sid: 'Theirs', ...change };
  expect(required(policy([statement]))).toMatchObject({ Statement: [statement, OURS] });
});

test.each([
  ['eu-west-1', 'arn:aws:s3:::b'],
  ['cn-north-1', 'arn:aws-cn:s3:::b'],
  ['us-gov-west-1', 'arn:aws-us-gov:s3:::b'],
])('a bucket in %s is %s', (region, arn) => {
  expect(bucketArn('b', region)).toBe(arn);
});
