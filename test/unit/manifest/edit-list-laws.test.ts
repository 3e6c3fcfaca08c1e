import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { editManifest } from '../../../src/manifest/edit.ts';
import type { ManifestSettings, NewParameter, Tags } from '../../../src/manifest/model.ts';
import { renderManifest } from '../../../src/manifest/render-manifest.ts';
import { randomManifest } from './random-manifest.ts';
import { newParameters } from './random-parameter.ts';
import { KEY_ID, meaning, parse, dataKey } from './samples.ts';
import { byLength } from '../../support/length.ts';

/** What a new parameter means once it is read. */
function meaningOf(
  { path, tags }: { path: string; tags: Tags },
  { name, type, content, origin, ...parameter }: NewParameter,
) {
  return {
    ...parameter,
    name,
    fullName: path + name,
    type,
    typeAsWritten: type,
    content: content ?? { kind: 'absent' },
    origin,
    store: parameter.store ?? 'auto',
    extension: parameter.extension ?? '',
    tags: { ...tags, ...parameter.tags },
  };
}

const SEALED_ALREADY = { type: 'securestring' };

const change = fc.record({
  add: newParameters,
  removed: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  retyped: fc.boolean(),
});

test('adding and removing changes only the requested parameters, and no other line', () => {
  fc.assert(
    fc.property(randomManifest, change, (sample, { add, removed, retyped }) => {
      const manifest = parse(sample.text);
      const kept = sample.names.filter((_, index) => removed[index % removed.length] !== true);
      fc.pre(kept.length > 0);
      const names = new Set(kept);
      const remove = new Set(sample.names.filter((name) => !names.has(name)));
      const retype = retyped ? sample.names : [];
      const parameters = new Map(retype.map((name) => [name, SEALED_ALREADY]));
      const untyped = manifest.parameters.filter(({ type }) => type !== 'SecureString');
      for (const { name } of untyped) parameters.delete(name);

      const edited = editManifest(manifest, { add, remove, parameters });
      const before = meaning(manifest);
      expect(meaning(parse(edited))).toEqual({
        top: before.top,
        parameters: [
          ...before.parameters
            .filter(({ name }) => names.has(name))
            .map((parameter) =>
              Object.assign({}, parameter, typeOf(parameters.get(parameter.name))),
            ),
          ...add.map((parameter) => meaningOf(manifest, parameter)),
        ],
      });

      if (!isJson(sample.text)) {
        const lines = sample.lines.filter(({ owner }) => isKept(owner, names, retyped));
        const missing = firstMissing(
          lines.map(({ text }) => text),
          edited.replace('\uFEFF', '').split(/\r?\n/),
        );
        expect(missing).toBe(undefined);
      }
      expect(/[^\r]\n/.test(edited)).toBe(/[^\r]\n/.test(sample.text));
      expect(edited.startsWith('\uFEFF')).toBe(sample.text.startsWith('\uFEFF'));
      expect(isJson(edited)).toBe(isJson(sample.text));
    }),
    { numRuns: byLength(40, 250) },
  );
});

function typeOf(edit: { type: string } | undefined) {
  return edit ? { typeAsWritten: edit.type } : {};
}

/** A removed parameter takes its own lines, and some of the blank lines and comments around it. */
function isKept(owner: string, names: ReadonlySet<string>, retyped: boolean): boolean {
  const [subject = '', part] = owner.split(':');
  if (owner === '') return false;
  if (subject === 'top' || subject === 'key') return true;
  return names.has(subject) && !(retyped && (part === 'type' || part === 'flow'));
}

test('removing an added parameter restores the old text', () => {
  fc.assert(
    fc.property(randomManifest, newParameters, (sample, add) => {
      const added = editManifest(parse(sample.text), { add });
      const remove = new Set(add.map(({ name }) => name));
      expect(editManifest(parse(added), { remove })).toBe(sample.text);
    }),
    { numRuns: byLength(25, 150) },
  );
});

test('adding keeps every existing byte', () => {
  fc.assert(
    fc.property(randomManifest, newParameters, (sample, add) => {
      const edited = editManifest(parse(sample.text), { add });
      let start = 0;
      while (start < sample.text.length && sample.text[start] === edited[start]) start += 1;
      const added = edited.length - sample.text.length;
      // The comma, or the last line break, before it may be removed too.
      const rest = edited.slice(start).replaceAll(/\s/g, '');
      expect(added).toBeGreaterThanOrEqual(0);
      expect(rest.endsWith(sample.text.slice(start).replaceAll(/\s/g, ''))).toBe(true);
    }),
    { numRuns: byLength(20, 100) },
  );
});

const settings: fc.Arbitrary<ManifestSettings> = fc.record(
  {
    path: fc.constantFrom('/', '/a/', '/1/2.3/'),
    region: fc.constantFrom('us-east-1', 'eu-central-1'),
    kmskey: fc.constantFrom('alias/a', 'alias/1234', '12345678-1234-1234-1234-123456789012'),
    bucket: fc.constantFrom('the-bucket', '123456', 'true'),
    tags: fc.dictionary(
      fc.constantFrom('team', 'a: b', '12', 'null', '-'),
      fc.constantFrom('', '17', 'x', 'a: b', 'two\u2028lines'),
      { noNullPrototype: true },
    ),
    encryptedWith: fc.constantFrom('arn:aws:kms:us-east-1:1:key/a', '1234'),
  },
  { requiredKeys: ['path', 'region', 'kmskey'] },
);

test('a new manifest reads back as its source', () => {
  fc.assert(
    fc.property(
      settings,
      newParameters.filter(({ length }) => length > 0),
      (made, parameters) => {
        const dataKeys = { [KEY_ID]: dataKey(), '00000000': dataKey('1234') };
        const manifest = parse(renderManifest({ ...made, dataKeys }, parameters));
        const tags = made.tags ?? {};
        const { path, region, kmskey, bucket, encryptedWith } = made;
        expect(meaning(manifest)).toEqual({
          top: { path, region, kmskey, bucket, account: undefined, tags, encryptedWith, dataKeys },
          parameters: parameters.map((parameter) => meaningOf({ path, tags }, parameter)),
        });
      },
    ),
    { numRuns: byLength(40, 250) },
  );
});

function firstMissing(part: readonly string[], whole: readonly string[]): string | undefined {
  let at = 0;
  for (const line of part) {
    at = whole.indexOf(line, at) + 1;
    if (at === 0) return line;
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
