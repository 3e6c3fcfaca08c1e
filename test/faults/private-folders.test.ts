import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { startChaosProxy } from './chaos-proxy.ts';
import { Figures } from './figures.ts';
import { findLeftovers } from './invariants.ts';
import { launch } from './launch.ts';
import { createWorld } from './world.ts';

const FILE = 'app.yml';
const EDIT = { argv: ['edit', FILE], env: { EDITOR: 'true' } };

const aws = await useAws();

test(
  'the plaintext for an editor is removed at the end if it cannot be removed at first',
  { timeout: 60_000 },
  async () => {
    const world = await createWorld(aws, 1);
    const proxy = await startChaosProxy(aws.endpoint);
    const figures = new Figures();
    let isTold = false;
    try {
      await launch(world, { argv: ['encrypt', FILE] }, { proxy, figures });
      // Which operation is the removal, only the warning says.
      for (let at = 1; !isTold && at < 60; at++) {
        const trouble = { disk: { errno: 'EROFS', at, times: 1 } as const };
        const { stderr } = await launch(world, EDIT, { proxy, figures, trouble });
        isTold = stderr.includes('holds plaintext, and cannot be removed');
      }
      expect(isTold).toBe(true);
      expect(await findLeftovers(world, world.ledger.git.keys(), world)).toEqual([]);
    } finally {
      proxy.close();
      await world.close();
    }
  },
);
