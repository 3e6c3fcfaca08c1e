import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { editManifest } from '../../../src/manifest/edit.ts';
import { isWritable } from '../../../src/manifest/edit/write-scalar.ts';
import { readOrdinary } from '../../../src/manifest/yaml/ordinary.ts';
import { dataKeyInBraces, HEAD, parse, SEALED } from './samples.ts';
import { byLength } from '../../support/length.ts';
import { anyText } from '../../support/any-text.ts';

const TOP = `${HEAD}data_keys: {3f9c21ab: ${dataKeyInBraces()}}\n`;

/** Places for a value, with different possible styles. */
const PLACES: readonly (readonly [name: string, text: string])[] = [
  [
    'between other keys',
    `${TOP}parameters:\n  - name: p\n    value: ${SEALED}\n    type: SecureString\n`,
  ],
  [
    'at the end of the file',
    `${TOP}parameters:\n- type: SecureString\n  name: p\n  value: ${SEALED}\n`,
  ],
  [
    'at the end, no newline',
    `${TOP}parameters:\n- type: SecureString\n  name: p\n  value: ${SEALED}`,
  ],
  [
    'before a blank line',
    `${TOP}parameters:\n- type: SecureString\n  name: p\n  value: ${SEALED} # c\n\n# end\n`,
  ],
  [
    'before a deep comment',
    `${TOP}parameters:\n- type: SecureString\n  name: p\n  value: ${SEALED}\n      # deep\n`,
  ],
  [
    'before blanks and a deep comment',
    `${TOP}parameters:\n- type: SecureString\n  name: p\n  value: ${SEALED}\n\n          \n      # deep\n`,
  ],
  ['in a flow map', `${TOP}parameters:\n- {type: SecureString, value: "${SEALED}", name: p}\n`],
  [
    'on the next line',
    `${TOP}parameters:\n- type: SecureString\n  name: p\n  value: # c\n    ${SEALED}\n`,
  ],
  [
    'in place of a block',
    `${TOP}parameters:\n- type: SecureString\n  name: p\n  value: |+ # c\n    abc\n\n\n  tier: Standard\n`,
  ],
  [
    'after a file',
    `${TOP}parameters:\n- file: x\n  type: SecureString\n  name: p\n  value: ${SEALED}\n`,
  ],
  [
    'in a CRLF file',
    `${TOP}parameters:\n- type: SecureString\n  name: p\n  value: ${SEALED}\n  tier: Standard\n`.replaceAll(
      '\n',
      '\r\n',
    ),
  ],
];

function writeAndRead(text: string, source: string): string | undefined {
  const manifest = parse(source);
  const edited = editManifest(manifest, {
    parameters: new Map([['p', { content: { kind: 'plain', text }, dropOrigin: true }]]),
  });
  const content = parse(edited).parameters[0]?.content;
  return content?.kind === 'plain' ? content.text : undefined;
}

const PIECES = [
  ' ',
  '\t',
  '\n',
  '\n\n',
  '\r',
  '\r\n',
  ' #',
  ': ',
  ':',
  '#',
  '- ',
  '-',
  '? ',
  '|',
  '>',
  '%',
  '@',
  '`',
  '&a',
  '*a',
  '!x',
  '!!str',
  '{',
  '}',
  '[',
  ']',
  ',',
  '"',
  "'",
  '\\',
  '~',
  'null',
  'true',
  '1.10',
  '0123',
  '\u0085',
  '\u2028',
  '\u2029',
  '\uFEFF',
  '\u00A0',
  '\0',
  '\u0007',
  '\u007F',
  '\u009F',
  '\uFFFE',
  '\uFFFF',
  '\u202E',
  '😀',
  'é',
  'e\u0301',
  '---',
  '...',
  '=',
  '<<',
  'ENC',
  'ENC[',
  'a',
  'secret',
  '0x1F',
  '  ',
];

const tricky = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), anyText({ maxLength: 4 })), {
    minLength: 1,
    maxLength: 7,
  })
  .map((pieces) => pieces.join(''));

describe('reads back any plain text unchanged', () => {
  test.each(PLACES)('%s', (_, source) => {
    const text = fc.oneof(tricky, anyText(), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(text.filter(isWritable), (text) => {
        expect(writeAndRead(text, source)).toBe(text);
      }),
      { numRuns: byLength(30, 300) },
    );
  });
});

const IN_BRACES = `${TOP}parameters:\n  - {name: p, type: StringList, value: [x, y]}\n`;

