import { expect, test } from 'vitest';
import {
  describeTrait,
  differingTraits,
  keyOfTrait,
  kindOf,
} from '../../../src/actions/compare/kind.ts';
import { parseManifest } from '../../../src/manifest/index.ts';

/** The kind of the one parameter of a manifest. */
function kind(fields: string, top = '') {
  const text = `path: /app/
region: us-east-1
kmskey: alias/app
bucket: app-secrets
${top}parameters:
  - {name: x, type: SecureString, ${fields}}
`;
  const manifest = parseManifest(text, 'app.yml');
  return manifest.parameters.map((parameter) => kindOf(manifest, parameter))[0] ?? {};
}

const NOTICE =
  'policies: [{Type: NoChangeNotification, Version: "1.0", Attributes: {After: 5, Unit: Days}}]';

test.each<[what: string, one: string, other: string, differing: string[]]>([
  ['tier', 'value: a, tier: Advanced', 'value: a', ['tier']],
  ['the default tier, written or not', 'value: a, tier: Standard', 'value: a', []],
  ['store', 'value: a, store: s3', 'value: a', ['store']],
  ['a value from a file', 'file: f', 'value: a', ['source']],
  ['a generated value', 'generate: {length: 9}', 'value: a', ['source']],
  ['another file', 'file: f', 'file: g', []],
  ['another rule', 'generate: {length: 9}', 'generate: {length: 8}', []],
  ['encoding', 'file: f, encoding: base64', 'file: f', ['encoding']],
  ['extension', 'file: f, extension: .tar', 'file: f', ['extension']],
  ['pattern', 'value: a, allowed_pattern: a', 'value: a', ['allowedPattern']],
  ['data type', 'value: a, data_type: text', 'value: a', []],
  ['names of tags', 'value: a, tags: {team: a, x: b}', 'value: a, tags: {team: a}', ['tags']],
  ['values of tags', 'value: a, tags: {team: a}', 'value: a, tags: {team: b}', []],
  ['maximum age', 'value: a, max_age: 90d', 'value: a, max_age: 30d', ['maxAge']],
  ['the day of the last change', 'value: a, changed: 2026-11-27', 'value: a', []],
  ['descriptions', 'value: a, description: of dev', 'value: a', []],
  ['policies', `value: a, tier: Advanced, ${NOTICE}`, 'value: a, tier: Advanced', ['policies']],
  [
    'the dates of policies',
    `value: a, tier: Advanced, ${NOTICE}`,
    `value: a, tier: Advanced, ${NOTICE.replace('5', '6')}`,
    [],
  ],
])('compares %s as it should', (_, one, other, differing) => {
  expect(differingTraits([kind(one), kind(other)])).toEqual(differing);
});

test('does not compare what only one of the stores knows, nor the tags of the manifest', () => {
  const max = 'max_age: 1y\n';
  const there = kind('value: a', `store: secretsmanager\n${max}tags: {team: a}\n`);
  expect(there).toEqual({
    type: 'SecureString',
    encoding: 'none',
    tags: 'none',
    maxAge: '1y',
    source: 'value',
    form: 'inline',
  });
  expect(differingTraits([there, kind('value: a, tier: Advanced', max)])).toEqual([]);
});

test('names a trait that does not say what it is about', () => {
  expect(describeTrait('type', 'String')).toBe('String');
  expect(describeTrait('source', 'file')).toBe('file');
  expect(describeTrait('allowedPattern', 'none')).toBe('allowed_pattern none');
  expect(keyOfTrait('maxAge')).toBe('max_age');
  expect(describeTrait('tags', undefined)).toBeUndefined();
});
