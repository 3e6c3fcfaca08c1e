import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { startCoffer } from '../support/child.ts';
import { byLength } from '../support/length.ts';
import { createPutScene, MIB } from '../support/put.ts';

const aws = await useAws();
/** As shells have it. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** A large object, for all signals. */
let published: Promise<{ url: string }> | undefined;

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s during get -o leaves no plaintext, and the old file',
  async (signal) => {
    const app = await createPutScene(aws);
    const { url } = await (published ??= app.put('data', Buffer.alloc(byLength(80, 150) * MIB)));
    await app.write('out', 'what was there');
    const before = await app.files();
    const codes: (number | null)[] = [];
    // A fast machine may finish before the signal.
    while (codes.at(-1) !== CODES[signal] && codes.length < 5) {
      await app.write('out', 'what was there');
      const child = startCoffer(['get', url, '-o', 'out'], { cwd: app.folder, env: aws.env });
      while ((await app.files()).every((file) => !file.startsWith('.coffer-'))) await sleep(1);
      child.kill(signal);
      const { code, stderr } = await child.finished;
      expect(stderr).not.toMatch(/^ {4}at /m);
      codes.push(code);
    }
    expect(codes.at(-1)).toBe(CODES[signal]);
    expect(await app.files()).toEqual(before);
    expect(await app.text('out')).toBe('what was there');
  },
  60_000,
);
