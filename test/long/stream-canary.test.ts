import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary } from '../support/canary.ts';
import { CLI, run } from '../support/cli.ts';
import { createPutScene, MIB, type PutScene } from '../support/put.ts';

const aws = await useAws();
const CANARY = createCanary();
const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** Plaintext of which every part shows the canary. */
const plaintextOf = (size: number) => Buffer.alloc(size, CANARY);

interface Written {
  /** Where to, as strace names a descriptor: `1<pipe:[7]>`, `19</tmp/file>`. */
  to: string;
  hasCanary: boolean;
}

/** Runs the command line and tells of all that it, and each of its threads, wrote. */
async function trace(
  app: PutScene,
  args: readonly string[],
  stdin?: Buffer,
): Promise<{ written: Written[]; stdout: Buffer }> {
  const calls = 'trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg';
  const { code, stdout, stderr } = await run(
    'strace',
    ['-f', '-y', '-s', '400', '-e', calls, '-o', 'trace', process.execPath, CLI, ...args],
    {
      cwd: app.folder,
      // What goes through io_uring is no system call that could be seen.
      env: { ...aws.env, HOME: app.folder, TMPDIR: app.folder, UV_USE_IO_URING: '0' },
      stdin,
    },
  );
  expect(code, stderr).toBe(0);
  const written = (await app.text('trace')).split('\n').map((line) => {
    const [, to = line] = /^\d+ +\w+\((\d+<[^>]*>)/.exec(line) ?? [];
    return { to, hasCanary: line.includes(CANARY) };
  });
  return { written, stdout };
}

const showing = (written: readonly Written[]) => [
  ...new Set(written.filter(({ hasCanary }) => hasCanary).map(({ to }) => to)),
];

/** In memory, and through the spool. */
const SIZES = [300_000, 66 * MIB];

describe.skipIf(!hasStrace)('the plaintext (needs strace)', () => {
  test.each([300_000, 20 * MIB])('of put, %i bytes, is written nowhere', async (size) => {
    const app = await createPutScene(aws);
    const { written } = await trace(app, ['put', ...app.target('data')], plaintextOf(size));
    expect(showing(written)).toEqual([]);
    expect(
      written.some(({ to }) => /<(TCP|socket):/.test(to)),
      'it was sent',
    ).toBe(true);
    const spooled = written.some(({ to }) => to.includes('.coffer-'));
    expect(spooled, 'the ciphertext was set down').toBe(size > MIB);
  });

  test.each(SIZES)('of get, %i bytes, goes only to stdout', async (size) => {
    const app = await createPutScene(aws);
    const { url } = await app.put('data', plaintextOf(size));
    const { written, stdout } = await trace(app, ['get', url]);
    expect(stdout).toHaveLength(size);
    const [to = '', ...others] = showing(written);
    expect(to).toMatch(/^1</);
    expect(others).toEqual([]);
  });

  test.each(SIZES)('of get -o, %i bytes, goes only to that file', async (size) => {
    const app = await createPutScene(aws);
    const { url } = await app.put('data', plaintextOf(size));
    const { written } = await trace(app, ['get', url, '-o', 'out']);
    expect((await app.read('out')).equals(plaintextOf(size))).toBe(true);
    const [to = '', ...others] = showing(written);
    // Under the name that it had before it was complete.
    expect(to).toMatch(new RegExp(`^\\d+<${app.folder}/\\.coffer-[0-9a-f-]+\\.tmp>$`));
    expect(others).toEqual([]);
  });
});
