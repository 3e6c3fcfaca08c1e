import { describe, expect, test } from 'vitest';
import { renderPlanMarkdown } from '../../../src/plan/markdown.ts';
import { createCanary, expectHidden } from '../../support/canary.ts';
import { codeOf, outsideCode, tableRows } from './markdown.ts';
import { created, everyAction, planOf, updated, updatedField } from './plans.ts';

test('has a marker for bots, counts, a table and folded details', () => {
  expect(renderPlanMarkdown([everyAction('before', 'afterwards')])).toBe(`<!-- coffer-diff -->

**coffer**: 2 to create, 1 to update, 1 to replace, 1 extra, 1 unchanged

### \`app.yml\` → \`/app/\` in \`us-east-1\`

| | parameter | what |
|---|---|---|
| + create | \`big\` | 4.9 KiB in S3 |
| + create | \`new\` | SecureString, up to 31 B |
| ~ update | \`token\` | value |
| ± replace | \`tiered\` | tier |
| ? extra | \`old\` | String, version 7 |

<details><summary>Details</summary>

**\`token\`**

value: changed (up to 31 B)

**\`tiered\`**

tier:

\`\`\`diff
-Advanced
+Standard
\`\`\`

</details>
`);
});

test('names path, region, kmskey and bucket', () => {
  const plan = { ...planOf([created('x', 'y')]), kmskey: 'alias/a', bucket: 'a-secrets' };
  expect(renderPlanMarkdown([plan])).toContain(
    '### `app.yml` → `/app/` in `us-east-1`, kmskey `alias/a`, bucket `a-secrets`\n',
  );
});

test('is one line if there is no difference', () => {
  const same = everyAction('x', 'y').changes.filter(({ action }) => action === 'unchanged');
  expect(renderPlanMarkdown([planOf(same)])).toBe(
    '<!-- coffer-diff -->\n\n**coffer**: no differences, AWS matches the manifests (1 unchanged)\n',
  );
});

test('names manifests without a difference too', () => {
  const text = renderPlanMarkdown([planOf([]), planOf([created('x', 'y')], 'other.yml')]);
  expect(text).toContain('### `app.yml` → `/app/` in `us-east-1`\n\nNo differences.\n');
  expect(text).toContain('### `other.yml`');
});

test('shows several lines as a unified diff', () => {
  const text = renderPlanMarkdown([planOf([updated('x', 'a\nb\nc\n', 'a\nB\nc\n')])]);
  expect(text).toContain('```diff\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n```');
});

test('gives the same text for the same plans, sorted by name', () => {
  const changes = ['a', 'b', 'c'].flatMap((name) => [updated(name, 'x', 'y')]);
  const text = renderPlanMarkdown([planOf(changes)]);
  expect(renderPlanMarkdown([planOf(structuredClone(changes))])).toBe(text);
  expect(tableRows(text).map(([, name]) => name)).toEqual(['`a`', '`b`', '`c`']);
});

test('shows no secret', () => {
  const [before, after] = [createCanary(), `${createCanary()}\nline`];
  const text = renderPlanMarkdown([everyAction(before, after)]);
  expectHidden(before, { text });
  expectHidden(after, { text });
});

function renderDescription(after: string): string {
  const difference = { field: 'description', before: '', after, isSecret: false } as const;
  return renderPlanMarkdown([planOf([updatedField('x', difference)])]);
}

describe('escapes Markdown', () => {
  const nasty = [
    'a|b',
    '`',
    '``` x ```',
    '`````\n`````',
    '</details><script>alert(1)</script>',
    '~~~\n</details>',
    '<!-- x',
    '| a | b |\n|---|---|\n| c | d |',
    '\r```\r</details>',
    '[link](https://example.com) ![i](x) @somebody #1 **b** _i_ \\',
    '\u202egnp.exe',
    '`a',
    'a`',
    ' ',
  ];

  test.each(nasty)('in a value: %j', (value) => {
    for (const [before, after] of [
      [value, 'plain'],
      ['plain', value],
      [`x\n${value}\ny`, `x\n${value}${value}\ny`],
    ] as const) {
      const text = renderPlanMarkdown([planOf([updated('x', before, after)])]);
      expect(outsideCode(text)).toBe(
        outsideCode(renderPlanMarkdown([planOf([updated('x', 'one', 'two')])])),
      );
    }
  });

  test.each(nasty)('in a description: %j', (after) => {
    expect(outsideCode(renderDescription(after))).toBe(outsideCode(renderDescription('plain')));
  });

  test.each(nasty)('in a name: %j', (name) => {
    const text = renderPlanMarkdown([planOf([updated(name, 'one', 'two')])]);
    const plain = renderPlanMarkdown([planOf([updated('x', 'one', 'two')])]);
    expect(outsideCode(text)).toBe(outsideCode(plain));
    expect(tableRows(text).map((cells) => cells.length)).toEqual([3]);
  });

  test.each(nasty)('in the name of a manifest: %j', (file) => {
    const text = renderPlanMarkdown([planOf([created('x', 'y')], file)]);
    expect(outsideCode(text)).toBe(outsideCode(renderPlanMarkdown([planOf([created('x', 'y')])])));
  });

  test('and keeps names readable', () => {
    const text = renderPlanMarkdown([planOf([updated('a|b', 'one', 'two')], 'a|b.yml')]);
    expect(text).toContain('### `a|b.yml`');
    expect(text).toContain('**`a|b`**');
    expect(tableRows(text)[0]?.[1]).toBe('`a\\|b`');
    expect(codeOf(text)).toContain('a|b.yml');
  });
});

describe('a text too long for a comment on GitHub', () => {
  const LIMIT = 65_536;

  test('loses its details first, and says so', () => {
    const text = renderPlanMarkdown([planOf([updated('x', 'y'.repeat(LIMIT), 'z')])]);
    expect(text).not.toContain('<details>');
    expect(text).toContain('\n\nThe details are too long for a comment: `coffer diff` shows');
  });

  test('then rows, and at last manifests', () => {
    const changes = Array.from({ length: 3000 }, (_, i) => created(`parameter-${i}`, 'x'));
    const text = renderPlanMarkdown([planOf(changes)]);
    expect(text).toContain('**coffer**: 3000 to create');
    expect(tableRows(text)).toHaveLength(300);
    expect(text).toContain('2700 more changes and the details are too long');

    const plans = Array.from({ length: 2000 }, (_, i) => planOf([created('x', 'y')], `${i}.yml`));
    // An action still adds a key to the marker.
    expect(renderPlanMarkdown(plans).length).toBeLessThanOrEqual(LIMIT - 500);
  });

  test.each([
    [261, 200],
    [2000, 10],
    [320, 200],
    [5, 64_000],
  ])('names the number of manifests that it does not show: of %i, %i long', (count, length) => {
    const files = Array.from({ length: count }, (_, i) => `${'a'.repeat(length)}${i}.yml`);
    const text = renderPlanMarkdown(files.map((file) => planOf([created('x', 'y')], file)));
    const shown = text.split('\n').filter((line) => line.startsWith('### ')).length;
    const [, missing = ''] =
      /\n\n\*\*(\d+) manifests? (?:is|are) not shown\*\*: `coffer diff` shows all\.\n$/.exec(
        text,
      ) ?? [];
    expect(shown + Number(missing)).toBe(count);
    expect(Number(missing)).toBeGreaterThan(0);
    expect(text.length).toBeLessThanOrEqual(LIMIT - 500);
  });
});
