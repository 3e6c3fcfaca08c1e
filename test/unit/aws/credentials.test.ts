import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { credentialsOf, sourceOf } from '../../../src/aws/credentials.ts';
import { isOutOfUse } from '../../../src/aws/errors.ts';
import { createAws } from '../../../src/aws/index.ts';
import { prepare, type Session } from '../../../src/aws/session.ts';
import type { CofferError } from '../../../src/errors.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.ts';
import { awsFiles } from '../../support/aws-files.ts';
import { startServer } from '../../support/bad-server.ts';
import { failureOf } from '../../support/failure.ts';

const SECRET = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12';

const CONFIG = `
[profile keys]
aws_access_key_id = AKIAKEYS
aws_secret_access_key = x
[profile mfa]
role_arn = arn:aws:iam::444455556666:role/team/ops
source_profile = keys
mfa_serial = arn:aws:iam::111122223333:mfa/me
[profile chain]
role_arn = arn:aws:iam::777788889999:role/last
source_profile = mfa
[profile fails]
credential_process = echo "broker says no, token=${SECRET} ${SECRET}" >&2; exit 3
[profile silent]
credential_process = exit 4
[profile absent]
credential_process = /nonexistent/helper --password ${SECRET}
[profile garbled]
credential_process = echo ${SECRET}
[profile list]
credential_process = echo 7
[profile version]
credential_process = echo '{"Version": 2}'
[profile lacking]
credential_process = echo '{"Version": 1, "AccessKeyId": "A"}'
[profile late]
credential_process = echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"${SECRET}","Expiration":"2020-01-01T00:00:00Z"}'
[profile works]
credential_process = echo "{\\"Version\\":1,\\"AccessKeyId\\":\\"$KEY\\",\\"SecretAccessKey\\":\\"s\\",\\"SessionToken\\":\\"t\\"}"
[profile sso]
sso_session = main
sso_account_id = 111122223333
sso_role_name = dev
[profile dangling]
sso_session = gone
sso_account_id = 111122223333
sso_role_name = dev
[profile partial]
sso_session = main
[profile login]
login_session = arn:aws:iam::111122223333:user/me
[profile web]
role_arn = arn:aws:iam::111122223333:role/web
web_identity_token_file = /nonexistent/token
[sso-session main]
sso_region = us-east-1
sso_start_url = https://example.invalid/start
`;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

async function sessionOf(
  variables: Record<string, string>,
  more: Partial<Session> = {},
): Promise<Session> {
  const files = await awsFiles(CONFIG);
  const environment = {
    ...files,
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
    ...variables,
  };
  return prepare({ environment, concurrency: 1, ...more });
}

async function failureWith(
  profile: string,
  variables: Record<string, string> = {},
): Promise<CofferError> {
  const session = await sessionOf(variables, { profile });
  const error = await failureOf(async () => credentialsOf(session)());
  expect(`${error.message} ${error.hint}`).not.toContain(SECRET);
  // Recovery is not for those who can sign in.
  expect(isOutOfUse(error)).toBe(false);
  return error;
}

/** Looks for the credentials of a person who signed in until then. */
async function withToken(expiresAt: string, variables: Record<string, string> = {}) {
  const session = await sessionOf(variables, { profile: 'sso' });
  const home = session.environment?.['HOME'] ?? '';
  const cache = join(home, '.aws', 'sso', 'cache');
  await mkdir(cache, { recursive: true });
  const file = `${createHash('sha1').update('main').digest('hex')}.json`;
  await writeFile(join(cache, file), JSON.stringify({ accessToken: SECRET, expiresAt }));
  vi.stubEnv('HOME', home);
  onTestFinished(() => void vi.unstubAllEnvs());
  return credentialsOf(session)();
}

