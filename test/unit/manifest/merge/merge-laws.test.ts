import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { editManifest } from '../../../../src/manifest/edit.ts';
import type { Manifest, ManifestEdit, ParameterEdit } from '../../../../src/manifest/model.ts';
import { mergeManifests } from '../../../../src/manifest/merge/manifest.ts';
import { randomManifest } from '../random-manifest.ts';
import { meaning, parse, SEALED_AGAIN, dataKey } from '../samples.ts';
import { byLength } from '../../../support/length.ts';

const MARKERS = { markerSize: 7 };

const content: fc.Arbitrary<NonNullable<ParameterEdit['content']>> = fc.oneof(
  fc.constant({ kind: 'sealed' as const, text: SEALED_AGAIN }),
  fc
    .constantFrom('new', '1.10', 'two\nlines\n', ' padded', '# none')
    .map((text) => ({ kind: 'plain' as const, text })),
);

/** What happens to one parameter, and on which side. */
const deed = fc.record({
  side: fc.constantFrom('ours' as const, 'theirs' as const),
  edit: fc.option(content),
  remove: fc.boolean(),
});

const deeds = fc.array(deed, { minLength: 4, maxLength: 4 });
const additions = fc.record({
  ours: fc.subarray(['o1', 'o2']),
  theirs: fc.subarray(['t1', 't2']),
  oursKey: fc.constantFrom(undefined, '00000000', '88888888'),
  theirsKey: fc.constantFrom(undefined, '44444444', 'eeeeeeee'),
});

interface Work {
  base: Manifest;
  ours: string;
  theirs: string;
}

const work: fc.Arbitrary<Work> = fc
  .tuple(randomManifest, deeds, additions)
  // What is in brackets is not merged by keys.
  .filter(([{ text }]) => !/^\uFEFF?\{/m.test(text) && !text.includes('data_keys: {'))
  .map(([{ text }, wanted, added]) => {
    const base = parse(text);
    const sideOf = (side: 'ours' | 'theirs') => {
      const edit: ManifestEdit = {
        parameters: editsOf(base, wanted, side),
        remove: removalsOf(base, wanted, side),
        add: added[side].map((name) => ({
          name,
          type: 'SecureString',
          content: { kind: 'sealed', text: SEALED_AGAIN },
        })),
      };
      const key = added[`${side}Key`];
      if (key) edit.dataKeys = { ...base.dataKeys, [key]: dataKey() };
      return editManifest(base, edit);
    };
    return { base, ours: sideOf('ours'), theirs: sideOf('theirs') };
  });

type Deeds = typeof deeds extends fc.Arbitrary<infer T> ? T : never;

/** The first parameter stays, so that no side removes the last one. */
function removalsOf({ parameters }: Manifest, wanted: Deeds, side: string): Set<string> {
  const removed = parameters.filter(
    (_, index) => index > 0 && wanted[index]?.side === side && wanted[index].remove,
  );
  return new Set(removed.map(({ name }) => name));
}

function editsOf(base: Manifest, wanted: Deeds, side: string): Map<string, ParameterEdit> {
  const removed = removalsOf(base, wanted, side);
  const edits = new Map<string, ParameterEdit>();
  for (const [index, { name, type }] of base.parameters.entries()) {
    const { edit, side: author } = wanted[index] ?? {};
    if (!edit || author !== side || removed.has(name) || type !== 'SecureString') continue;
    edits.set(name, { content: edit, dropOrigin: true });
  }
  return edits;
}

function commentsIn(text: string): string[] {
  return text.match(/^\s*# b\d+/gm)?.map((line) => line.trim()) ?? [];
}

/** A manifest's meaning, without the order. */
function unordered(text: string) {
  const { top, parameters } = meaning(parse(text));
  return { top, parameters: parameters.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

test('edits of different parameters merge cleanly, and both are there', () => {
  fc.assert(
    fc.property(work, ({ base, ours, theirs }) => {
      const merged = mergeManifests({ base: base.text, ours, theirs }, MARKERS);
      expect(merged.conflicts).toBe(0);
      const [before, mine, other] = [base, parse(ours), parse(theirs)].map(
        ({ parameters }) =>
          new Map(parameters.map(({ name, content: c }) => [name, JSON.stringify(c)])),
      );
      const result = parse(merged.text);
      const names = new Set([...(mine?.keys() ?? []), ...(other?.keys() ?? [])]);
      for (const name of names) {
        const known = before?.get(name);
        const changed = mine?.get(name) === known ? other?.get(name) : mine?.get(name);
        const found = result.parameters.find((parameter) => parameter.name === name);
        expect(found && JSON.stringify(found.content), name).toBe(changed);
      }
      expect(result.dataKeys).toEqual({ ...parse(ours).dataKeys, ...parse(theirs).dataKeys });
      const comments = commentsIn(ours).filter((line) => commentsIn(theirs).includes(line));
      expect(commentsIn(merged.text)).toEqual(expect.arrayContaining(comments));
    }),
    { numRuns: byLength(12, 60) },
  );
});

test('a merge has the same meaning in both directions', () => {
  fc.assert(
    fc.property(work, ({ base, ours, theirs }) => {
      const one = mergeManifests({ base: base.text, ours, theirs }, MARKERS);
      const other = mergeManifests({ base: base.text, ours: theirs, theirs: ours }, MARKERS);
      expect(unordered(one.text)).toEqual(unordered(other.text));
    }),
    { numRuns: byLength(12, 60) },
  );
});

test('if one side changed nothing, the result is the other side byte for byte', () => {
  fc.assert(
    fc.property(work, ({ base, ours }) => {
      const { text } = base;
      expect(mergeManifests({ base: text, ours, theirs: text }, MARKERS).text).toBe(ours);
      expect(mergeManifests({ base: text, ours: text, theirs: ours }, MARKERS).text).toBe(ours);
    }),
    { numRuns: byLength(12, 60) },
  );
});
