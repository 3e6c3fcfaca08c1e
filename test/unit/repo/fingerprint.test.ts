import { createHash } from 'node:crypto';
import { array, assert, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { Fingerprinter, fingerprintOf } from '../../../src/repo/check/fingerprint.ts';
import { lfsPointer } from '../../support/repository.ts';

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

test('the fingerprint of a content does not depend on its chunks', () => {
  assert(
    property(array(uint8Array({ maxLength: 700 }), { maxLength: 6 }), (pieces) => {
      const fingerprinter = new Fingerprinter();
      for (const piece of pieces) fingerprinter.update(Buffer.from(piece));
      const whole = Buffer.concat(pieces);
      expect(fingerprinter.finish()).toEqual({
        sha256: sha256(whole),
        size: whole.length,
        content: whole,
        stub: undefined,
      });
    }),
  );
});

test('a Git LFS pointer has the fingerprint of its target, for any chunks', () => {
  const pointer = Buffer.from(lfsPointer('the content'));
  const stub = { of: 'Git LFS', mend: 'git lfs pull' };
  const expected = { sha256: sha256('the content'), size: 11, stub };
  for (let cut = 0; cut <= pointer.length; cut++) {
    const fingerprinter = new Fingerprinter();
    fingerprinter.update(pointer.subarray(0, cut));
    fingerprinter.update(pointer.subarray(cut));
    expect(fingerprinter.finish()).toEqual(expected);
  }
  const extended = lfsPointer('the content').replace('oid', 'ext-0-x sha256:00\noid');
  expect(fingerprintOf(Buffer.from(extended))).toEqual(expected);
});

test.each<[string, (pointer: string) => string]>([
  ['is longer than one may be', (pointer) => pointer + 'x'.repeat(1024)],
  ['has text before it', (pointer) => ` ${pointer}`],
  ['is of another version', (pointer) => pointer.replace('v1', 'v2')],
  ['has a short oid', (pointer) => pointer.replace(/:[0-9a-f]/, ':')],
])('is not a pointer: what %s', (_, change) => {
  const bytes = Buffer.from(change(lfsPointer('x')));
  expect(fingerprintOf(bytes)).toMatchObject({ sha256: sha256(bytes), size: bytes.length });
});
