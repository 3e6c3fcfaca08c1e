import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { awsFiles } from '../support/aws-files.ts';
import { startServer } from '../support/bad-server.ts';
import { createSafe } from '../support/recovery.ts';
import { createScene, secret, type Scene } from '../support/scene.ts';

const aws = await useAws();
const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_EC2_METADATA_DISABLED'] as const;
const NOTHING = Object.fromEntries(KEYS.map((name) => [name, undefined]));

async function createDrill(): Promise<Scene> {
  const app = await createScene(aws, secret('token', 'from the safe'));
  const { recipient } = await createSafe(app);
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['recovery', 'add', 'app.yml', recipient, '--yes']);
  return app;
}

describe('without AWS credentials, the identity of the safe opens a manifest', () => {
  const off = { ...NOTHING, AWS_EC2_METADATA_DISABLED: 'true' };
  const calls = [
    ['decrypt', 'app.yml', '--value', 'token', '--identity', 'safe.txt'],
    ['export', 'app.yml', '--format', 'dotenv', '--identity', 'safe.txt'],
    ['exec', 'app.yml', '--identity', 'safe.txt', '--', 'sh', '-c', 'printf %s "$TOKEN"'],
    ['edit', 'app.yml', '--identity', 'safe.txt'],
  ];

  test('with decrypt, export, exec and edit', async () => {
    const app = await createDrill();
    for (const call of calls) {
      const { stdout, stderr } = await app.succeed(call, { env: { ...off, EDITOR: 'cat' } });
      // The editor writes to the terminal, which is standard error here.
      expect(`${stdout.toString()}${stderr}`).toContain('from the safe');
      expect(stderr).toContain('app.yml: the file key cannot be used, so recovery opened it');
    }
  });

  test('whether the metadata of the instance is turned off, refuses or does not answer', async () => {
    const app = await createDrill();
    const call = ['decrypt', 'app.yml', '--value', 'token', '--identity', 'safe.txt'];
    const { url } = await startServer((_, response) => response.writeHead(403).end());
    for (const metadata of [
      off,
      { ...NOTHING, AWS_EC2_METADATA_SERVICE_ENDPOINT: url },
      { ...NOTHING, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' },
    ]) {
      const env = { ...metadata, AWS_ENDPOINT_URL: undefined };
      expect((await app.succeed(call, { env })).stdout.toString()).toBe('from the safe');
    }
  });

  test('and without it, the error says how to sign in, and names the identity', async () => {
    const app = await createDrill();
    const { code, stderr } = await app.coffer(['decrypt', 'app.yml'], { env: off });
    expect(code).toBe(1);
    expect(stderr).toMatch(/hint: sign in .*; its age recipients can open it: add --identity FILE/);
  });

  test.each([
    ['sync', ['sync', 'app.yml', '--yes', '--use-recovery', '--identity', 'safe.txt']],
    ['recovery restore', ['recovery', 'restore', 'app.yml', '--yes', '--identity', 'safe.txt']],
  ])('but %s needs credentials, and says that alone', async (_, call) => {
    const app = await createDrill();
    const { code, stderr } = await app.coffer(call, { env: off });
    expect(code).toBe(1);
    expect(stderr).toMatch(/there are no AWS credentials: .*\n {2}hint: sign in .*--profile\n$/);
  });
});

test('whoever has credentials that fail gets nothing from the safe', async () => {
  const app = await createDrill();
  const files = await awsFiles(`[profile sso]
sso_session = main
sso_account_id = 111122223333
sso_role_name = dev
[sso-session main]
sso_region = us-east-1
sso_start_url = https://example.invalid/start
`);
  const sources = [
    { ...files, AWS_PROFILE: 'sso' },
    { AWS_PROFILE: 'nobody' },
    { AWS_ACCESS_KEY_ID: 'AKIATEST' },
  ];
  for (const source of sources) {
    const { code, stdout, stderr } = await app.coffer(
      ['decrypt', 'app.yml', '--value', 'token', '--identity', 'safe.txt'],
      { env: { ...NOTHING, ...source } },
    );
    expect([code, stdout.toString()], stderr).toEqual([1, '']);
  }
});
