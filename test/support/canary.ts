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
  expect(Buffer.byteLength(secret), 'the secret is long enough to be looked for').toBeGreaterThan(
    7,
  );
  expect(Object.keys(places), 'there is something to look through').not.toEqual([]);
  for (const [place, content] of Object.entries(places)) {
    // Do not quote the content: a failing test must not print secrets either.
    expect(shows(secret, content), `${place} shows the secret`).toBe(false);
  }
}

/** Whether `secret` is in `content`, in plaintext, base64 or hex. */
export function shows(secret: string | Buffer, content: string | Buffer): boolean {
  const bytes = Buffer.from(secret);
  const forms = [bytes, bytes.toString('hex'), ...base64Cores(bytes)];
  return forms.some((form) => Buffer.from(content).includes(form));
}

/** The base64 of the bytes at any position in a longer text. */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return whole.replace(/=+$/, '').slice(shift === 0 ? 0 : 4, -2);
  });
}