describe('names why a profile has no credentials:', () => {
  test.each([
    ['mfa', /code of the MFA device arn:aws:iam::111122223333:mfa\/me.*cannot ask/, /terminal/],
    [
      'fails',
      /process of the AWS profile fails failed \(exit code 3\): broker says no/,
      /run that/,
    ],
    ['silent', /silent failed \(exit code 4\)$/, /run that/],
    ['absent', /absent failed \(exit code 127\): .*not found/, /run that/],
    ['garbled', /printed no JSON object/, /run that/],
    ['list', /printed no JSON object/, /run that/],
    ['version', /another Version than 1/, /run that/],
    ['lacking', /no AccessKeyId and SecretAccessKey/, /run that/],
    ['late', /credentials that have expired/, /run that/],
    ['sso', /there is no SSO session of the AWS profile sso/, /aws sso login --profile sso/],
    ['dangling', /sso-session gone, which does not exist/, /\[sso-session gone\]/],
    ['partial', /partial lacks sso_account_id, sso_role_name/, /aws configure sso/],
    ['login', /no session of aws login of the AWS profile login/, /aws login --profile login/],
    [
      'web',
      /token: cannot read \/nonexistent\/token: file .* not found/,
      /AWS_WEB_IDENTITY_TOKEN_FILE/,
    ],
  ])('%s', async (profile, message, hint) => {
    const error = await failureWith(profile);
    expect(error.code).toBe('credentials');
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  test('a web identity token that is a pipe without a writer', async () => {
    const files = await awsFiles('');
    const pipe = join(files['HOME'] ?? '', 'pipe');
    execFileSync('mkfifo', [pipe]);
    const token = {
      AWS_WEB_IDENTITY_TOKEN_FILE: pipe,
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/web',
    };
    const session = await prepare({ environment: { ...files, ...token }, concurrency: 1 });
    const { code, message } = await failureOf(() => credentialsOf(session)());
    expect(code).toBe('credentials');
    expect(message).toContain(`cannot read ${pipe}: it is not a regular file`);
  });

  test('an SSO session that has ended', async () => {
    const error = await failureOf(() => withToken('2020-01-01T00:00:00Z'));
    expect(error.message).toMatch(/the SSO session of the AWS profile sso has expired/);
    expect(isOutOfUse(error)).toBe(false);
    expect(error.hint).toContain('aws sso login --profile sso');
  });

  test('an SSO service that cannot be reached, with its proxy', async () => {
    const proxy = { HTTPS_PROXY: 'http://me:canary@127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' };
    const error = await failureOf(() => withToken('2100-01-01T00:00:00Z', proxy));
    expect(error.code).toBe('network');
    expect(error.message).toBe(
      'sso:GetRoleCredentials for the profile sso: cannot reach portal.sso.us-east-1.amazonaws.com through the proxy http://127.0.0.1:1 (ECONNREFUSED)',
    );
  });

  test.each([
    ['an answer without credentials', 200, /no credentials in its answer|status 200/],
    ['a refusal', 403, /answers with status 403/],
  ])("a container's service with %s", async (_, status, message) => {
    const server = await startServer((__, response) => response.writeHead(status).end('{}'));
    const address = `${server.url}/${SECRET}`;
    const session = await sessionOf({ AWS_CONTAINER_CREDENTIALS_FULL_URI: address });
    const error = await failureOf(async () => credentialsOf(session)());
    expect(error.message).toContain(`the container's service for credentials at ${server.host}`);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain(SECRET);
    expect(isOutOfUse(error)).toBe(false);
  });

  test('nothing at all', async () => {
    const session = await sessionOf({});
    const error = await failureOf(async () => credentialsOf(session)());
    expect(error.message).toMatch(/^there are no AWS credentials: .*AWS_EC2_METADATA_DISABLED/);
    expect(isOutOfUse(error)).toBe(true);
  });
});

describe('finds', () => {
  test('what credential_process prints, in the environment of the run', async () => {
    const session = await sessionOf({ KEY: 'AKIAPROCESS' }, { profile: 'works' });
    expect(await credentialsOf(session)()).toMatchObject({
      accessKeyId: 'AKIAPROCESS',
      sessionToken: 't',
    });
  });

  test('a role, with the code of an MFA device, asked for once', async () => {
    const asked: string[] = [];
    const askCode = (device: string) => Promise.resolve(String(100_000 + asked.push(device)));
    const session = await sessionOf({}, { profile: 'chain', askCode });
    const found = credentialsOf(session);
    const [first, second] = await Promise.all([found(), found()]);
    expect(first).toBe(second);
    expect(first.accessKeyId).toMatch(/^ASIA/);
    expect(asked).toEqual(['arn:aws:iam::111122223333:mfa/me']);
  });

  test.each([
    ['12345', 'has six digits'],
    ['000000', 'MultiFactorAuthentication failed'],
  ])('no role with the code %s', async (code, message) => {
    const session = await sessionOf({}, { profile: 'mfa', askCode: () => Promise.resolve(code) });
    const error = await failureOf(async () => credentialsOf(session)());
    expect(error.message).toContain(message);
  });

  test('the role of the session, on top of any source', async () => {
    const credentials = { accessKeyId: 'AKIAPROGRAM', secretAccessKey: 's' };
    const role = 'arn:aws:iam::444455556666:role/ci';
    const session = await sessionOf({}, { credentials, role });
    expect(sourceOf(session)).toEqual({ kind: 'caller' });
    expect((await credentialsOf(session)()).accessKeyId).toMatch(/^ASIA/);
  });
});

test.each(['deploy', 'arn:aws:iam::1:role/x', 'arn:aws:iam::444455556666:user/me'])(
  'the role %s is refused before any call',
  async (role) => {
    const session = await sessionOf({}, { profile: 'keys', role });
    const error = await failureOf(async () => credentialsOf(session)());
    expect(error.message).toBe(`"${role}" is not the ARN of an IAM role`);
  },
);

describe("the SDK's warnings do not reach stderr:", () => {
  test.each([
    [
      'a profile and keys',
      { AWS_PROFILE: 'keys', AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's' },
    ],
    [
      'two addresses and two tokens of a container',
      {
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/none',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/',
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'a',
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/nonexistent',
      },
    ],
  ])('%s', async (_, variables) => {
    const spies = [vi.spyOn(console, 'warn'), vi.spyOn(process, 'emitWarning')];
    onTestFinished(() => spies.forEach((spy) => spy.mockRestore()));
    const session = await sessionOf(variables);
    await Promise.resolve()
      .then(() => credentialsOf(session)())
      .catch(() => {});
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });
});

test('a refused key says where it comes from', async () => {
  const server = await startServer((_, response) => {
    response.statusCode = 400;
    response.end(JSON.stringify({ __type: 'UnrecognizedClientException', message: 'no' }));
  });
  const { environment } = await sessionOf({ AWS_ENDPOINT_URL: server.url });
  const aws = createAws({ environment, profile: 'keys', concurrency: 1 });
  const error = await failureOf(async () => (await aws.keys('us-east-1')).describe('alias/a'));
  expect(error.code).toBe('credentials');
  expect(error.hint).toContain('the keys of the profile keys');
});
