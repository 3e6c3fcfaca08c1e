import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { PARAMETER_KEYS } from '../../../src/manifest/fields.ts';
import { CofferError } from '../../../src/errors.ts';
import { HEAD, parse, withParameter } from './samples.ts';
import { byLength } from '../../support/length.ts';

const CANARY = 'c4n4ryS3cr3t';

/** Everything that an error could show. */
function told(text: string): string | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    const { message, hint, problems, cause, stack } = error;
    return JSON.stringify([message, hint, problems, String(cause), stack]);
  }
}

/** Invalid values that contain the secret. */
const BROKEN_VALUES: readonly string[] = [
  `!${CANARY}`,
  `!!${CANARY} x`,
  `!<${CANARY}> x`,
  `*${CANARY}`,
  `&${CANARY}`,
  `&${CANARY} *x`,
  `&a &${CANARY} b`,
  `@${CANARY}`,
  `%${CANARY}`,
  `\`${CANARY}`,
  `,${CANARY}`,
  `"${CANARY}`,
  `'${CANARY}`,
  `"\\q${CANARY}"`,
  `"\\x${CANARY}"`,
  `"a"${CANARY}`,
  `"a" "${CANARY}"`,
  `'it's ${CANARY}'`,
  `{${CANARY}`,
  `[${CANARY}`,
  `{a: ${CANARY}}`,
  `[[${CANARY}]]`,
  `[${CANARY}]`,
  `["${CANARY},x"]`,
  `a: ${CANARY}`,
  `${CANARY}: b`,
  `|${CANARY}`,
  `>9${CANARY}\n x`,
  `|\n${CANARY}`,
  `|\n  x\n ${CANARY}`,
  `ENC[${CANARY}]`,
  `ENC[v1,3f9c21ab,0a1b2c3d,${CANARY}]`,
  `ENC[v1,3f9c21ab,${CANARY},AAAA]`,
  `ENC[v1,${CANARY},AAAA]`,
  `a\n${CANARY}`,
  `- ${CANARY}`,
  `? ${CANARY}`,
  `}${CANARY}`,
  `]${CANARY}`,
  `\0${CANARY}`,
  `${CANARY}\0`,
  `a\r${CANARY}`,
  `\t- ${CANARY}`,
  `"${CANARY}"#x`,
  `!!binary ${CANARY}`,
  `!!int ${CANARY}`,
  `${CANARY}\n---\nx: ${CANARY}`,
  `${CANARY}\n...\n${CANARY}`,
];

test.each(BROKEN_VALUES)('an error quotes nothing of the value %j', (value) => {
  // The second one breaks the manifest even if the first one is valid.
  const text = `${withParameter(`type: SecureString\nvalue: ${value}`)}  - {name: q, type: x, value: ${CANARY}}\n`;
  expect(told(text)).toBeDefined();
  expect(told(text)).not.toContain(CANARY);
});

test.each([
  'path',
  'region',
  'kmskey',
  'bucket',
  'encrypted_with',
  'tags',
  'data_keys',
  'parameters',
])('an error quotes nothing of a wrong "%s"', (key) => {
  for (const value of [
    `"${CANARY} !"`,
    `[${CANARY}]`,
    `{k: [${CANARY}]}`,
    `{k: "${CANARY}${'x'.repeat(300)}"}`,
  ]) {
    const head = HEAD.replace(new RegExp(`^${key}:.*\n`, 'm'), '');
    const text = `${head}${key}: ${value}\nparameters: [{name: p, type: x}]\n`;
    expect(told(text)).not.toContain(CANARY);
  }
});

test.each(PARAMETER_KEYS.filter((key) => key !== 'name' && key !== 'value'))(
  'an error quotes nothing of a wrong "%s" of a parameter',
  (key) => {
    const blobOf = (name: string) => `{${name}: "${CANARY} !"}`;
    const values = [
      `"${CANARY} !"`,
      `/${CANARY}`,
      `[${CANARY}]`,
      `{k: [${CANARY}]}`,
      `"${CANARY}${'x'.repeat(2000)}"`,
      ...['length', 'charset', 'require'].map(blobOf),
      ...['sha256', 'size', 'key', 'binding', 'commit'].map(blobOf),
      ...['message_id', 'commitment', 'data', 'path'].map(blobOf),
      `{path: /${CANARY}, data: ${CANARY}}`,
      `{require: [${CANARY}], length: 1}`,
      `[{Type: ${CANARY}, Version: ${CANARY}, Attributes: ${CANARY}}]`,
      `[{Type: Expiration, Attributes: {Timestamp: ${CANARY}, ${CANARY}: x}}]`,
      `[{Type: NoChangeNotification, Attributes: {After: ${CANARY}, Unit: ${CANARY}}}]`,
    ];
    for (const value of values) {
      expect(told(withParameter(`${key}: ${value}\nvalue: null`))).not.toContain(CANARY);
    }
  },
);

test('an error quotes nothing of a value, for any syntax error around it', () => {
  const good = withParameter(`type: SecureString\nvalue: ${CANARY}`);
  const at = good.indexOf(CANARY);
  const junk = fc.constantFrom(
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    '\n',
    '\t',
    '- ',
    '? ',
    '&',
    '*',
    '!',
    '#',
    '|',
    '>',
    '%',
    '@',
    ',',
    '\\',
    '\0',
    '...\n',
    '---\n',
    '<<: ',
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length), junk), { minLength: 1, maxLength: 4 }),
      (breaks) => {
        let text = good;
        for (const [offset, piece] of breaks) {
          // The secret itself stays whole, and does not become a key or a name.
          const place = offset > at && offset < at + CANARY.length ? at : offset;
          text = text.slice(0, place) + piece + text.slice(place);
        }
        const quoted = told(text)?.replaceAll(/(?:key|name|parameter) \\"[^"]*\\"/g, '');
        expect(quoted ?? '').not.toContain(CANARY);
      },
    ),
    { numRuns: byLength(100, 600) },
  );
});
