import { createCipheriv, randomBytes } from 'node:crypto';
import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  inlineBindingOf,
  openInline,
  parseInline,
  sealInline,
  sizesOfInline,
  type InlineValue,
} from '../../../src/crypto/inline.ts';
import { pad } from '../../../src/crypto/padding.ts';
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
    property(string({ unit: 'grapheme', maxLength: 600 }), (plaintext) => {
      const text = sealInline(plaintext, '3f9c21ab', DATA_KEY, BINDING);
      expect(text).toMatch(/^ENC\[v1,3f9c21ab,[0-9a-f]{8},[A-Za-z0-9+/]+=*\]$/);
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

const sizeOf = (text: string) => sealInline(text, '00000000', DATA_KEY, BINDING).length;

/** What the key's holder could write by other means than coffer. */
function sealRaw(padded: Buffer, binding = inlineBindingOf(BINDING)): InlineValue {
  const iv = randomBytes(12);
  const aad = Buffer.from(JSON.stringify(['coffer/v1', BINDING.fullName, BINDING.type]));
  const cipher = createCipheriv('aes-256-gcm', DATA_KEY, iv).setAAD(aad);
  const sealed = Buffer.concat([iv, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
  return { keyId: '00000000', binding, sealed };
}

describe('the length', () => {
  test('of values of 3, 7 and 20 characters is the same', () => {
    expect(new Set(['abc', 'abcdefg', 'a'.repeat(20)].map(sizeOf)).size).toBe(1);
  });

  test('shows a class of lengths, which holds the value', () => {
    for (const size of [0, 1, 31, 32, 100, 254, 255, 256, 1000, 4095, 4096, 4097, 8192]) {
      const { least, most } = sizesOfInline(
        parse(sealInline('x'.repeat(size), '00000000', DATA_KEY, BINDING)),
      );
      expect(least, String(size)).toBeLessThanOrEqual(size);
      expect(most, String(size)).toBeGreaterThanOrEqual(size);
      // Padmé: at most an eighth more.
      if (size > 256) expect((most - least) / size).toBeLessThan(0.13);
    }
  });
});

describe('is not opened although its tag verifies:', () => {
  const padded = pad(Buffer.from('secret'));
  test('but this is', () => expect(openInline(sealRaw(padded), DATA_KEY, BINDING)).toBe('secret'));

  test.each<[string, InlineValue]>([
    ['no padding', sealRaw(Buffer.from('secret'))],
    ['nothing but zeros', sealRaw(Buffer.alloc(32))],
    ['more padding than is due', sealRaw(Buffer.concat([padded, Buffer.alloc(32)]))],
    ['less padding than is due', sealRaw(padded.subarray(0, 16))],
    ['other bytes behind the mark', sealRaw(flipBit(padded, 31))],
    ['no valid UTF-8', sealRaw(pad(Buffer.from([0xc3, 0x28])))],
    ['another binding in the text', sealRaw(padded, '00000000')],
  ])('%s', async (_, value) => {
    expect((await failureOf(() => openInline(value, DATA_KEY, BINDING))).code).toBe('tampered');
  });
});

test('the binding is one that others can compute', () => {
  // printf '%s' '["coffer/v1","/app/token","SecureString"]' | sha256sum
  expect(inlineBindingOf(BINDING)).toBe('f36bd029');
});

describe('is not an inline value:', () => {
  const base64 = randomBytes(28 + 96).toString('base64');
  test('but this is', () =>
    expect(parseInline(`ENC[v1,0123abcd,01234567,${base64}]`)).toBeDefined());

  test.each([
    ['plain text', 'hello'],
    ['another version', `ENC[v2,0123abcd,01234567,${base64}]`],
    ['an upper-case key id', `ENC[v1,0123ABCD,01234567,${base64}]`],
    ['a short key id', `ENC[v1,0123abc,01234567,${base64}]`],
    ['something after it', `ENC[v1,0123abcd,01234567,${base64}] `],
    ['a line break after it', `ENC[v1,0123abcd,01234567,${base64}]\n`],
    ['something before it', ` ENC[v1,0123abcd,01234567,${base64}]`],
    ['base64 with a blank', `ENC[v1,0123abcd,01234567,${base64.slice(0, 8)} ${base64.slice(8)}]`],
    ['base64 without padding', `ENC[v1,0123abcd,01234567,${base64.replace(/=+$/, '')}]`],
    [
      'base64 of the URL kind',
      `ENC[v1,0123abcd,01234567,${Buffer.alloc(28 + 96, 0xff).toString('base64url')}]`,
    ],
    ['less than IV and tag', `ENC[v1,0123abcd,01234567,${randomBytes(27).toString('base64')}]`],
    ['a text without a binding', `ENC[v1,0123abcd,${base64}]`],
    ['an upper-case binding', `ENC[v1,0123abcd,0123ABCD,${base64}]`],
    [
      'a length that no padding gives',
      `ENC[v1,0123abcd,01234567,${randomBytes(61).toString('base64')}]`,
    ],
    ['nothing inside', 'ENC[v1,0123abcd,01234567,]'],
  ])('%s', (_, text) => expect(parseInline(text)).toBeUndefined());
});

test('refuses base64 with unused bits set', () => {
  const canonical = `ENC[v1,0123abcd,01234567,${Buffer.alloc(28 + 96).toString('base64')}]`;
  expect(parseInline(canonical)).toBeDefined();
  expect(parseInline(canonical.replace('A==', 'B=='))).toBeUndefined();
});
