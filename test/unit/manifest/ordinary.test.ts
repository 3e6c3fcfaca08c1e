import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editManifest } from '../../../src/manifest/edit.ts';
import { EXAMPLE, newManifestText } from '../../../src/manifest/new-manifest.ts';
import { renderManifest } from '../../../src/manifest/render-manifest.ts';
import { Faults } from '../../../src/manifest/yaml/faults.ts';
import { readOrdinary } from '../../../src/manifest/yaml/ordinary.ts';
import { readSyntax } from '../../../src/manifest/yaml/syntax.ts';
import { byLength } from '../../support/length.ts';
import { randomManifest } from './random-manifest.ts';
import { newParameters } from './random-parameter.ts';
import { mutated, randomYaml } from './random-yaml.ts';
import { blob, dataKey, KEY_ID, parse, SEALED } from './samples.ts';

const SUPERMAN = readFileSync('examples/superman/superman.yml', 'utf8');
const SETTINGS = { path: '/a/', region: 'us-east-1', kmskey: 'alias/a', bucket: 'the-bucket' };

/**
 * Asserts that both readers have the same nodes, values and positions, and that there is no error,
 * if the text is ordinary. Returns whether it is.
 */
function compare(text: string): boolean {
  const nodes = readOrdinary(text);
  if (!nodes) return false;
  const faults = new Faults();
  const expected = readSyntax(text, faults);
  expect(faults.isEmpty).toBe(true);
  expect(JSON.stringify(nodes)).toBe(JSON.stringify(expected));
  return true;
}

/** Compares the readers on random texts. Returns the share that is ordinary. */
function compareAll(texts: fc.Arbitrary<string>, numRuns: number): number {
  let ordinary = 0;
  const property = fc.property(texts, (text) => {
    if (compare(text)) ordinary += 1;
  });
  fc.assert(property, { numRuns });
  return ordinary / numRuns;
}

/** What coffer writes: a new manifest, the example, and both after encrypt, as `crlf` says. */
const written = fc
  .tuple(newParameters, fc.constantFrom('new', 'init', 'example'), fc.boolean(), fc.boolean())
  .map(([parameters, start, isEncrypted, crlf]) => {
    const first =
      start === 'new'
        ? renderManifest({ ...SETTINGS, tags: { a: '1', 'b c': 'd: e' } }, [EXAMPLE])
        : start === 'init'
          ? newManifestText({ ...SETTINGS, account: '111122223333' }, [EXAMPLE], '../x.json')
          : SUPERMAN;
    const manifest = parse(crlf ? first.replaceAll('\n', '\r\n') : first);
    const [one, other] = manifest.parameters.filter(({ type }) => type === 'SecureString');
    const isSealed = isEncrypted && one && other;
    const edits = new Map([
      [one?.name ?? '', { type: 'securestring', content: { kind: 'sealed', text: SEALED } }],
      [other?.name ?? '', { content: { kind: 'blob', blob: blob({ data: 'B'.repeat(200) }) } }],
    ] as const);
    return editManifest(manifest, {
      add: parameters,
      ...(isEncrypted && { encryptedWith: 'arn:aws:kms:us-east-1:111122223333:key/a' }),
      ...(isEncrypted && { dataKeys: { [KEY_ID]: dataKey(), '00000001': dataKey() } }),
      ...(isSealed && { parameters: edits }),
    });
  });

test('what coffer writes is ordinary', () => {
  expect(compareAll(written, byLength(40, 5000))).toBe(1);
});

describe('both readers say the same of', () => {
  test('texts with anything that YAML allows or forbids', () => {
    expect(compareAll(randomYaml, byLength(1500, 45_000))).toBeGreaterThan(0.2);
  });

  test('such texts after a few changes', () => {
    expect(compareAll(mutated(randomYaml), byLength(500, 20_000))).toBeGreaterThan(0.05);
  });

  test('manifests in many styles, as they are and after a few changes', () => {
    const texts = randomManifest.map(({ text }) => text);
    compareAll(texts, byLength(100, 5000));
    compareAll(mutated(texts), byLength(200, 10_000));
  });

  test('what coffer writes, after a few changes', () => {
    expect(compareAll(mutated(written), byLength(100, 20_000))).toBeGreaterThan(0.1);
  });
});

describe('is ordinary:', () => {
  test.each([
    ['comments and blank lines everywhere', '# a\n\na: # b\n  # c\n\n  b: c # d\n# e\nf: g\n# h'],
    ['a list in the column of its key', 'a:\n- b\n- c: d\n  e: f\ng: h\n'],
    ['a list further to the right', 'a:\n    - b: c\n\n      d: e\n    -   f: g\n'],
    ['quotes', `a: "b # c: \\"d\\""\n'e f': 'it''s'\n"g": '# h' # i\n`],
    [
      'block scalars',
      'a: |\n  b\n   c: # d\n\n  e\nf: >-\n  g\n  h\n\n\n  i\nj:\n  - |+\n    k\n\n',
    ],
    ['brackets on one line', 'a: {b: 1, "c": [d, "e, f"], g: { h: x:y }} # i\nj: []\nk: {}\n'],
    ['plain texts', 'a: -b # c # d\nc: d#e\nf: g:h\ni: j "k" & [l]\nm: ?n\n'],
    ['CRLF', 'a: b\r\nc: |\r\n  d\r\n\r\n  e\r\nf:\r\n  - g\r\n'],
    ['a byte order mark, and the start of a document', '\uFEFF# a\n---\nb: c'],
  ])('%s', (_, text) => {
    expect(compare(text)).toBe(true);
  });
});

describe('is not ordinary, because it is an error or needs care:', () => {
  test.each([
    ['anchors', 'a: &b c\nd: *b\n'],
    ['tags', 'a: !b c\n'],
    ['merges', 'a: &b {c: d}\ne:\n  <<: *b\n'],
    ['a key with a question mark', '? a\n: b\n'],
    ['several documents', 'a: b\n---\nc: d\n'],
    ['the end of a document', 'a: b\n...\n'],
    ['directives', '%YAML 1.2\n---\na: b\n'],
    ['a text over several lines', 'a: b\n  c\n'],
    ['quotes over several lines', 'a: "b\n  c"\n'],
    ['brackets over several lines', 'a: [b,\n  c]\n'],
    ['a value on the line after its key', 'a:\n  b\n'],
    ['no value', 'a:\nb: c\n'],
    ['a map beside a key', 'a: b: c\n'],
    ['a tab between', 'a:\tb\n'],
    ['a tab as indentation', 'a:\n\tb: c\n'],
    ['lines in different columns', 'a:\n  b: c\n   d: e\n'],
    ['a line further to the left', 'a:\n    b: c\n  d: e\n'],
    ['an open quote', 'a: "b\n'],
    ['an unknown escape', 'a: "\\q"\n'],
    ['a comment without a space', 'a: "b"#c\n'],
    ['an indented block scalar', 'a: |2\n    b\n'],
    ['spaces at its end', 'a: |\n  b\n     \n'],
    ['JSON', '{"a": "b"}\n'],
    ['control characters', 'a: \u0007\n'],
    ['a line break of YAML 1.1', 'a: b\u0085c: d\n'],
    ['nothing', ''],
    ['a list', '- a\n'],
  ])('%s', (_, text) => {
    expect(readOrdinary(text)).toBeUndefined();
  });
});
