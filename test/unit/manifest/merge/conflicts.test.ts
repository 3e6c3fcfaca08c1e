import { describe, expect, test } from 'vitest';
import { mergeManifests } from '../../../../src/manifest/merge/manifest.ts';
import { PARAMETER_KEYS } from '../../../../src/manifest/fields.ts';
import { dataKeyLines, HEAD, PSYML, SEALED, SEALED_AGAIN, WRAPPED } from '../samples.ts';

const first = '  - name: a\n    type: String\n    value: one\n';
const second = '  # about b\n  - name: b\n    type: String\n    description: d\n    value: two\n';
const BASE = `${HEAD}parameters:\n${first}${second}`;

function merge(base: string, ours: string, theirs: string, markerSize = 7) {
  return mergeManifests({ base, ours, theirs }, { markerSize });
}

function conflict(ours: string, theirs: string, size = 7): string {
  const marker = (character: string) => character.repeat(size);
  return `${marker('<')} ours\n${ours}${marker('=')}\n${theirs}${marker('>')} theirs\n`;
}

/** The manifest with more settings at its top. */
function at(text: string, top: string): string {
  return text.replace('encrypted_with', `${top}encrypted_with`);
}

function sealed(name: string, text: string): string {
  return `  - name: ${name}\n    type: securestring\n    value: ${text}\n`;
}

function policy(after: number, unit: string): string {
  return `      - {Type: NoChangeNotification, Version: "1.0", Attributes: {After: ${after}, Unit: ${unit}}}\n`;
}

describe('is a conflict only if both sides changed it:', () => {
  test('a value, marked on its own lines, while the rest merges', () => {
    const ours = BASE.replace('two', 'OURS').replace('one', '1');
    const theirs = BASE.replace('two', 'THEIRS').replace('description: d', 'description: D');
    const marked = conflict('    value: OURS\n', '    value: THEIRS\n', 9);
    const text = BASE.replace('one', '1')
      .replace('description: d', 'description: D')
      .replace('    value: two\n', marked);
    expect(merge(BASE, ours, theirs, 9)).toEqual({ text, conflicts: 1 });
  });

  test('policies, as a whole', () => {
    const [first, between, last] = [policy(1, 'Days'), policy(2, 'Days'), policy(3, 'Days')];
    const list = `    tier: Advanced\n    policies:\n${first}${between}${last}`;
    const base = BASE.replace('    value: two\n', `${list}    value: two\n`);
    const ours = base.replace(first, policy(1, 'Hours')).replace('one', '1');
    const theirs = base.replace(last, policy(3, 'Hours'));
    const marked = conflict(
      policy(1, 'Hours') + between + last,
      first + between + policy(3, 'Hours'),
    );
    const text = base.replace('one', '1').replace(first + between + last, marked);
    expect(merge(base, ours, theirs)).toEqual({ text, conflicts: 1 });
    const clean = { text: ours.replace('two', '2'), conflicts: 0 };
    expect(merge(base, ours, base.replace('two', '2'))).toEqual(clean);
  });

  test('a parameter that one side removed and the other edited', () => {
    const ours = `${HEAD}parameters:\n${first}`;
    const theirs = BASE.replace('two', 'THEIRS');
    const item = second.replace('two', 'THEIRS');
    const text = `${HEAD}parameters:\n${first}${conflict('', item)}`;
    expect(merge(BASE, ours, theirs)).toEqual({ text, conflicts: 1 });
    const mirrored = `${HEAD}parameters:\n${first}${conflict(item, '')}`;
    expect(merge(BASE, theirs, ours)).toEqual({ text: mirrored, conflicts: 1 });
  });

  test('a parameter that both sides added differently', () => {
    const one = '  - name: c\n    type: String\n    value: 1\n';
    const merged = merge(BASE, BASE + one, BASE + one.replace('1', '2'));
    const rest = conflict('    value: 1\n', '    value: 2\n');
    expect(merged.text).toBe(`${BASE}  - name: c\n    type: String\n${rest}`);
  });

  test('a parameter on one line, as a whole', () => {
    const base = `${HEAD}parameters:\n  - {name: a, type: String, value: x}\n${second}`;
    const merged = merge(
      base,
      base.replace('x}', 'y}'),
      base.replace('x}', 'z}') + first.replace('a', 'c'),
    );
    expect(merged.conflicts).toBe(1);
    expect(merged.text).toContain(
      conflict(
        '  - {name: a, type: String, value: y}\n',
        '  - {name: a, type: String, value: z}\n',
      ),
    );
  });

  test('a value that became a blob on one side and another value on the other', () => {
    const blob = `    blob:\n      sha256: ${'ab'.repeat(32)}\n      size: 16\n      key: AAAA\n      binding: 1f0c9a2e\n      commit: ${'A'.repeat(43)}=\n      message_id: ${'A'.repeat(38)}==\n      commitment: ${'A'.repeat(38)}==\n      data: AAAA\n`;
    const ours = BASE.replace('    value: two\n', blob);
    const merged = merge(BASE, ours, BASE.replace('two', 'THEIRS'));
    expect(merged.text).toBe(
      BASE.replace('    value: two\n', conflict(blob, '    value: THEIRS\n')),
    );
  });
});

