import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { startChaosProxy } from './chaos-proxy.ts';
import { Figures } from './figures.ts';
import { findLeftovers } from './invariants.ts';
import { launch } from './launch.ts';
import { createWorld } from './world.ts';

const FILE = 'app.yml';

const aws = await useAws();

test('a signal in the last moments leaves nothing behind', { timeout: 60_000 }, async () => {
  const world = await createWorld(aws, 1);
  const proxy = await startChaosProxy(aws.endpoint);
  const rotate = { argv: ['rotate', FILE, '--all'] };
  try {
    const figures = new Figures();
    // Only a child's operations are counted, and only trouble takes one; this is too late to happen.
    const never = { errno: 'EIO', at: 1000, times: 1 } as const;
    const trouble = { disk: never };
    const { operations } = await launch(world, rotate, { proxy, figures, trouble });
    expect(operations).toBeGreaterThan(10);
    for (let at = operations - 4; at <= operations; at++) {
      const disk = { signal: 'SIGINT', when: 'before', at } as const;
      await launch(world, rotate, { proxy, figures, trouble: { disk } });
      expect(await findLeftovers(world, world.ledger.git.keys(), world), `operation ${at}`).toEqual(
        [],
      );
    }
  } finally {
    proxy.close();
    await world.close();
  }
});
