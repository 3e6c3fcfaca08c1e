import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { restoreContents } from '../../../src/manifest/edit/restore.ts';
import { editManifest } from '../../../src/manifest/index.ts';
import { byLength } from '../../support/length.ts';
import { randomManifest } from './random-manifest.ts';
import { parse } from './samples.ts';

const plaintext = fc.constantFrom('x', 'a: b', 'a\nb\n', 'two\n\nlines\n\n', ' lead', `"'`);

/** A manifest in any style, and the same with its ciphertext replaced by a text. */
const opened = fc.tuple(randomManifest, plaintext).map(([{ text }, plain]) => {
  const manifest = parse(text);
  const names = manifest.parameters
    .filter(({ content, origin }) => content.kind !== 'plain' && !(origin && 'file' in origin))
    .filter(({ content }) => content.kind !== 'absent')
    .map(({ name }) => name);
  const content = { kind: 'plain' as const, text: plain };
  const parameters = new Map(names.map((name) => [name, { content }]));
  return { text, names, view: editManifest(manifest, { parameters }) };
});

test('restores untouched values byte for byte, in any YAML style', () => {
  fc.assert(
    fc.property(opened, ({ text, names, view }) => {
      expect(restoreContents({ text }, view, { text: view }, names).text).toBe(text);
    }),
    { numRuns: byLength(75, 300) },
  );
});

test('restores a value that moved in the file', () => {
  const text = 'parameters:\n  - name: a\n    value: "ENC" # c\n  - {name: b, value: ENC}';
  const view = 'parameters:\n  - name: a\n    value: "x" # c\n  - {name: b, value: "y, z"}';
  const edited = 'parameters:\n  - {name: b, value: "y, z"}\n\n  - name: a\n    value: "x" # c\n';
  expect(restoreContents({ text }, view, { text: edited }, ['a', 'b'])).toEqual({
    text: 'parameters:\n  - {name: b, value: ENC}\n\n  - name: a\n    value: "ENC" # c\n',
    restored: new Set(['a', 'b']),
  });
});

test.each([
  ['another comment', '  - name: a\n    value: x # d\n'],
  ['other quotes', '  - name: a\n    value: "x" # c\n'],
  ['another indentation', '  -   name: a\n      value: x # c\n'],
  ['another name', '  - name: b\n    value: x # c\n'],
])('does not restore %s', (_, item) => {
  const text = 'parameters:\n  - name: a\n    value: ENC # c\n';
  const view = 'parameters:\n  - name: a\n    value: x # c\n';
  const edited = `parameters:\n${item}`;
  expect(restoreContents({ text }, view, { text: edited }, ['a'])).toEqual({
    text: edited,
    restored: new Set(),
  });
});