describe('settings that ciphertext is bound to:', () => {
  const base = `${HEAD}encrypted_with: arn:x\ndata_keys:\n${dataKeyLines('3f9c21ab')}parameters:\n${sealed('a', SEALED)}`;

  test('different file keys on both sides are a conflict in that line only', () => {
    const plain = `${HEAD}parameters:\n${first}`;
    const side = (key: string, id: string, name: string) =>
      `${HEAD}encrypted_with: ${key}\ndata_keys:\n${dataKeyLines(id)}parameters:\n${first}${sealed(name, SEALED.replace('3f9c21ab', id))}`;
    const merged = merge(plain, side('arn:1', 'aaaaaaaa', 'o'), side('arn:2', 'bbbbbbbb', 't'));
    expect(merged.conflicts).toBe(1);
    expect(merged.text).toContain(
      `${HEAD}${conflict('encrypted_with: arn:1\n', 'encrypted_with: arn:2\n')}data_keys:\n${dataKeyLines('aaaaaaaa')}${dataKeyLines('bbbbbbbb')}`,
    );
  });

  test('a data key under the old file key is a conflict with a new file key', () => {
    const moved = base.replace('arn:x', 'arn:y');
    const grown = base.replace(
      'parameters',
      `${dataKeyLines('ffffffff', WRAPPED.replace('C', 'D'))}parameters`,
    );
    const merged = merge(base, moved, grown);
    expect(merged.text).toContain(conflict('encrypted_with: arn:y\n', 'encrypted_with: arn:x\n'));
    expect(merge(base, grown, moved).conflicts).toBe(1);
    expect(merge(base, moved, base + first.replace('a', 'c')).conflicts).toBe(0);
    const psyml = merge(base, moved, base + sealed('p', PSYML));
    expect(psyml.conflicts).toBe(1);
  });

  test('a value under a data key that the other side dropped is a conflict', () => {
    const renewed = base
      .replace('arn:x', 'arn:y')
      .replaceAll('3f9c21ab', 'eeeeeeee')
      .replace(WRAPPED, WRAPPED.replace('C', 'D'));
    const grown = base + sealed('b', SEALED_AGAIN);
    const merged = merge(base, renewed, grown);
    expect(merged.conflicts).toBe(1);
    expect(merged.text).toContain(conflict('encrypted_with: arn:y\n', 'encrypted_with: arn:x\n'));
    expect(merge(base, grown, renewed).conflicts).toBe(1);
    const carried = renewed.replace('data_keys:\n', `data_keys:\n${dataKeyLines('3f9c21ab')}`);
    expect(merge(base, carried, grown).conflicts).toBe(0);
  });

  test('without them in the base, different file keys or paths are a conflict', () => {
    const broken = `${base}  - [`;
    for (const [old, other] of [
      ['arn:x', 'arn:y'],
      ['path: /a/', 'path: /b/'],
    ] as const) {
      const merged = merge(broken, base, base.replace(old, other));
      expect(merged.conflicts, old).toBe(1);
    }
  });

  test('a data key that both sides wrapped under different file keys is a conflict', () => {
    const side = (key: string, end: string) =>
      base.replace('arn:x', key).replace(WRAPPED, WRAPPED.slice(0, -4) + end);
    const merged = merge(base, side('arn:y', 'AAAA'), side('arn:z', 'BBBB'));
    expect(merged.conflicts).toBe(2);
  });

  test.each([
    ['path', 'path: /a/\n', 'path: /b/\n'],
    ['region', 'region: us-east-1\n', 'region: eu-west-1\n'],
    ['kmskey', 'kmskey: alias/a\n', 'kmskey: alias/b\n'],
  ])('a value sealed for the old %s is a conflict with a new one', (_, from, to) => {
    const moved = base.replace(from, to).replace(SEALED, SEALED_AGAIN);
    const merged = merge(base, base + sealed('b', SEALED.replace('B', 'C')), moved);
    expect(merged.text).toContain(conflict(from, to));
  });

  test.each([
    ['one more region', 'region: us-east-1\n', 'regions: [us-east-1, eu-west-1]\n'],
    ['one region less', 'regions: [us-east-1, eu-west-1]\n', 'region: us-east-1\n'],
    ['another region', 'regions: [us-east-1, us-west-2]\n', 'regions: [us-east-1, eu-west-1]\n'],
  ])('a value sealed for the old regions is a conflict with %s', (_, from, to) => {
    const old = base.replace('region: us-east-1\n', from);
    const moved = old.replace(from, to).replace(SEALED, SEALED_AGAIN);
    const merged = merge(old, old + sealed('b', SEALED.replace('B', 'C')), moved);
    const isRenamed = from.split(':')[0] !== to.split(':')[0];
    const marked = isRenamed ? [conflict(from, ''), conflict('', to)] : [conflict(from, to)];
    for (const text of marked) expect(merged.text).toContain(text);
    expect(merge(old, old + first.replace('name: a', 'name: c'), moved)).toMatchObject({
      conflicts: 0,
    });
  });

  test('another order of the regions is no other destination', () => {
    const old = base.replace('region: us-east-1', 'regions: [us-east-1, eu-west-1]');
    const turned = old.replace('us-east-1, eu-west-1', 'eu-west-1, us-east-1');
    const grown = old + sealed('b', SEALED.replace('B', 'C'));
    expect(merge(old, grown, turned)).toEqual({
      text: grown.replace('us-east-1, eu-west-1', 'eu-west-1, us-east-1'),
      conflicts: 0,
    });
  });

  test('a value sealed without an account is a conflict with a new account', () => {
    const account = 'account: "111122223333"\n';
    const moved = base.replace('encrypted_with', `${account}encrypted_with`);
    const grown = base + sealed('b', SEALED.replace('B', 'C'));
    const merged = merge(base, grown, moved.replace(SEALED, SEALED_AGAIN));
    expect(merged.text).toContain(conflict('', account));
    expect(merge(base, base + first.replace('a', 'c'), moved).conflicts).toBe(0);
  });

  test.each([
    ['store', '', 'store: secretsmanager\n'],
    ['secret', 'store: secretsmanager\n', 'store: secretsmanager\nsecret: prod/a\n'],
  ])('a value sealed before a new %s is a conflict', (_, from, to) => {
    const grown = base + sealed('b', SEALED.replace('B', 'C'));
    expect(merge(at(base, from), at(grown, from), at(base, to)).conflicts).toBe(1);
    const plain = base + first.replace('a', 'c');
    expect(merge(at(base, from), at(plain, from), at(base, to)).conflicts).toBe(0);
  });
});

