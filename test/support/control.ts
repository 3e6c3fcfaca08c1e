import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { Faults } from '../../src/sandbox/faults.ts';
import { DEFAULTS, type Settings } from '../../src/sandbox/settings.ts';
import type { TestAws } from './aws.ts';

/** The sandbox's control interface: counts of calls, and faults to inject. */
export interface Control {
  /** Calls by operation (`kms:Decrypt`) while `work` ran. */
  callsOf: (work: () => Promise<unknown>) => Promise<Record<string, number>>;
  /** Calls by operation since the last reset. */
  calls: () => Promise<Record<string, number>>;
  forgetCalls: () => Promise<void>;
  /** Waits until this operation was called this often. */
  untilCalled: (operation: string, times?: number) => Promise<void>;
  /** Injects faults until the end of the test. */
  disturb: (settings: Partial<Settings>) => Promise<void>;
}

export function controlOf(aws: Pick<TestAws, 'endpoint'>): Control {
  const request = async (method: string, what: string, body?: string) => {
    const answer = await fetch(`${aws.endpoint}/_sandbox/${what}`, { method, body: body ?? null });
    if (!answer.ok) throw new Error(`${method} ${what}: ${await answer.text()}`);
    return answer;
  };
  const forgetCalls = async () => void (await request('DELETE', 'calls'));
  const calls = async () => {
    const answer = await request('GET', 'calls');
    return ((await answer.json()) as { calls: Record<string, number> }).calls;
  };
  return {
    async callsOf(work) {
      await forgetCalls();
      await work();
      return calls();
    },
    calls,
    forgetCalls,
    async untilCalled(operation, times = 1) {
      while (((await calls())[operation] ?? 0) < times) await sleep(10);
    },
    async disturb(settings) {
      onTestFinished(async () => void (await request('DELETE', 'faults')));
      await request('PUT', 'faults', JSON.stringify(settings));
    },
  };
}

/** Faults that lose the first answer to an operation, but not the second. */
export function losingOneAnswer(action: string): Partial<Settings> {
  const losses = { rules: [{ action, resetRate: 0.5 }] };
  const faults = new Faults();
  for (let seed = 1; ; seed += 1) {
    faults.apply({ ...DEFAULTS, ...losses, seed });
    const fates = [1, 2].map(() => faults.decide(action, undefined, 0));
    if (fates.join() === 'reset-after,serve') return { ...losses, seed };
  }
}
