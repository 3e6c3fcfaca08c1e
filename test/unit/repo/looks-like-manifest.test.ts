import { expect, test } from 'vitest';
import { looksLikeManifest } from '../../../src/repo/check/looks-like-manifest.ts';

const MANIFEST =
  'path: /a/\nregion: us-east-1\nparameters:\n  - {name: a, type: String, value: 1}\n';

test.each<[string, string]>([
  ['a manifest', MANIFEST],
  ['one with comments and Windows line ends', `# of mine\n${MANIFEST}`.replaceAll('\n', '\r\n')],
  ['one with a byte order mark', `\uFEFF${MANIFEST}`],
  ['one with quoted keys', MANIFEST.replaceAll(/^(\w+):/gm, '"$1":')],
  ['one in braces', '---\n# mine\n{path: /a/, region: us-east-1,\n "parameters": []}\n'],
  ['one without a region', MANIFEST.replace('region: us-east-1', 'kmskey: alias/a')],
  [
    'one in braces below a banner',
    `${'#'.repeat(80)}\n${'#\r\n'.repeat(80)}---\n{path: /a/, region: x, parameters: []}`,
  ],
  ['one that is no YAML further down', `${MANIFEST}  - [`],
])('looks like a manifest: %s', (_, text) => expect(looksLikeManifest(text)).toBe(true));

test.each<[string, string]>([
  ['an API description', 'paths:\n  /a:\n    parameters:\n      - name: a\n        path: x\n'],
  ['a file that has the keys further in', MANIFEST.replaceAll(/^/gm, '  ')],
  ['a template', 'Parameters:\n  Region: {}\npath: x\nregion: y\n'],
  ['a list', '- path: /a/\n  region: x\n  parameters: []\n'],
  ['a comment', MANIFEST.replaceAll(/^/gm, '# ')],
  [
    'a banner, and nothing in braces',
    `${'#'.repeat(80)}\n${'#\r\n'.repeat(80)}path: x\nparameters: x\n`,
  ],
  ['an empty file', ''],
])('does not look like a manifest: %s', (_, text) => expect(looksLikeManifest(text)).toBe(false));
