import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../src/manifest/encoding.ts';
import { failureOf } from '../../support/failure.ts';
import { ENCODINGS } from '../../support/encodings.ts';
import { decodeManifest } from '../../../src/manifest/index.ts';
import { withParameter } from './samples.ts';

const TEXTS = [
  withParameter('type: String\nvalue: grün'),
  `${withParameter('type: String\nvalue: x')}# ${'größer als ÿ '.repeat(20)}\n`,
];
const WIDE = withParameter(`type: String\nvalue: ${'鍵は秘密です。'.repeat(20)}🔑`);

describe.each(ENCODINGS)('%s', (_, encoding, encode) => {
  test.each(encoding === 'Latin-1' ? TEXTS : [...TEXTS, WIDE])(
    'is recognised and decoded',
    (text) => {
      expect(decodeText(encode(text))).toEqual({ text, encoding });
    },
  );

  test('is not an encoding of a manifest', async () => {
    const failure = await failureOf(() => decodeManifest(encode(TEXTS[0] ?? ''), 'm.yml'));
    expect(failure.code).toBe('manifest');
    expect(failure.message).toMatch(
      encoding === 'Latin-1' ? 'not UTF-8' : `${encoding}, not UTF-8`,
    );
    expect(failure.place?.line).toBe(encoding === 'Latin-1' ? 7 : 1);
  });
});

test.each(['', 'x', WIDE, `\uFEFF${WIDE}`, 'a\0b', `path: \0\n${'x'.repeat(100)}`])(
  'recognises UTF-8: %j',
  (text) => {
    expect(decodeText(Buffer.from(text))).toEqual({ text, encoding: 'UTF-8' });
  },
);