describe('merges by lines what is not a manifest:', () => {
  test('cleanly where git would', () => {
    const merged = merge('a\nb\nc\nd\n', 'A\nb\nc\nd\n', 'a\nb\nc\nD');
    expect(merged).toEqual({ text: 'A\nb\nc\nD', conflicts: 0 });
  });

  test('with a conflict where git would', () => {
    const text = `a\n${conflict('B\n', 'Ƀ\n')}c\n`;
    expect(merge('a\nb\nc\n', 'a\nB\nc\n', 'a\nɃ\nc\n')).toEqual({ text, conflicts: 1 });
  });

  test('with one invalid side', () => {
    const merged = merge(BASE, BASE.replace('one', '"one'), BASE.replace('two', '2'));
    expect(merged).toEqual({
      text: BASE.replace('one', '"one').replace('two', '2'),
      conflicts: 0,
    });
  });
});

describe('merges by lines what is in brackets:', () => {
  const base = `${HEAD}parameters: [\n  {name: a, type: String, value: x},\n  # between\n  {name: b, type: String, value: y}\n]\n`;
  const c = '{name: c, type: String, value: z},\n';

  test('cleanly if the result is a manifest', () => {
    const text = base.replace('x}', 'X}').replace('y}', 'Y}');
    const merged = merge(base, base.replace('x}', 'X}'), base.replace('y}', 'Y}'));
    expect(merged).toEqual({ text, conflicts: 0 });
  });

  test('with a conflict if a name would occur twice', () => {
    const merged = merge(
      base,
      base.replace('[\n', `[\n  ${c}`),
      base.replace('between\n', `between\n  ${c}`),
    );
    expect(merged.conflicts).toBe(1);
  });
});

