import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { byLength } from '../support/length.ts';
import { createPutScene, MIB } from '../support/put.ts';

const aws = await useAws();
const control = controlOf(aws);

/** Sizes for one answer, and for ranges. */
describe.each(byLength([20 * MIB], [20 * MIB, 70 * MIB]))(
  'get of %i bytes',
  { timeout: 60_000 },
  (size) => {
    test('continues where a connection broke', async () => {
      const app = await createPutScene(aws);
      const data = randomBytes(size);
      const { url } = await app.put('data', data);
      const proxy = await startCuttingProxy(aws.endpoint, { bytes: 3 * MIB, times: 4 });
      const env = { AWS_ENDPOINT_URL: proxy.url };
      const { stdout, stderr } = await app.succeed(['get', url], { env });
      expect(proxy.cuts()).toBe(4);
      expect(stdout.equals(data)).toBe(true);
      expect(stderr).toBe('');
    });

    test('gives up in the end, with nothing on stdout and no file', async () => {
      const app = await createPutScene(aws);
      const { url } = await app.put('data', randomBytes(size));
      const proxy = await startCuttingProxy(aws.endpoint, { bytes: 3 * MIB, times: Infinity });
      const env = { AWS_ENDPOINT_URL: proxy.url };
      const before = await app.files();
      for (const flags of [[], ['-o', 'out']]) {
        const { code, stdout, stderr } = await app.coffer(['get', url, ...flags], { env });
        expect(code).toBe(1);
        expect(stdout).toHaveLength(0);
        expect(stderr).toMatch(/error: .*connection/);
        expect(stderr).toContain(url);
        expect(stderr.match(/error:/g)).toHaveLength(1);
      }
      expect(await app.files()).toEqual(before);
    });

    test.each(byLength([1], [1, 2, 3]))(
      'survives resets, errors and throttling (seed %i)',
      async (seed) => {
        const app = await createPutScene(aws);
        const data = randomBytes(size);
        const { url } = await app.put('data', data);
        await control.disturb({
          seed,
          rules: [
            { action: 's3:GetObject', resetRate: 0.2 },
            { action: '*', errorRate: 0.05 },
            { action: 's3:*', perSecond: 20 },
          ],
        });
        const { stdout } = await app.succeed(['get', url]);
        expect(stdout.equals(data)).toBe(true);
      },
    );
  },
);

test('reads an object above 64 MiB in ranges, each once if nothing fails', async () => {
  const app = await createPutScene(aws);
  const data = randomBytes(70 * MIB);
  const { url } = await app.put('data', data);
  const calls = await control.callsOf(() => app.succeed(['get', url]));
  // The first of nine ranges of 8 MiB tells the size.
  expect(calls).toEqual({ 's3:GetObject': 9, 'kms:Decrypt': 1 });
});
