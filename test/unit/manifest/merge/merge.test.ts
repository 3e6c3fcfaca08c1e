import { describe, expect, test } from 'vitest';
import { mergeManifests } from '../../../../src/manifest/merge/manifest.ts';
import {
  blob,
  blobLines,
  dataKey,
  dataKeyLines,
  HEAD,
  parse,
  PSYML,
  SEALED,
  SEALED_AGAIN,
  WRAPPED,
} from '../samples.ts';

const token = '  # for the API\n  - name: token\n    type: String\n    value: one\n';
const url = '  - name: url\n    type: String\n    description: where\n    value: two\n';
const user = '\n  # who we are\n  - name: user\n    type: String\n    value: three # say\n';
const BASE = `${HEAD}parameters:\n${token}${url}${user}`;

function merge(base: string, ours: string, theirs: string, markerSize = 7) {
  return mergeManifests({ base, ours, theirs }, { markerSize });
}

function added(name: string): string {
  return `  - name: ${name}\n    type: String\n    value: ${name}\n`;
}

function sealed(name: string, text = SEALED): string {
  return `  - name: ${name}\n    type: securestring\n    value: ${text}\n`;
}

function entry(id: string, wrapped = WRAPPED): string {
  return dataKeyLines(id, wrapped);
}

/** A manifest's text up to its parameters. */
function keys(...entries: string[]): string {
  return `${HEAD}encrypted_with: arn:x\ndata_keys:\n${entries.join('')}parameters:\n`;
}

/** As an editor on Windows may save it. */
function windows(text: string): string {
  return text.replace(/\n$/, '').replaceAll('\n', '\r\n');
}

/** Sides that change different things, and the result. */
const CLEAN: [what: string, ours: string, theirs: string, merged: string][] = [
  [
    'both append: ours comes first',
    BASE + added('a'),
    `${BASE}\n  # new\n${added('b')}`,
    `${BASE}${added('a')}\n  # new\n${added('b')}`,
  ],
  [
    'what theirs adds in the middle stays with its neighbour, whatever moved around it',
    `${HEAD}parameters:\n${url}${token}${user}`,
    `${HEAD}parameters:\n${token}${added('b')}${url}${user}`,
    `${HEAD}parameters:\n${url}${token}${added('b')}${user}`,
  ],
  [
    'what one side edits, the other may move',
    BASE.replace('one', 'ONE # now'),
    `${HEAD}parameters:\n${url}${user}${token}`,
    `${HEAD}parameters:\n${url}${user}${token.replace('one', 'ONE # now')}`,
  ],
  [
    'neighbouring lines of one parameter',
    BASE.replace('where', 'there').replace('type: String\n    desc', 'type: string\n    desc'),
    BASE.replace('value: two', 'value: 2'),
    BASE.replace('where', 'there')
      .replace('type: String\n    desc', 'type: string\n    desc')
      .replace('value: two', 'value: 2'),
  ],
  [
    'a comment and the value below it',
    BASE.replace('for the API', 'of the API'),
    BASE.replace('one', 'ONE').replace('say', 'SAY'),
    BASE.replace('for the API', 'of the API').replace('one', 'ONE').replace('say', 'SAY'),
  ],
  [
    'neighbours that are removed, one by each side, with their comments',
    `${HEAD}parameters:\n${url}${user}`,
    `${HEAD}parameters:\n${token}${user}`,
    `${HEAD}parameters:\n${user}`,
  ],
  [
    'neighbouring settings, and a new one',
    BASE.replace('us-east-1', 'eu-west-1'),
    BASE.replace('alias/a', 'alias/b').replace('param', 'bucket: the-bucket\nparam'),
    BASE.replace('us-east-1', 'eu-west-1')
      .replace('alias/a', 'alias/b')
      .replace('param', 'bucket: the-bucket\nparam'),
  ],
  [
    'a blank line at the end of the file and a last line that changes',
    `${BASE}\n# the end\n`,
    BASE.replace('three', '3'),
    `${BASE.replace('three', '3')}\n# the end\n`,
  ],
];

