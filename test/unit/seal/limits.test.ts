import { describe, expect, test } from 'vitest';
import { asText } from '../../../src/formats/text.ts';
import { ssmLimit } from '../../../src/seal/limits.ts';

test.each([
  [undefined, 4096],
  ['Standard', 4096],
  ['Advanced', 8192],
  ['Intelligent-Tiering', 8192],
] as const)('tier %s holds %i bytes', (tier, bytes) => {
  expect(ssmLimit({ tier })).toBe(bytes);
});

describe('text for SSM', () => {
  test.each(['x', 'grün', '🔑', 'a\nb\r\n\t', '\uFEFFwith a byte order mark'])('is %j', (text) => {
    expect(asText(Buffer.from(text))).toBe(text);
  });

  test.each([
    ['a NUL', Buffer.from('a\0b')],
    ['a byte that UTF-8 never has', Buffer.from([0x61, 0xff])],
    ['a cut character', Buffer.from('ü').subarray(0, 1)],
    ['an overlong form', Buffer.from([0xc0, 0xaf])],
    ['half of a surrogate pair', Buffer.from([0xed, 0xa0, 0x80])],
  ])('is undefined with %s', (_, bytes) => {
    expect(asText(bytes)).toBeUndefined();
  });
});
