import { onTestFinished } from 'vitest';
import type { Settings } from '../../src/sandbox/settings.ts';
import type { TestAws } from './aws.ts';

/** The sandbox's own door: how often it was called, and how it is to misbehave. */
export interface Control {
  /** Calls by operation (`kms:Decrypt`) while `work` ran. */
  callsOf: (work: () => Promise<unknown>) => Promise<Record<string, number>>;
  /** Misbehaves until the test has ended. */
  disturb: (settings: Partial<Settings>) => Promise<void>;
}

export function controlOf(aws: Pick<TestAws, 'endpoint'>): Control {
  const request = async (method: string, what: string, body?: string) => {
    const answer = await fetch(`${aws.endpoint}/_sandbox/${what}`, { method, body: body ?? null });
    if (!answer.ok) throw new Error(`${method} ${what}: ${await answer.text()}`);
    return answer;
  };
  return {
    async callsOf(work) {
      await request('DELETE', 'calls');
      await work();
      const answer = await request('GET', 'calls');
      return ((await answer.json()) as { calls: Record<string, number> }).calls;
    },
    async disturb(settings) {
      onTestFinished(async () => void (await request('DELETE', 'faults')));
      await request('PUT', 'faults', JSON.stringify(settings));
    },
  };
}
