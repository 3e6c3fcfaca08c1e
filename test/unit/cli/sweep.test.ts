import { expect, test } from 'vitest';
import { Sweeper } from '../../../src/cli/terminal/sweep.ts';

const MIB = 1024 * 1024;

const held = () => process.memoryUsage().arrayBuffers;

function leave(mebibytes: number): void {
  for (let i = 0; i < mebibytes; i++) Buffer.alloc(MIB);
}

test('takes back the memory of chunks that have passed by', async () => {
  const sweeper = new Sweeper();
  leave(24);
  const before = held();
  sweeper.pass(8 * MIB);
  // V8 frees it on another thread.
  await expect.poll(held).toBeLessThan(before - 20 * MIB);
});

test('counts what each progress reports, once', async () => {
  const told: unknown[] = [];
  const sweeper = new Sweeper();
  const progress = sweeper.follow({
    update: (...at) => told.push(at),
    end: () => told.push('end'),
  });
  leave(24);
  const before = held();
  for (const done of [3, 5, 7, 9]) progress.update(done * MIB, 9 * MIB);
  await expect.poll(held).toBeLessThan(before - 20 * MIB);
  progress.end();
  expect(told).toEqual([...[3, 5, 7, 9].map((done) => [done * MIB, 9 * MIB]), 'end']);
});
