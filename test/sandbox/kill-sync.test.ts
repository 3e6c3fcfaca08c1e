import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pointerOf } from '../../src/crypto/pointer.ts';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { byLength } from '../support/length.ts';
import { createScene, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';
import { expectClean } from './large.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
const WATCHER = fileURLToPath(new URL('../support/pointer-watcher.js', import.meta.url));
/** The number of writes before a kill: from the first to the last of a sync. */
const MOMENTS = byLength([1, 5, 9, 13, 17], [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
const BLOBS = ['a', 'b', 'c', 'd', 'e', 'f'];

const aws = await useAws();
const { calls, disturb } = controlOf(aws);
const stored = storedIn(aws);

interface Sightings {
  looked: number;
  missing: string[];
}

/** Two manifests for the same parameters, with different values. */
async function createApp(): Promise<Scene> {
  const parameters = [
    ...BLOBS.map((name) => `  - {name: blob-${name}, type: SecureString, file: ${name}.bin}\n`),
    ...BLOBS.map((name) => `  - {name: text-${name}, type: String, value: WHICH}\n`),
  ].join('');
  const app = await createScene(aws, parameters);
  const text = await app.text('app.yml');
  for (const which of ['one', 'two']) {
    for (const name of BLOBS) await app.write(`${name}.bin`, randomBytes(5000));
    await app.write(`${which}.yml`, text.replaceAll('WHICH', which));
    await app.succeed(['encrypt', `${which}.yml`]);
  }
  return app;
}

async function writesSoFar(): Promise<number> {
  const made = await calls();
  const ours = ['kms:ReEncrypt', 's3:PutObject', 'ssm:PutParameter'];
  return ours.reduce((sum, operation) => sum + (made[operation] ?? 0), 0);
}

/** Kills a sync after this many writes; returns whether it had not ended before. */
async function syncAndKill(app: Scene, manifest: string, writes: number): Promise<boolean> {
  const before = await writesSoFar();
  const child = spawn(
    process.execPath,
    [CLI, 'sync', manifest, '--yes', '--concurrency', '3', '--quiet'],
    { cwd: app.folder, env: { ...aws.env, HOME: app.folder }, stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  while (child.exitCode === null && (await writesSoFar()) - before < writes) {
    await sleep(5);
  }
  child.kill('SIGKILL');
  const [, signal] = (await ended) as [number | null, string | null];
  return signal === 'SIGKILL';
}

async function pointers(prefix: string): Promise<string[]> {
  const values = Object.values(await stored.values(prefix));
  return values.flatMap((value) => pointerOf({ type: 'String', value })?.key ?? []);
}

/** Starts a process that looks for pointers to missing objects. */
function watch(prefix: string): { stop: () => Promise<Sightings> } {
  const args = [WATCHER, aws.endpoint, aws.bucket, prefix];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const told: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => told.push(chunk));
  const ended = once(child, 'close');
  return {
    async stop() {
      child.stdin.end();
      await ended;
      return JSON.parse(Buffer.concat(told).toString()) as Sightings;
    },
  };
}

test(
  'killed at any moment, no pointer names a missing object, and the next run finishes',
  { timeout: 120_000 },
  async () => {
    const app = await createApp();
    await disturb({ latencyMs: 10 });
    let killed = 0;
    const watcher = watch(app.prefix);
    for (const [index, writes] of MOMENTS.entries()) {
      // Objects without a pointer must be published again.
      const named = await pointers(app.prefix);
      for (const key of await stored.objects(app.prefix)) {
        if (!named.includes(key)) await stored.removeObject(key);
      }
      const manifest = index % 2 === 0 ? 'one.yml' : 'two.yml';
      if (await syncAndKill(app, manifest, writes)) killed += 1;
    }
    expect(killed).toBeGreaterThan(MOMENTS.length / 2);
    const { looked, missing } = await watcher.stop();
    expect(missing).toEqual([]);
    expect(looked).toBeGreaterThan(MOMENTS.length);

    await disturb({});
    await app.write('app.yml', await app.text('one.yml'));
    await app.succeed(['sync', 'app.yml', '--yes']);
    await expectClean(app);
    for (const name of BLOBS) {
      const one = await app.succeed(['get', `${app.prefix}blob-${name}`]);
      const wanted = await app.succeed(['decrypt', 'app.yml', '--value', `blob-${name}`]);
      expect(one.stdout.equals(wanted.stdout)).toBe(true);
    }
  },
);
