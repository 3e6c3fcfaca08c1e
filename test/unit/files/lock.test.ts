import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { Lock, readHolder, type Holder } from '../../../src/files/lock.ts';
import { thisProcess } from '../../../src/files/this-process.ts';
import { createWorkspace } from '../../support/workspace.ts';

const DEAD = spawnSync('true').pid;
const HOURS_AGO = new Date(Date.now() - 3_600_000);

let folder = '';
let path = '';

beforeEach(async () => {
  const workspace = await createWorkspace();
  folder = workspace.folder;
  path = workspace.path('lock');
});

async function take(timeoutMs = 0, onWait?: (holder: Holder) => void): Promise<Lock> {
  const lock = await Lock.take(path, { timeoutMs, prepare: () => {}, ...(onWait && { onWait }) });
  if (lock instanceof Lock) return lock;
  throw new Error(`it is held by ${lock.pid} on ${lock.host}`);
}

/** A lock as another process leaves it. */
async function leave(holder: Partial<Holder>, file = path): Promise<Holder> {
  const all = { ...thisProcess(), token: '0123456789ab', ...holder };
  await writeFile(file, `${JSON.stringify(all)}\n`);
  return all;
}

test('names its holder while it is held, and leaves no file', async () => {
  const lock = await take();
  expect(readHolder(path)).toEqual({ ...thisProcess(), token: lock.holder.token });
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a waiter hears once who holds it, and gets it when it is free', async () => {
  const lock = await take();
  const told: Holder[] = [];
  const waiting = take(60_000, (holder) => told.push(holder));
  while (told.length === 0) await sleep(1);
  await sleep(300);
  lock.release();
  (await waiting).release();
  expect(told).toEqual([lock.holder]);
});

test('a waiter that gives up learns who holds it', async () => {
  const lock = await take();
  const holder = await Lock.take(path, { timeoutMs: 20, prepare: () => {} });
  expect(holder).toEqual(lock.holder);
  lock.release();
});

test.each<[string, Partial<Holder>]>([
  ['ended', { pid: DEAD }],
  ['has given its number to another one', { started: '1' }],
])('takes over from a holder that %s', async (_, holder) => {
  await leave(holder);
  const lock = await take();
  expect(readHolder(path)?.token).toBe(lock.holder.token);
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('takes over from a holder that died during its own takeover', async () => {
  const { token } = await leave({ pid: DEAD });
  await leave({ pid: DEAD, token: 'ba9876543210' }, `${path}-${token}`);
  (await take()).release();
  expect(readdirSync(folder)).toEqual([]);
});

describe.each<[string, Partial<Holder>]>([
  ['on another host', { host: 'elsewhere' }],
  ['before the host was started again', { boot: 'earlier' }],
  ['in another container', { namespace: 'pid:[1]' }],
  ['whose start time is unknown', { started: '' }],
])('a holder %s', (_, holder) => {
  test('keeps the lock while it renews it', async () => {
    await leave({ pid: holder.started === '' ? process.pid : DEAD, ...holder });
    await expect(take(20)).rejects.toThrow('it is held by');
  });
  test('loses the lock if it has not renewed it for long', async () => {
    await leave(holder);
    await utimes(path, HOURS_AGO, HOURS_AGO);
    (await take()).release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('treats a damaged lock as one with an unknown holder', async () => {
  for (const text of ['', '{', '{"token":"../../x","pid":1}', '[]', 'null']) {
    await writeFile(path, text);
    await expect(take(20)).rejects.toThrow('it is held by');
    await utimes(path, HOURS_AGO, HOURS_AGO);
    (await take()).release();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test('gives the lock of a dead holder to one waiter at a time', async () => {
  await leave({ pid: DEAD });
  let holders = 0;
  const one = async () => {
    const lock = await take(60_000);
    expect((holders += 1)).toBe(1);
    await sleep(1);
    holders -= 1;
    lock.release();
  };
  await Promise.all(Array.from({ length: 20 }, one));
  expect(readdirSync(folder)).toEqual([]);
});

test('a holder that lost its lock does not remove the lock of its successor', async () => {
  const lock = await take();
  await leave({ token: 'ba9876543210' });
  lock.release();
  expect(readHolder(path)?.token).toBe('ba9876543210');
});
