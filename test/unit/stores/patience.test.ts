import { describe, expect, test } from 'vitest';
import { CofferError } from '../../../src/errors.ts';
import { createPatiently, persist } from '../../../src/stores/patience.ts';
import { failureOf } from '../../support/failure.ts';
import { createPatience, refusal } from './waits.ts';

/** Fails with each of `failures` in turn, then succeeds. */
function after(...failures: Error[]) {
  let calls = 0;
  return {
    calls: () => calls,
    work: () => {
      const failure = failures[calls++];
      return failure ? Promise.reject(failure) : Promise.resolve('done');
    },
  };
}

describe('persist', () => {
  test.each(['ThrottlingException', 'TooManyUpdates', 'SlowDown', 'InternalServerError'])(
    'tries again after %s, with growing pauses',
    async (name) => {
      const { work, calls } = after(refusal(name), refusal(name), refusal(name));
      const { patience, waits } = createPatience();
      expect(await persist(work, patience)).toBe('done');
      expect(calls()).toBe(4);
      expect(waits).toEqual(waits.toSorted((a, b) => a - b));
      expect(new Set(waits).size).toBe(3);
    },
  );

  test('gives up after its last attempt, with the last failure', async () => {
    const failures = Array.from({ length: 9 }, () => refusal('ThrottlingException'));
    const { work, calls } = after(...failures);
    const { patience } = createPatience(4);
    expect(await failureOf(() => persist(work, patience))).toBe(failures[3]);
    expect(calls()).toBe(4);
  });

  test('does not retry any other failure', async () => {
    for (const failure of [refusal('AccessDeniedException'), new CofferError('network', 'gone')]) {
      const { work, calls } = after(failure);
      const { patience, waits } = createPatience();
      expect(await failureOf(() => persist(work, patience))).toBe(failure);
      expect([calls(), waits]).toEqual([1, []]);
    }
  });

  test('never waits longer than a few seconds at a time', async () => {
    const { work } = after(...Array.from({ length: 20 }, () => refusal('Throttling')));
    const { patience, waits } = createPatience(30);
    await persist(work, patience);
    expect(Math.max(...waits)).toBeLessThanOrEqual(8_000);
  });
});

const exists = () => refusal('ParameterAlreadyExists');

describe('createPatiently', () => {
  test('waits for the half minute that SSM blocks a deleted name', async () => {
    const { work, calls } = after(...Array.from({ length: 10 }, exists));
    const { patience, waits } = createPatience();
    await createPatiently(work, () => Promise.resolve('absent'), patience);
    expect(calls()).toBe(11);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(30_000);
  });

  test('gives up some time after that', async () => {
    const { work } = after(...Array.from({ length: 100 }, exists));
    const { patience, waits } = createPatience();
    await failureOf(() => createPatiently(work, () => Promise.resolve('absent'), patience));
    const waited = waits.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThan(35_000);
    expect(waited).toBeLessThan(60_000);
  });

  test('fails at once if somebody else took the name', async () => {
    const failure = exists();
    const { work, calls } = after(failure);
    const { patience, waits } = createPatience();
    const found = await failureOf(() =>
      createPatiently(work, () => Promise.resolve('taken'), patience),
    );
    expect(found).toBe(failure);
    expect([calls(), waits]).toEqual([1, []]);
  });

  test('succeeds if the parameter already exists as desired', async () => {
    const { work, calls } = after(exists(), exists());
    await createPatiently(work, () => Promise.resolve('done'), createPatience().patience);
    expect(calls()).toBe(1);
  });

  test('does not look after any other failure', async () => {
    const failure = refusal('ThrottlingException');
    const { work } = after(failure);
    const { patience } = createPatience();
    const found = await failureOf(() =>
      createPatiently(work, () => Promise.reject(new Error('it looked')), patience),
    );
    expect(found).toBe(failure);
  });
});