test('two valid sides whose merge would be invalid are a conflict', () => {
  const base = BASE.replace('one\n', 'one\n    tags: &shared {team: x}\n');
  const ours = `${base}  - name: c\n    type: String\n    tags: *shared\n    value: three\n`;
  const merged = merge(base, ours, BASE);
  expect(merged.conflicts).toBe(1);
  expect(merged.text).toContain('<<<<<<< ours\n');
});

const POLICIES =
  '[{Type: NoChangeNotification, Version: "1.0", Attributes: {After: 20, Unit: Days}}]';

describe('a field that one side shares by an alias, and the other changes at its anchor, is a conflict:', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    description: ['one', 'two'],
    type: ['String', 'StringList'],
    tier: ['Standard', 'Advanced'],
    store: ['auto', 'ssm'],
    extension: ['.one', '.two'],
    allowed_pattern: ['v+', 'v*'],
    data_type: ['text', 'json'],
    policies: [POLICIES, POLICIES.replace('20', '30')],
    tags: ['{team: x}', '{team: y}'],
    max_age: ['90d', '30d'],
  };

  test('for every field', () => {
    // A secret, a name or a date cannot be shared, and "encoding" has only one value.
    const others = ['name', 'encoding', 'changed', 'file', 'generate', 'value', 'blob'];
    expect([...Object.keys(cases), ...others].toSorted()).toEqual(PARAMETER_KEYS.toSorted());
  });

  test.each(Object.entries(cases))('%s', (key, [before = '', after = '']) => {
    const kind = key === 'max_age' ? 'SecureString' : 'String';
    const type = key === 'type' ? '' : `    type: ${kind}\n`;
    const typed = type + (key === 'tier' ? '' : '    tier: Advanced\n');
    const item = (name: string, field: string) =>
      `  - name: ${name}\n${typed}    ${key}: ${field}\n    value: v\n`;
    const base = `${HEAD}parameters:\n${item('a', `&shared ${before}`)}`;
    const ours = base + item('b', '*shared');
    const theirs = base.replace(before, after);
    for (const merged of [merge(base, ours, theirs), merge(base, theirs, ours)]) {
      expect(merged.conflicts).toBe(1);
    }
  });
});

test('tags of the manifest and tags of a parameter, each changed on one side, merge cleanly', () => {
  const base = BASE.replace('one\n', 'one\n    tags: {team: x}\n');
  const ours = base.replace('parameters:', 'tags: {cost: "1"}\nparameters:');
  const theirs = base.replace('{team: x}', '{team: y}');
  const text = ours.replace('{team: x}', '{team: y}');
  expect(merge(base, ours, theirs)).toEqual({ text, conflicts: 0 });
  expect(merge(base, theirs, ours)).toEqual({ text, conflicts: 0 });
});
