import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { CLI, CODE_CACHE } from '../support/cli.ts';
import { controlOf } from '../support/control.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
const control = controlOf(aws);

/** Commands that wait, and a call to AWS that they make before. */
test.each([
  ['put -p data -b "$BUCKET" -k "$KEY" < <(sleep 30)', 'kms:GenerateDataKey'],
  ['exec app.yml -- sleep 30', 'kms:Decrypt'],
])('Ctrl-C ends a loop over coffer %s', async (call, action) => {
  const app = await createScene(aws, secret('token', 'value'));
  await app.succeed(['encrypt', 'app.yml']);
  await control.forgetCalls();
  const loop = `for i in 1 2; do "$NODE" "$CLI" ${call}; echo "went on after $?"; done`;
  // In a group of its own, as a terminal starts it.
  const shell = spawn('bash', ['-c', loop], {
    cwd: app.folder,
    detached: true,
    env: {
      ...aws.env,
      ...CODE_CACHE,
      PATH: process.env['PATH'],
      HOME: app.folder,
      NODE: process.execPath,
      CLI,
      BUCKET: aws.bucket,
      KEY: aws.kmskey,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  shell.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(shell, 'close');
  await control.untilCalled(action);
  await new Promise((resolve) => setTimeout(resolve, 200));
  process.kill(-(shell.pid ?? 0), 'SIGINT');
  expect(await ended).toEqual([null, 'SIGINT']);
  expect(said).toBe('');
});
