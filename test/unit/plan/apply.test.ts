import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { CofferError } from '../../../src/errors.ts';
import { applyAll, joinApplied } from '../../../src/plan/apply.ts';
import type { Task } from '../../../src/stores/port.ts';
import { failureOf } from '../../support/failure.ts';
import { createPatience } from '../stores/waits.ts';

const names = (count: number) => Array.from({ length: count }, (_, i) => `p${i}`);

function failing(code: 'aws' | 'network' | 'credentials', name = ''): () => Promise<void> {
  const cause = Object.assign(new Error('no'), { name });
  return () => Promise.reject(new CofferError(code, 'no', { cause }));
}

test('does all tasks, and reports its progress', async () => {
  const seen: string[] = [];
  const tasks = names(5).map((name): Task => ({
    name,
    run: async () => void seen.push(name),
  }));
  const told: [number, number][] = [];
  const { patience } = createPatience();
  const onProgress = (done: number, total: number) => void told.push([done, total]);
  const applied = await applyAll(tasks, { concurrency: 1, patience, onProgress });
  expect(applied).toEqual({ done: names(5), failed: [], left: [] });
  expect(seen).toEqual(names(5));
  expect(told).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5]));
});

test('runs no more tasks at once than its limit', async () => {
  let underWay = 0;
  let most = 0;
  const tasks = names(20).map((name): Task => ({
    name,
    async run() {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
    },
  }));
  await applyAll(tasks, { concurrency: 3, patience: createPatience().patience });
  expect(most).toBe(3);
});

test('a failure does not stop the others', async () => {
  const tasks = names(6).map((name, i): Task => ({
    name,
    run: i % 2 === 0 ? failing('aws') : () => Promise.resolve(),
  }));
  const { patience } = createPatience();
  const { done, failed, left } = await applyAll(tasks, { concurrency: 2, patience });
  expect(done).toEqual(['p1', 'p3', 'p5']);
  expect(failed.map(({ name, error }) => [name, error.code])).toEqual([
    ['p0', 'aws'],
    ['p2', 'aws'],
    ['p4', 'aws'],
  ]);
  expect(left).toEqual([]);
});

test('after an abort it starts nothing new, and finishes running tasks', async () => {
  const controller = new AbortController();
  const begun: string[] = [];
  const tasks = names(10).map((name): Task => ({
    name,
    async run() {
      begun.push(name);
      if (begun.length === 3) controller.abort();
      else await once(controller.signal, 'abort');
    },
  }));
  const { patience } = createPatience();
  const applied = await applyAll(tasks, { concurrency: 3, patience, signal: controller.signal });
  expect(begun).toEqual(['p0', 'p1', 'p2']);
  expect(applied).toMatchObject({ failed: [], left: names(10).slice(3) });
  expect(applied.done.toSorted()).toEqual(begun);
});

describe('a lost network, or an AWS that stays busy,', () => {
  test.each([
    ['network', ''],
    ['credentials', ''],
    ['aws', 'ThrottlingException'],
    ['aws', 'ServiceUnavailable'],
  ] as const)('(%s %s) ends the run soon', async (code, cause) => {
    const tasks = names(50).map((name): Task => ({ name, run: failing(code, cause) }));
    const { patience } = createPatience();
    const { done, failed, left } = await applyAll(tasks, { concurrency: 2, patience });
    expect(done).toEqual([]);
    expect(failed.length).toBeLessThanOrEqual(4);
    expect(failed.length + left.length).toBe(50);
  });

  test('does not end the run if it comes back', async () => {
    const tasks = names(30).map((name, i): Task => ({
      name,
      run: i % 3 === 0 ? () => Promise.resolve() : failing('network'),
    }));
    const { patience } = createPatience();
    const { done, left } = await applyAll(tasks, { concurrency: 1, patience });
    expect(done).toHaveLength(10);
    expect(left).toEqual([]);
  });
});

test('does not report a bug as a failure of AWS', async () => {
  const task = { name: 'x', run: () => Promise.reject(new TypeError('a bug')) };
  const { patience } = createPatience();
  const work = applyAll([task], { concurrency: 1, patience });
  await expect(work).rejects.toThrow(TypeError);
});

test('adds up two runs', async () => {
  const error = await failureOf(failing('aws'));
  const a = { done: ['1'], failed: [{ name: '2', error }], left: ['3'] };
  const b = { done: ['4'], failed: [], left: ['5'] };
  expect(joinApplied(a, b)).toEqual({ done: ['1', '4'], failed: a.failed, left: ['3', '5'] });
});

test('stops after the first task that AWS does not answer', async () => {
  const cause = Object.assign(new Error('no answer'), { limit: 'answer' });
  const tasks = names(9).map((name): Task => ({
    name,
    run: () => Promise.reject(new CofferError('network', 'no answer', { cause })),
  }));
  const applied = await applyAll(tasks, { concurrency: 1, patience: createPatience().patience });
  expect(applied.failed.map(({ name }) => name)).toEqual(['p0']);
  expect(applied.left).toEqual(names(9).slice(1));
});
