import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { KubeClient } from '../../../src/controller/kube/client.ts';
import { createElection } from '../../../src/controller/lease.ts';
import { createTestClock } from '../../support/kube/clock.ts';

test('stops working before the Lease runs out, even while the API server gives no answer', async () => {
  const clock = createTestClock();
  const happened: string[] = [];
  let isSilent = false;
  const request = () => (isSilent ? new Promise<never>(() => {}) : Promise.resolve({}));
  const election = createElection({
    client: { request } as unknown as KubeClient,
    clock,
    namespace: 'default',
    name: 'lease',
    identity: 'one',
    onGain: () => happened.push('gained'),
    onLose: () => happened.push('lost'),
    onFailure: (error) => happened.push(String(error)),
  });
  void election.run(new AbortController().signal);
  await turn();
  expect(happened).toEqual(['gained']);
  isSilent = true;
  for (let second = 0; second < 10; second += 1) {
    clock.advance(1000);
    await turn();
  }
  expect(happened).toEqual(['gained', 'lost']);
});
