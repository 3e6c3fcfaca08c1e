import { truncate, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { MIB } from '../support/put.ts';
import { createScene } from '../support/scene.ts';

const aws = await useAws();
const SIZE = 256 * MIB;
/** Holding the file in memory would break it; Node alone takes some 60 MiB. */
const BOUND = 200 * MIB;

/**
 * Has a Node process say at its end how much memory it had at most. The maxRSS of its resource
 * usage would not do: that one begins with the memory of the process that started it.
 */
const TELLS_MEMORY = `--import=data:text/javascript,${encodeURIComponent(`
  import { readFileSync } from 'node:fs';
  process.on('exit', () => process.stderr.write(readFileSync('/proc/self/status', 'utf8')));
`)}`;

test.skipIf(process.platform !== 'linux')(
  'a file of 256 MiB goes to S3 and comes back in bounded memory',
  async () => {
    const app = await createScene(
      aws,
      '  - {name: large, type: SecureString, file: large, store: s3}\n',
    );
    await writeFile(app.path('large'), 'begin');
    await truncate(app.path('large'), SIZE);
    const name = `${app.prefix}large`;
    const peaks: Record<string, number> = {};
    for (const args of [
      ['encrypt', 'app.yml'],
      ['save', 'app.yml'],
      ['get', name, '-o', 'back'],
    ]) {
      const env = { NODE_OPTIONS: TELLS_MEMORY };
      const { code, stderr } = await app.start(args, { env });
      expect(code, stderr).toBe(0);
      const [, kibibytes] = /VmHWM:\s*(\d+) kB/.exec(stderr) ?? [];
      peaks[args[0] ?? ''] = Number(kibibytes) * 1024;
    }
    for (const [command, peak] of Object.entries(peaks)) {
      expect(peak, command).toBeGreaterThan(20 * MIB);
      expect(peak, command).toBeLessThan(BOUND);
    }
    const [before, back] = [await app.read('large'), await app.read('back')];
    expect(back.equals(before)).toBe(true);
  },
  120_000,
);
