import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/index.ts';
import { useAws } from '../support/aws.ts';
import { createScene, plain, secret } from '../support/scene.ts';

const aws = await useAws();

/** A call of each command that writes to a file of its caller's choice, and that file. */
const CALLS: Readonly<Record<string, (prefix: string) => string[]>> = {
  decrypt: () => ['app.yml', '--out-dir', 'plain'],
  export: () => ['app.yml', '--out-dir', 'plain'],
  get: (prefix) => [`${prefix}x`, '-o', 'plain'],
  import: (prefix) => [prefix, '-o', 'plain'],
  report: () => ['app.yml', '-o', 'plain'],
};

const WRITERS = COMMANDS.filter(({ flags }) =>
  flags.some(([names]) => /--output|--out-dir/.test(names)),
);

test.each(WRITERS.map(({ name }) => name))('%s names the file that it wrote', async (name) => {
  const app = await createScene(aws, secret('x', 'one') + plain('y', 'two'));
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['save', 'app.yml']);
  const args = [name, ...(CALLS[name]?.(app.prefix) ?? [])];
  const { stdout, stderr } = await app.succeed([...args]);
  expect(stdout).toHaveLength(0);
  expect(stderr).toContain('plain');
  expect(
    (await app.succeed([...args, '--quiet'].map((word) => word.replace('plain', 'other')))).stderr,
  ).toBe('');
});
