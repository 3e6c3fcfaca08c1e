import { expect } from 'vitest';
import { expectHidden } from './canary.ts';
import type { Outcome } from './cli.ts';
import type { Scene } from './scene.ts';

/** How a call must fail. */
export interface Refusal {
  code: number;
  says: RegExp;
  /** What must not appear. */
  secret: string;
  env?: Record<string, string | undefined> | undefined;
}

/** One clear error, without a stack trace or a secret. */
function expectOneError(
  { code, stdout, stderr }: Outcome,
  { code: wanted, says, secret }: Refusal,
): void {
  expect(stderr).toMatch(says);
  expect(stderr.match(/\berror:/g), stderr).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain('node:internal');
  expect(code).toBe(wanted);
  expect(stdout).toHaveLength(0);
  expectHidden(secret, { stderr });
}

/** Runs a call that must fail, and proves that it changed no file. */
export async function expectRefusal(
  app: Scene,
  args: readonly string[],
  expected: Refusal,
): Promise<void> {
  const files = await app.files();
  const before = await Promise.all(files.map((file) => app.read(file)));
  const outcome = await app.coffer(args, { env: expected.env ?? {} });
  expectOneError(outcome, expected);
  expect(await app.files()).toEqual(files);
  for (const [i, file] of files.entries()) {
    expect((await app.read(file)).equals(before[i] ?? Buffer.alloc(0)), file).toBe(true);
  }
}
