import { expect, test } from 'vitest';
import { CLI, coffer } from '../support/cli.ts';
import { expectReport } from '../support/reports.ts';
import { createWorkspace } from '../support/workspace.ts';

const KEY = 'arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111';
const MANIFEST = `path: /apps/one/
region: us-east-1
kmskey: alias/one
bucket: bucket
parameters:
  - {name: token, type: SecureString, value: canary}
  - {name: blob, type: SecureString, store: s3, value: canary}
`;

test('policy prints JSON, shows no secret, and calls no AWS', async () => {
  const work = await createWorkspace({ 'app.yml': `encrypted_with: ${KEY}\n${MANIFEST}` });
  const { code, stdout, stderr } = await coffer(['policy', 'app.yml', '--for', 'ci-no-decrypt'], {
    cwd: work.folder,
  });
  expect(code, stderr).toBe(0);
  const { Statement } = JSON.parse(stdout.toString()) as { Statement: { Sid: string }[] };
  expect(Statement.map(({ Sid }) => Sid)).toContain('SealedBlobs');
  expect(stdout.toString()).not.toContain('canary');
  expect(stderr).toContain('without kms:Decrypt, sync cannot write token\n');
  expect(stderr).not.toContain('canary');
});

test.each([
  ['--for', 'needs --for'],
  ['--for autor', 'did you mean author?'],
  ['--for ci', 'add --account 123456789012'],
  ['--for ci --account 12345', '--account 12345 is not an account id'],
  ['--for ci --account 123456789012 --principal x', '--principal works only with --key-policy'],
  ['--key-policy --for ci --account 123456789012', 'give both --for and --principal or neither'],
  ['--key-policy --for ci --principal deploy', '--principal deploy is not the ARN'],
])('refuses policy app.yml %s', async (flags, why) => {
  const work = await createWorkspace({ 'app.yml': MANIFEST });
  const args = flags === '--for' ? [] : flags.split(' ');
  const { code, stdout, stderr } = await coffer(['policy', 'app.yml', ...args], {
    cwd: work.folder,
  });
  expect([code, stdout.length]).toEqual([2, 0]);
  expect(stderr).toContain(why);
  expect(stderr.match(/error:/g)).toHaveLength(1);
});

test('a sandbox enforces the policies of its callers; other callers may do anything', async () => {
  const work = await createWorkspace({
    'none.json': JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' },
    }),
    'wrong.json': '{"Version": "2012-10-17", "Statement": {"NotAction": "s3:*"}}',
  });
  const list = [process.execPath, CLI, 'list', '/a/'];
  const held = await coffer(
    ['sandbox', '--key', 'alias/a', '--policy', 'sandbox=none.json', '--', ...list],
    { cwd: work.folder },
  );
  expect(held.code).toBe(1);
  expect(held.stderr).toContain('not authorized to perform: ssm:DescribeParameters');

  for (const [policy, why] of [
    ['AKIACI=wrong.json', 'the sandbox cannot use the policy wrong.json: Statement[0]'],
    ['none.json', '--policy none.json is not ACCESSKEYID=FILE'],
    ['AKIACI=missing.json', 'missing.json'],
  ] as const) {
    const refused = await coffer(['sandbox', '--policy', policy, '--', 'true'], {
      cwd: work.folder,
    });
    expect([refused.code, refused.stderr.match(/error:/g)?.length]).toEqual([2, 1]);
    expect(refused.stderr).toContain(why);
  }
});

test('--explain says what fails without each statement, to people and to programs', async () => {
  const work = await createWorkspace({ 'app.yml': `encrypted_with: ${KEY}\n${MANIFEST}` });
  const args = ['policy', 'app.yml', '--for', 'ci-diff', '--explain'];
  const text = await coffer(args, { cwd: work.folder });
  expect([text.code, text.stderr]).toEqual([0, '']);
  expect(text.stdout.toString()).toContain(
    `SealedValues\n  allows kms:Decrypt\n  on ${KEY}\n  without it, coffer diff cannot open the values in git to compare them\n\n`,
  );
  expect(text.stdout.toString()).toContain(
    '\n  if the key has the alias alias/one\n  without it, coffer diff cannot read secrets from SSM',
  );
  const { stdout } = await coffer([...args, '--json'], { cwd: work.folder });
  const report = expectReport('policy', stdout.toString()) as { statements: { sid: string }[] };
  const { stdout: policy } = await coffer(args.slice(0, -1), { cwd: work.folder });
  const { Statement } = JSON.parse(policy.toString()) as { Statement: { Sid: string }[] };
  expect(report.statements.map(({ sid }) => sid)).toEqual(Statement.map(({ Sid }) => Sid));
  for (const words of ['--key-policy', '--principal x']) {
    const refused = await coffer([...args, ...words.split(' ')], { cwd: work.folder });
    expect([refused.code, refused.stdout.length]).toEqual([2, 0]);
    expect(refused.stderr).toContain('--explain cannot be used with --key-policy or --principal');
  }
});
