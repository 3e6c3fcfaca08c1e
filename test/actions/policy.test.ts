import { expect, test } from 'vitest';
import { policy, type PolicyOptions } from '../../src/actions/policy.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { expectReport } from '../support/reports.ts';
import { createScene, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const ACCOUNT = '123456789012';

async function createApp() {
  const app = await createScene(aws, secret('token', 'one'));
  return { ...createTools(aws), file: app.path('app.yml') };
}

test('policy returns a document for a role, and warns about what the role cannot write', async () => {
  const { tools, said, file } = await createApp();
  const document = await policy(tools, [file], { for: 'ci-no-decrypt', account: ACCOUNT });
  expect(document.Statement.map(({ Sid }) => Sid)).toContain('SealedBlobs');
  expectReport('policy', JSON.stringify(document));
  expect(said.warnings.map(({ message }) => message)).toEqual([
    `${file}: without kms:Decrypt, sync cannot write token`,
  ]);
});

test('policy returns the policy of the file key', async () => {
  const { tools, file } = await createApp();
  const principal = `arn:aws:iam::${ACCOUNT}:role/deploy`;
  const options = { keyPolicy: true, account: ACCOUNT };
  const alone = await policy(tools, [file], options);
  expect(alone.Statement.map(({ Sid }) => Sid)).toEqual(['Account']);
  const shared = { ...options, for: 'ci', principals: [principal] } as const;
  const document = await policy(tools, [file], shared);
  expect(JSON.stringify(document)).toContain(principal);
  expectReport('policy', JSON.stringify(document));
});

test.each<[PolicyOptions, string]>([
  [{}, 'needs --for'],
  [{ for: 'ci', account: '12345' }, '--account 12345 is not an account id'],
  [{ for: 'ci', principals: ['x'] }, '--principal works only with --key-policy'],
  [{ keyPolicy: true, for: 'ci' }, 'give both --for and --principal or neither'],
  [{ keyPolicy: true, for: 'ci', principals: ['deploy'] }, '--principal deploy is not the ARN'],
])('policy refuses %j', async (options, why) => {
  const { tools, file } = await createApp();
  const error = await failureOf(() => policy(tools, [file], { account: ACCOUNT, ...options }));
  expect(error.code).toBe('usage');
  expect(error.message).toContain(why);
});
