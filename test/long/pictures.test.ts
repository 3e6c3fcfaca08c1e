import { expect, test } from 'vitest';
import { run } from '../support/cli.ts';

// They come from a terminal of Linux.
test.runIf(process.platform === 'linux')(
  'the pictures of the docs show what the commands print now',
  { timeout: 120_000 },
  async () => {
    const { code, stderr } = await run(process.execPath, ['docs/make/pictures/run.js', '--check'], {
      cwd: process.cwd(),
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
  },
);
