import { randomBytes } from 'node:crypto';
import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  openInline,
  parseInline,
  sealInline,
  type InlineValue,
} from '../../../src/crypto/inline.ts';
import { createCanary, expectHidden } from '../../support/canary.ts';
import { failureOf } from '../../support/failure.ts';
import { flipBit } from '../../support/flip.ts';

const DATA_KEY = randomBytes(32);
const BINDING = { fullName: '/app/token', type: 'SecureString' };

function parse(text: string): InlineValue {
  const value = parseInline(text);
  if (!value) throw new Error('this is no inline value');
  return value;
}

test('opens what it sealed, for any text', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 200 }), (plaintext) => {
      const text = sealInline(plaintext, '3f9c21ab', DATA_KEY, BINDING);
      expect(text).toMatch(/^ENC\[v1,3f9c21ab,[A-Za-z0-9+/]+=*\]$/);
      const value = parse(text);
      expect(value.keyId).toBe('3f9c21ab');
      expect(openInline(value, DATA_KEY, BINDING)).toBe(plaintext);
    }),
    { numRuns: 300 },
  );
});

test('gives a different ciphertext each time', () => {
  const seals = Array.from({ length: 100 }, () =>
    sealInline('same', '00000000', DATA_KEY, BINDING),
  );
  expect(new Set(seals).size).toBe(100);
});

describe('does not open', () => {
  const secret = createCanary();
  const value = parse(sealInline(secret, '00000000', DATA_KEY, BINDING));

  test.each([
    ['another name', { ...BINDING, fullName: '/app/tokem' }],
    ['another path', { ...BINDING, fullName: '/app2/token' }],
    ['another type', { ...BINDING, type: 'String' }],
    ['a type in other letter case', { ...BINDING, type: 'securestring' }],
    [
      'a name that only looks the same when joined',
      { fullName: '/app/token","SecureString', type: '' },
    ],
  ])('for %s', async (_, binding) => {
    const failure = await failureOf(() => openInline(value, DATA_KEY, binding));
    expect(failure.code).toBe('tampered');
    expectHidden(secret, { message: failure.message, hint: failure.hint ?? '' });
  });

  test('with another data key', async () => {
    const failure = await failureOf(() => openInline(value, flipBit(DATA_KEY, 31), BINDING));
    expect(failure.code).toBe('tampered');
  });

  test('with any byte of IV, ciphertext or tag flipped', async () => {
    for (let index = 0; index < value.sealed.length; index += 1) {
      const bad = { ...value, sealed: flipBit(value.sealed, index, index % 8) };
      const failure = await failureOf(() => openInline(bad, DATA_KEY, BINDING));
      expect(failure.code, `byte ${index}`).toBe('tampered');
    }
  });

  test('cut short by any number of bytes', async () => {
    for (let end = 28; end < value.sealed.length; end += 1) {
      const bad = { ...value, sealed: value.sealed.subarray(0, end) };
      expect((await failureOf(() => openInline(bad, DATA_KEY, BINDING))).code).toBe('tampered');
    }
  });
});

describe('is not an inline value:', () => {
  const base64 = randomBytes(40).toString('base64');
  test('but this is', () => expect(parseInline(`ENC[v1,0123abcd,${base64}]`)).toBeDefined());

  test.each([
    ['plain text', 'hello'],
    ['another version', `ENC[v2,0123abcd,${base64}]`],
    ['an upper-case key id', `ENC[v1,0123ABCD,${base64}]`],
    ['a short key id', `ENC[v1,0123abc,${base64}]`],
    ['something after it', `ENC[v1,0123abcd,${base64}] `],
    ['a line break after it', `ENC[v1,0123abcd,${base64}]\n`],
    ['something before it', ` ENC[v1,0123abcd,${base64}]`],
    ['base64 with a blank', `ENC[v1,0123abcd,${base64.slice(0, 8)} ${base64.slice(8)}]`],
    ['base64 without padding', `ENC[v1,0123abcd,${base64.replace(/=+$/, '')}]`],
    ['base64 of the URL kind', `ENC[v1,0123abcd,${Buffer.alloc(40, 0xff).toString('base64url')}]`],
    ['less than IV and tag', `ENC[v1,0123abcd,${randomBytes(27).toString('base64')}]`],
    ['nothing inside', 'ENC[v1,0123abcd,]'],
  ])('%s', (_, text) => expect(parseInline(text)).toBeUndefined());
});

test('refuses base64 with unused bits set', () => {
  const canonical = `ENC[v1,0123abcd,${Buffer.alloc(28).toString('base64')}]`;
  expect(parseInline(canonical)).toBeDefined();
  expect(parseInline(canonical.replace('A==', 'B=='))).toBeUndefined();
});
