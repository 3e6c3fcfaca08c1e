import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';

/** A secret that does not occur by chance. */
export function createCanary(): string {
  return `canary${randomBytes(12).toString('hex')}`;
}

/** Proves that `secret` is in none of `places`, in plaintext, base64 or hex. */
export function expectHidden(
  secret: string | Buffer,
  places: Readonly<Record<string, string | Buffer>>,
): void {
  const bytes = Buffer.from(secret);
  expect(bytes.length, 'the secret is long enough to be looked for').toBeGreaterThanOrEqual(8);
  const forms = [bytes, bytes.toString('hex'), ...base64Cores(bytes)];
  expect(Object.keys(places), 'there is something to look through').not.toEqual([]);
  for (const [place, content] of Object.entries(places)) {
    const found = forms.some((form) => Buffer.from(content).includes(form));
    // Do not quote the content: a failing test must not print secrets either.
    expect(found, `${place} shows the secret`).toBe(false);
  }
}

/** The base64 of the bytes at any position in a longer text. */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return whole.replace(/=+$/, '').slice(shift === 0 ? 0 : 4, -2);
  });
}