describe('merges cleanly:', () => {
  test.each(CLEAN)('%s', (_what, ours, theirs, text) => {
    expect(merge(BASE, ours, theirs)).toEqual({ text, conflicts: 0 });
    parse(text);
  });

  test.each(CLEAN)('%s; with CRLF and a last line without a break', (_what, ours, theirs, text) => {
    const merged = merge(windows(BASE), windows(ours), windows(theirs));
    expect(merged).toEqual({ text: windows(text), conflicts: 0 });
  });
});

describe('data keys', () => {
  const base = keys(entry('3f9c21ab')) + sealed('a');
  const other = `${WRAPPED.slice(0, -4)}AAAA`;

  test('are all kept, sorted', () => {
    const ours = `${keys(entry('3f9c21ab'), entry('cccccccc'))}${sealed('a')}`;
    const theirs = `${keys(entry('3f9c21ab'), entry('bbbbbbbb'), entry('dddddddd'))}${sealed('a')}`;
    const all = ['3f9c21ab', 'bbbbbbbb', 'cccccccc', 'dddddddd'].map((id) => entry(id));
    const text = `${keys(...all)}${sealed('a')}`;
    expect(merge(base, ours, theirs)).toEqual({ text, conflicts: 0 });
  });

  test('merge if both sides sealed their first secret', () => {
    const plain = `${HEAD}parameters:\n${added('p')}`;
    const ours = `${keys(entry('cccccccc'))}${added('p')}${sealed('o').replace('3f9c21ab', 'cccccccc')}`;
    const theirs = `${keys(entry('bbbbbbbb'))}${added('p')}${sealed('t').replace('3f9c21ab', 'bbbbbbbb')}`;
    const merged = merge(plain, ours, theirs);
    expect(merged.conflicts).toBe(0);
    expect(Object.keys(parse(merged.text).dataKeys)).toEqual(['bbbbbbbb', 'cccccccc']);
  });

  test('stay as long as a value of either side needs them', () => {
    const renewed = SEALED.replace('3f9c21ab', 'eeeeeeee');
    const ours = `${keys(entry('eeeeeeee'))}${sealed('a', renewed)}`;
    const merged = merge(base, ours, base + sealed('b', SEALED_AGAIN));
    const text = `${keys(entry('3f9c21ab'), entry('eeeeeeee'))}${sealed('a', renewed)}${sealed('b', SEALED_AGAIN)}`;
    expect(merged).toEqual({ text, conflicts: 0 });
    const bare = `${HEAD}parameters:\n${added('p')}`;
    const emptied = merge(base + added('p'), bare, base + added('p') + sealed('b', SEALED_AGAIN));
    expect(emptied.conflicts).toBe(0);
    expect(parse(emptied.text)).toMatchObject({
      encryptedWith: 'arn:x',
      dataKeys: { '3f9c21ab': dataKey() },
    });
    expect(merge(base + added('p'), bare, base + added('p') + added('q')).text).toBe(
      bare + added('q'),
    );
  });

  test('do not conflict if both sides re-wrapped them, but do if two different keys share an id', () => {
    const one = base.replace(WRAPPED, other);
    const two = base.replace(WRAPPED, `${WRAPPED.slice(0, -4)}BBBB`);
    expect(merge(base, one, two + added('q'))).toEqual({ text: one + added('q'), conflicts: 0 });
    const ours = `${keys(entry('3f9c21ab'), entry('bbbbbbbb'))}${sealed('a')}`;
    const theirs = `${keys(entry('3f9c21ab'), entry('bbbbbbbb', other))}${sealed('a')}`;
    expect(merge(base, ours, theirs).conflicts).toBe(1);
  });
});

function blobItem(byte: number): string {
  const key = Buffer.alloc(45, byte).toString('base64');
  return `  - name: b\n    type: securestring\n    blob:\n${blobLines('      ', { ...blob(), key })}`;
}

