import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
const example = (name: string) =>
  fileURLToPath(new URL(`../../examples/app/${name}`, import.meta.url));
const ROLE = { ROLE_KEY_ID: 'ASIATEST', ROLE_SECRET_KEY: 'test', ROLE_SESSION_TOKEN: 'session' };

async function createApp() {
  const app = await createScene(aws, secret('token', 'open sesame'));
  await app.succeed(['encrypt', 'app.yml']);
  return app;
}

test('the deployment syncs with the credentials of a role, and the Lambda handler reads', async () => {
  const app = await createApp();
  const env = { ...aws.env, ...ROLE };
  const deployed = await run(process.execPath, [example('deploy.js'), 'app.yml'], {
    cwd: app.folder,
    env,
  });
  expect(deployed.stderr).toBe('');
  expect(deployed.stdout.toString()).toContain('1 written of 1\n');

  const call = `const { handler } = await import(${JSON.stringify(example('lambda.js'))});
    for (const authorization of ['Bearer open sesame', 'Bearer x']) {
      console.log((await handler({ headers: { authorization } })).statusCode);
    }`;
  const answered = await run(process.execPath, ['--input-type=module', '-e', call], {
    cwd: app.folder,
    env: { ...env, TOKEN_PARAMETER: `${app.prefix}token` },
  });
  expect(answered.stderr).toBe('');
  expect(answered.stdout.toString()).toBe('200\n401\n');
});

test('the server decrypts its secrets, shows none, and ends on SIGTERM', async () => {
  const app = await createApp();
  const server = spawn(process.execPath, [example('server.js'), 'app.yml'], {
    cwd: app.folder,
    env: { ...aws.env, PORT: '0', PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
  const port = /port (\d+)/.exec(line)?.[1];
  const answer = await fetch(`http://127.0.0.1:${port}/health`, {
    headers: { connection: 'close' },
  });
  expect(await answer.json()).toEqual({ ok: true, secrets: 1 });
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('the server ends with one clear line if the manifest is missing', async () => {
  const app = await createApp();
  const { code, stderr } = await run(process.execPath, [example('server.js'), 'no.yml'], {
    cwd: app.folder,
    env: { ...aws.env },
  });
  expect(code).toBe(1);
  expect(stderr).toContain('cannot read no.yml: file or folder not found');
});
