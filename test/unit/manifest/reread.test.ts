import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDocument } from '../../../src/manifest/yaml/document.ts';
import { Faults } from '../../../src/manifest/yaml/faults.ts';
import { Places } from '../../../src/manifest/yaml/places.ts';
import { rereadSyntax } from '../../../src/manifest/yaml/reread.ts';
import { byLength } from '../../support/length.ts';

/** Lines of an item, indented like its keys, in every style that can reach over its end. */
const ITEMS: readonly (readonly string[])[] = [
  ['name: a', 'value: plain'],
  ['name: b # beside', '# below', 'value: "in quotes"'],
  ['name: c', 'value: |', '  a block', '', '  - with a dash', ''],
  ['name: d', 'value: |+', '  keeps its ends', '', ''],
  ['name: e', 'value: >-', '  folded', '  text'],
  ['{name: f, value: [x, y]}'],
  ['name: g', 'value: "over', '  two lines"'],
  ['name: h', 'value: over', '  two lines', ''],
  ['name: i', 'tags: &t', '  x: y', 'value: 1'],
  ['name: j', 'tags: &t [x]', 'more: *t', 'value: 2'],
  ['name: k', 'value:'],
  ['name: l', 'value: |2', '   more'],
  ['&whole', 'name: m', 'value: 3'],
  ['name: n', 'value:', '- in a list', '- of its own'],
  ['just a text'],
  ['name: o', 'value: [x,', '  y]', ''],
];

/** What somebody may type, sensible or not. */
const TYPED = [
  '',
  '    value: other',
  '  - name: new',
  '  - |',
  '   - odd',
  '  -',
  '- outside',
  '# comment',
  '      # comment',
  '---',
  '...',
  'other: setting',
  '\ttab: x',
  '    "',
  '    [',
  '  - {name: x',
  '  - "open',
  '  - name: x"',
  '    y: |+',
  '    y: >',
  '    *t : x',
  '    ? x',
  '    !tag y: z',
  '\u2028- x',
];

const start = fc.constantFrom('path: /a/\n', '\uFEFFpath: /a/\n', '---\n# top\nlist:\n  - x\n');
const document = fc
  .record({
    start,
    items: fc.array(fc.constantFrom(...ITEMS), { minLength: 8, maxLength: 20 }),
    indent: fc.constantFrom('', '  ', '    '),
    gap: fc.constantFrom(' ', '   '),
    break: fc.constantFrom('\n', '\n', '\r\n'),
    end: fc.constantFrom('\n', '\n', '\n', '', '\n# end\n', '\nlast: setting\n'),
  })
  .map(({ start, items, indent, gap, break: eol, end }) => {
    const column = ' '.repeat(indent.length + 1 + gap.length);
    const lines = items.flatMap((item, number) =>
      item.map((line, index) => {
        const own = line.replace(/^name: /, `name: ${number}`);
        if (index === 0) return `${indent}-${gap}${own}`;
        return line === '' ? '' : column + own;
      }),
    );
    return `${start}parameters:\n${lines.join('\n')}${end}`.replaceAll('\n', eol);
  });

const change = fc.record({
  at: fc.nat(200),
  drop: fc.constantFrom(0, 0, 1, 1, 2, 5),
  typed: fc.array(fc.constantFrom(...TYPED), { maxLength: 2 }),
});

function applyChange(
  text: string,
  { at, drop, typed }: { at: number; drop: number; typed: string[] },
) {
  const lines = text.split('\n');
  lines.splice(at % lines.length, drop, ...typed);
  return lines.join('\n');
}

function open(text: string, known?: ReturnType<typeof openDocument>) {
  const faults = new Faults();
  const found = openDocument(text, faults, known);
  const problems = faults.isEmpty ? [] : faults.toError(new Places(text, 'x')).problems;
  return { problems, nodes: found?.root };
}

test('what an edit leaves alone is not read again, and nobody sees the difference', () => {
  let count = 0;
  let reread = 0;
  fc.assert(
    fc.property(document, fc.array(change, { minLength: 1, maxLength: 2 }), (before, changes) => {
      const faults = new Faults();
      const known = openDocument(before, faults);
      fc.pre(known !== undefined && faults.isEmpty);
      const text = changes.reduce(applyChange, before);
      count += 1;
      if (text !== before && rereadSyntax(text, known)) reread += 1;
      expect(open(text, known)).toEqual(open(text));
      // Nothing of the text before was changed for it.
      expect(known.root).toEqual(open(before).nodes);
    }),
    { numRuns: byLength(200, 100_000) },
  );
  expect(reread).toBeGreaterThan(count / 10);
});
