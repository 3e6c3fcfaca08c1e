import { describe, expect, test } from 'vitest';
import type { Plan } from '../../../src/plan/model.ts';
import { createPaint } from '../../../src/cli/terminal/paint.ts';
import { renderPlanText } from '../../../src/cli/terminal/plan-text.ts';
import { createCanary, expectHidden } from '../../support/canary.ts';
import { created, everyAction, planOf, updated, updatedField } from './plans.ts';

function render(plans: Plan | readonly Plan[], reveal = false): string {
  return renderPlanText([plans].flat(), { paint: createPaint(false), reveal });
}

test('groups by action, counts, and only counts unchanged parameters', () => {
  expect(render(everyAction('before', 'afterwards'))).toBe(`app.yml → /app/ in us-east-1
 2 to create
  + big  4.9 KiB in S3
  + new  SecureString, up to 31 B
 1 to update
  ~ token  SecureString, up to 31 B
      value: changed (up to 31 B)
 1 to replace (delete and create again)
  ± tiered  String, 1 B
      tier: "Advanced" → "Standard"
 1 extra, not in these manifests
  ? old  String, version 7

2 to create, 1 to update, 1 to replace, 1 extra, 1 unchanged
`);
});

test('names path, region, kmskey and bucket', () => {
  const plan = { ...planOf([]), kmskey: 'alias/app', bucket: 'app-secrets' };
  const title = 'app.yml → /app/ in us-east-1, kmskey alias/app, bucket app-secrets\n';
  expect(render(plan).startsWith(title)).toBe(true);
});

test('says so if there is no difference, and if there is nothing at all', () => {
  expect(render(planOf([]))).toBe('app.yml → /app/ in us-east-1\n  no differences\n\nnothing\n');
});

test('shows several manifests one after the other, with total counts', () => {
  const text = render([planOf([created('a', 'x')]), planOf([created('b', 'y')], 'other.yml')]);
  expect(text.match(/^\S+\.yml → /gm)).toEqual(['app.yml → ', 'other.yml → ']);
  expect(text.trimEnd().split('\n').at(-1)).toBe('2 to create');
});

test('shows several manifests without differences on one line', () => {
  const quiet = ['b.yml', 'c.yml', 'd.yml'].map((file) => planOf([], file));
  const text = render([...quiet.slice(1), planOf([created('a', 'x')]), ...quiet.slice(0, 1)]);
  expect(text).toBe(
    `${render(planOf([created('a', 'x')])).replace(/\n1 to create\n$/, '')}
3 manifests without differences

1 to create
`,
  );
});

/** The plans of a manifest of two regions. */
const there = (changes: Plan['changes'], file = 'app.yml') =>
  ['us-east-1', 'eu-west-1'].map((region) => ({ ...planOf(changes, file), region }));

test('shows each region of a manifest, unless all of several manifests are without differences', () => {
  expect(render(there([]))).toMatch(
    /in us-east-1[^]*no differences[^]*in eu-west-1[^]*no differences/,
  );
  const mixed = [...there([]).slice(0, 1), ...there([created('a', 'x')]).slice(1)];
  const text = render([...mixed, ...there([], 'b.yml'), ...there([], 'c.yml')]);
  expect(text.match(/^\S+\.yml → /gm)).toEqual(['app.yml → ', 'app.yml → ']);
  expect(text).toContain('2 manifests without differences');
});

describe('a secret', () => {
  const [before, after] = [createCanary(), `${createCanary()}\nmore`];

  test('is masked, and shown by the classes of its lengths', () => {
    const text = render(everyAction(before, after));
    expectHidden(before, { text });
    expectHidden(after, { text });
    expect(text).toContain('changed (up to 31 B → 32 to 63 B)');
  });

  test('is shown as changed even at the same length', () => {
    expect(render(planOf([updated('x', 'aaaa', 'bbbb', true)]))).toContain(
      'value: changed (up to 31 B)',
    );
  });

  test('is shown with reveal', () => {
    const text = render(everyAction(before, after), true);
    expect(text).toContain(`-${before}`);
    expect(text).toContain(`+${after.split('\n')[0]}`);
    expect(text).toContain(
      `  + new  SecureString, 32 to 63 B\n      value: ${JSON.stringify(after)}`,
    );
  });
});

describe('a multi-line value', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`);
  const text = render(
    planOf([updated('x', lines.join('\n'), lines.with(10, 'changed').join('\n'))]),
  );

  test('is shown as a unified diff, without distant lines', () => {
    expect(text).toContain(`      value:
        @@ -9,5 +9,5 @@
         line 8
         line 9
        -line 10
        +changed
         line 11
         line 12
`);
    expect(text).not.toContain('line 5');
  });
});

describe('shows terminal control characters as text', () => {
  const nasty = '\u001b[2J\u0007\r\u009b31m\u202egnp';

  test('in a single-line value', () => {
    const text = render(planOf([updated('x', 'plain', nasty)]));
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(text).toContain('\\u001b[2J');
  });

  test('in a multi-line value', () => {
    const text = render(planOf([updated('x', 'plain', `a\n${nasty}\nb`)]));
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(text).toContain('[2J');
  });

  test('in a revealed secret, a description, a file name', () => {
    const description = {
      field: 'description',
      before: '',
      after: nasty,
      isSecret: false,
    } as const;
    const changes = [created('x', nasty), updatedField('y', description)];
    const text = render(planOf(changes, `${nasty}.yml`), true);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});

test('cuts a very long line, and shows its length', () => {
  const text = render(planOf([updated('x', 'short', 'y'.repeat(3000))]));
  expect(text).toContain('(3000 characters)');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(200);
});

test('shows two long lines differently if they differ only at the end', () => {
  const text = render(planOf([updated('x', `${'y'.repeat(3000)}1`, `${'y'.repeat(3000)}2`)]));
  const [, before, after] = / value:\n *-(.*)\n *\+(.*)$/m.exec(text) ?? [];
  expect(before).not.toBe(after);
});

test('colours distinguish the actions, and change nothing else in the text', () => {
  const plan = everyAction('before', 'after');
  const painted = renderPlanText([plan], { paint: createPaint(true), reveal: false });
  expect(painted).toContain('\u001b[32m');
  expect(painted).toContain('\u001b[31m');
  expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(render(plan));
});