function writtenAs(text: string, source = PLACES[0]?.[1] ?? ''): string {
  const edited = editManifest(parse(source), {
    parameters: new Map([['p', { content: { kind: 'plain', text } }]]),
  });
  const [, rest = ''] = edited.split('    value: ');
  return rest.replace(/\n {4}type: [^]*/, '');
}

describe('writes a text in the form that a person would choose', () => {
  test.each([
    ['5a5468-786448467a59-326436', '5a5468-786448467a59-326436'],
    ['1.2.3', '1.2.3'],
    ['12:30 am', '12:30 am'],
    ['yesterday', 'yesterday'],
    ['~x', '~x'],
    ['-x', '-x'],
    ['a,b', 'a,b'],
    ['p@ss:word#1', 'p@ss:word#1'],
    ['grüße 😀', 'grüße 😀'],
    ['null', '"null"'],
    ['~', '"~"'],
    ['a: b', '"a: b"'],
    ['a #b', '"a #b"'],
    ['- a', '"- a"'],
    [' a', '" a"'],
    ['a ', '"a "'],
    ['say "x"', 'say "x"'],
    ['"x"', String.raw`"\"x\""`],
    ['a\tb', String.raw`"a\tb"`],
    ['\u0085', String.raw`"\u0085"`],
    ['line\nline', '|-\n      line\n      line'],
    ['line\n\n  in\n', '|\n      line\n\n        in'],
    ['line\n\n\n', '|+\n      line\n\n'],
    ['\nline', String.raw`"\nline"`],
    ['line \nline', String.raw`"line \nline"`],
    ['line\r\nline', String.raw`"line\r\nline"`],
  ])('%j becomes %s', (text, expected) => {
    expect(writtenAs(text)).toBe(expected);
  });

  // What YAML 1.1 reads as a number, a date or a truth: PyYAML, and psyml with it.
  const misread =
    '0123 12 1.10 +1 -1 1_000 1e3 1.5e+3 .5 1. 0x1f 0b1 0o17 12:30:45 1:30 190:20:30.15 .inf';
  const misreadToo = '-.INF .NaN 2026-01-01 2026-1-1 yes No ON off y N True false null ~ = <<';
  test.each([...misread.split(' '), ...misreadToo.split(' '), '2026-01-01 10:00:00'])(
    'quotes %s, as a value and as a key',
    (text) => {
      expect(writtenAs(text)).toBe(`"${text}"`);
      const added = { name: 'q', type: 'String', tags: { [text]: text } };
      const edited = editManifest(parse(PLACES[0]?.[1] ?? ''), { add: [added] });
      expect(edited).toContain(`"${text}": "${text}"`);
    },
  );

  test.each([
    ['word', 'word'],
    ['a1b2+c3/d4==', 'a1b2+c3/d4=='],
    ['x.blobs/a.enc', 'x.blobs/a.enc'],
    ['two words', '"two words"'],
    ['a,b', '"a,b"'],
    ['a]', '"a]"'],
    ['https://example.com', '"https://example.com"'],
    ['1.10', '"1.10"'],
    ['no', '"no"'],
    ['...', '"..."'],
  ])('in braces, %j becomes %s, and in JSON it has quotes', (text, expected) => {
    const add = [
      {
        name: 'q',
        type: 'String',
        tags: { team: text },
        content: { kind: 'plain', text },
      } as const,
    ];
    const braces = editManifest(parse(IN_BRACES), { add });
    expect(braces).toContain(`tags: {team: ${expected}}, value: ${expected}}`);
    expect(readOrdinary(braces), 'without the YAML library').toBeDefined();
    const json = JSON.stringify(parseYaml(IN_BRACES));
    expect(editManifest(parse(json), { add })).toContain(`"value": ${JSON.stringify(text)}}`);
  });

  test('a list of words in braces has no quotes', () => {
    const generate = { length: 8, charset: 'alnum', require: ['lower', 'digit'] } as const;
    const origin = { generate: { ...generate, require: [...generate.require] } };
    const edited = editManifest(parse(IN_BRACES), {
      add: [{ name: 'q', type: 'SecureString', origin }],
    });
    expect(edited).toContain('{length: 8, charset: alnum, require: [lower, digit]}');
  });

  test('refuses text that looks like ciphertext, and empty text, without quoting them in the error', () => {
    expect(() => writtenAs('ENC[canary]')).toThrow(/cannot hold the value of parameter "p"/);
    expect(() => writtenAs('ENC[canary]')).not.toThrow(/canary/);
    expect(() => writtenAs('')).toThrow(/cannot hold the value of parameter "p"/);
  });
});
