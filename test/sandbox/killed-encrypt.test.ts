import { randomBytes } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { startCoffer } from '../support/child.ts';
import { CLI, run } from '../support/cli.ts';
import { createScene, type Scene } from '../support/scene.ts';

const aws = await useAws();
await aws.createKey(aws.fileKeyAlias);

const HUGE = '  - {name: huge, type: SecureString, file: huge}\n';

/** Kills an encrypt in the middle of a large file. */
async function killWhileSealing(signal: NodeJS.Signals): Promise<Scene> {
  const app = await createScene(aws, HUGE, { files: { huge: '' } });
  await truncate(app.path('huge'), 600_000_000);
  const child = startCoffer(['encrypt', 'app.yml'], { cwd: app.folder, env: aws.env });
  const isSealing = async () =>
    (await app.files()).some((file) => /^\.app\.coffer\/\.coffer-.*\.tmp$/.test(file));
  while (!(await isSealing().catch(() => false))) await sleep(5);
  child.kill(signal);
  expect((await child.finished).code).not.toBe(0);
  return app;
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s while sealing a large file leaves nothing behind',
  async (signal) => {
    const app = await killWhileSealing(signal);
    expect(await app.files()).toEqual(['app.yml', 'huge']);
  },
);

test('git ignores what SIGKILL leaves, and the next command removes it', async () => {
  const app = await killWhileSealing('SIGKILL');
  expect((await app.files()).filter((file) => file.startsWith('.app.coffer/'))).toHaveLength(3);
  const git = (...args: string[]) => run('git', args, { cwd: app.folder });
  await git('init', '-q');
  expect(String((await git('status', '--short', '-uall')).stdout)).toBe('?? app.yml\n?? huge\n');
  await app.succeed(['set', 'app.yml', 'huge'], { stdin: 'small' });
  const files = (await app.files()).filter((file) => !file.startsWith('.git/'));
  expect(files).toEqual(['app.yml', 'huge']);
});

const CAN_MOUNT =
  (await run('unshare', ['-m', 'true'], { cwd: '/' }).catch(() => ({ code: 1 }))).code === 0;

test.runIf(CAN_MOUNT)('writes a file in place if only the file is mounted', async () => {
  const app = await createScene(aws, '  - {name: big, type: SecureString, file: big}\n', {
    files: { big: randomBytes(70_000) },
  });
  await app.write('mounted', await app.read('app.yml'));
  const coffer = [process.execPath, CLI];
  const script = 'mount --bind mounted app.yml && "$@"';
  const { code, stderr } = await run(
    'unshare',
    ['-m', 'sh', '-c', script, 'sh', ...coffer, 'encrypt', 'app.yml'],
    { cwd: app.folder, env: { ...aws.env, HOME: app.folder } },
  );
  expect(stderr).toContain('app.yml: 1 encrypted');
  expect(code).toBe(0);
  expect(await app.text('mounted')).toContain('app.blobs/big-');
  expect((await app.files()).filter((file) => file.startsWith('.'))).toEqual([]);
});