describe('blobs with re-wrapped keys', () => {
  const refreshed = (byte: number) =>
    keys(entry('3f9c21ab', Buffer.alloc(60, byte).toString('base64'))).replace('arn:x', 'arn:y');
  const base = keys(entry('3f9c21ab')) + blobItem(1) + sealed('a');

  test('do not conflict if both sides re-wrapped them', () => {
    const [ours, theirs] = [2, 3].map((byte) => refreshed(byte) + blobItem(byte) + sealed('a'));
    const merged = merge(base, ours ?? '', (theirs ?? '') + added('q'));
    expect(merged).toEqual({ text: ours + added('q'), conflicts: 0 });
  });

  test('can be removed, described, or replaced under the same file key', () => {
    const ours = refreshed(2) + blobItem(2) + sealed('a');
    const gone = keys(entry('3f9c21ab')) + sealed('a');
    expect(merge(base, ours, gone)).toEqual({ text: refreshed(2) + sealed('a'), conflicts: 0 });
    const described = ours.replace('    blob:', '    description: d\n    blob:');
    const other = base.replace('    blob:', '    description: d\n    blob:');
    expect(merge(base, ours, other)).toEqual({ text: described, conflicts: 0 });
    const replaced = `${refreshed(3)}${blobItem(4).replace('9f86', '0000')}${sealed('a')}`;
    const renewed = replaced.replace(refreshed(3), refreshed(2));
    expect(merge(base, ours, replaced)).toEqual({ text: renewed, conflicts: 0 });
  });
});

test('merges an old psyml manifest', () => {
  const head = `${HEAD}encrypted_with: arn:x\nparameters:\n`;
  const base = `${head}${sealed('a', PSYML)}`;
  const merged = merge(base, base + sealed('o', PSYML), base + sealed('t', PSYML));
  const text = `${base}${sealed('o', PSYML)}${sealed('t', PSYML)}`;
  expect(merged).toEqual({ text, conflicts: 0 });
});

test('merges two files without a common base into one with the parameters of both', () => {
  const merged = merge('', `${HEAD}parameters:\n${token}`, `${HEAD}parameters:\n${url}`);
  expect(merged).toEqual({ text: `${HEAD}parameters:\n${token}${url}`, conflicts: 0 });
});

/** A manifest with a maximum age, and perhaps the day of the last change. */
function agingSecret(value: string, changed?: string): string {
  const day = changed === undefined ? '' : `    changed: ${changed}\n`;
  return `${HEAD}parameters:\n  - name: a\n    type: SecureString\n    max_age: 90d\n${day}    value: ${value}\n`;
}

describe('the day of the last change goes along with the value:', () => {
  test.each([
    ['that one side has and the other corrects', '2026-01-01', '2026-01-02', '2026-05-05'],
    ['that one side adds with its value', undefined, '2026-01-02', '2026-05-05'],
    ['that is gone', '2026-01-01', '2026-01-02', undefined],
  ])('a day %s', (_, base, corrected, withValue) => {
    const [before, ours, theirs] = [
      agingSecret('v', base),
      agingSecret('v', corrected),
      agingSecret('w', withValue),
    ];
    const merged = { text: theirs, conflicts: 0 };
    expect(merge(before, ours, theirs)).toEqual(merged);
    expect(merge(before, theirs, ours)).toEqual(merged);
  });

  test('two new values are a conflict, with the days of both', () => {
    const merged = merge(
      agingSecret('v', '2026-01-01'),
      agingSecret('w', '2026-02-02'),
      agingSecret('x', '2026-03-03'),
    );
    expect(merged.conflicts).toBe(2);
    expect(merged.text).toMatch(/<<< ours\n    changed: 2026-02-02\n={7}\n    changed: 2026-03-03/);
  });

  test('two new values of one day are one conflict', () => {
    const merged = merge(
      agingSecret('v', '2026-01-01'),
      agingSecret('w', '2026-02-02'),
      agingSecret('x', '2026-02-02'),
    );
    expect(merged.conflicts).toBe(1);
  });

  test('a day that one side corrects is taken', () => {
    const other = `${agingSecret('v', '2026-01-01')}  - {name: b, type: String, value: w}\n`;
    const merged = merge(agingSecret('v', '2026-01-01'), agingSecret('v', '2025-05-05'), other);
    expect(merged).toEqual({ text: other.replace('2026-01-01', '2025-05-05'), conflicts: 0 });
  });
});
