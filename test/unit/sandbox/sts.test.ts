import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: new Map([['AKIAOTHER', '444455556666']]) });
});
afterAll(() => sandbox.close());

const ROLE = 'arn:aws:iam::777788889999:role/team/ops';

function client(accessKeyId: string): STSClient {
  const credentials = { accessKeyId, secretAccessKey: 's' };
  return new STSClient({ endpoint: sandbox.url, region: 'us-east-1', credentials, maxAttempts: 1 });
}

/** The nested client of the SDK has no GetCallerIdentity, so this sends what a client would. */
async function callerOf(accessKeyId: string): Promise<string> {
  const scope = `${accessKeyId}/20260102/us-east-1/sts/aws4_request`;
  const answer = await fetch(sandbox.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`,
    },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  });
  expect(answer.status).toBe(200);
  return answer.text();
}

describe('GetCallerIdentity', () => {
  test('answers as the account of the key', async () => {
    expect(await callerOf('AKIA')).toContain('<Account>111122223333</Account>');
    expect(await callerOf('AKIAOTHER')).toContain('<Arn>arn:aws:iam::444455556666:user/AKIAOTHER<');
  });

  test('answers as another account on demand', async () => {
    const url = `${sandbox.url}/_sandbox/accounts/AKIALATER`;
    const put = (account: unknown) =>
      fetch(url, { method: 'PUT', body: JSON.stringify({ account }) });
    expect((await put('123')).status).toBe(400);
    expect((await put('555566667777')).status).toBe(200);
    expect(await callerOf('AKIALATER')).toContain('<Account>555566667777</Account>');
  });

  test('answers as the role whose keys call', async () => {
    const { Credentials } = await client('AKIA').send(
      new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'me' }),
    );
    expect(await callerOf(Credentials?.AccessKeyId ?? '')).toContain(
      '<Arn>arn:aws:sts::777788889999:assumed-role/ops/me</Arn>',
    );
  });
});

describe('AssumeRole', () => {
  test('gives keys for the time that was asked', async () => {
    const { Credentials, AssumedRoleUser } = await client('AKIA').send(
      new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'me', DurationSeconds: 900 }),
    );
    expect(AssumedRoleUser?.Arn).toContain('777788889999');
    const left = +(Credentials?.Expiration ?? 0) - Date.now();
    expect(left).toBeGreaterThan(600_000);
    expect(left).toBeLessThanOrEqual(900_000);
  });

  test.each([
    ['RoleArn', { RoleArn: 'arn:aws:iam::7:user/nobody-at-all' }],
    ['RoleSessionName', { RoleSessionName: 'two words' }],
    ['DurationSeconds', { DurationSeconds: 60 }],
    ['TokenCode', { SerialNumber: 'arn:aws:iam::1:mfa/me', TokenCode: 'abc' }],
  ])('refuses a wrong %s', async (_, change) => {
    const input = { RoleArn: ROLE, RoleSessionName: 'me', ...change };
    await expect(client('AKIA').send(new AssumeRoleCommand(input))).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });

  test('refuses the code 000000', async () => {
    const mfa = { SerialNumber: 'arn:aws:iam::111122223333:mfa/me', TokenCode: '000000' };
    const input = { RoleArn: ROLE, RoleSessionName: 'me', ...mfa };
    await expect(client('AKIA').send(new AssumeRoleCommand(input))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  test('obeys policies', async () => {
    const document = { Version: '2012-10-17', Statement: [] };
    const url = `${sandbox.url}/_sandbox/policies/AKIADENIED`;
    await fetch(url, { method: 'PUT', body: JSON.stringify(document) });
    const input = { RoleArn: ROLE, RoleSessionName: 'me' };
    await expect(client('AKIADENIED').send(new AssumeRoleCommand(input))).rejects.toThrow(
      'not authorized to perform: sts:AssumeRole',
    );
  });
});

test('a web identity needs no signature', async () => {
  const { Credentials } = await client('AKIA').send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: ROLE,
      RoleSessionName: 'me',
      WebIdentityToken: 'token',
    }),
  );
  expect(Credentials?.AccessKeyId).toMatch(/^ASIA/);
});

test('an unsigned call is refused', async () => {
  const answer = await fetch(sandbox.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=GetFederationToken',
  });
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>');
});
