import { describe, expect, test } from 'vitest';
import { bindingOf, blobContext } from '../../../src/crypto/contexts.ts';
import { replaceManifest } from '../../../src/seal/apply.ts';
import { useAws } from '../../support/aws.ts';
import { LONG, useEditing } from './editing.ts';
import { parameterOf } from './sample.ts';

const { openSealed } = await useEditing(await useAws());

/** The lines of `after` that `before` does not have, and the other way round. */
function differences(before: string, after: string) {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return {
    gone: old.filter((line) => !now.includes(line)),
    come: now.filter((line) => !old.includes(line)),
  };
}

test('the view shows text values, and is otherwise the manifest', async () => {
  const { manifest, view } = await openSealed();
  expect(Object.fromEntries(view.shown)).toEqual({
    a: 'secret: a',
    b: 'secret-b',
    long: `${LONG}.`,
  });
  const { come } = differences(manifest.text, view.text);
  expect(come).toEqual([
    '    value: "secret: a"',
    '  - {name: b, type: securestring, value: secret-b}',
    `    value: ${LONG}.`,
  ]);
});

describe('an edit of', () => {
  test('one value changes only its line', async () => {
    const { manifest, seal } = await openSealed();
    const { text, valueOf, sealed, changes } = await seal((view) =>
      view.replace('secret: a', 'new'),
    );
    const { gone, come } = differences(manifest.text, text);
    expect(gone).toHaveLength(1);
    expect(come).toEqual([expect.stringMatching(/^ {4}value: ENC\[v1,\w{8},.*\]$/)]);
    expect(sealed).toEqual([{ name: 'a', form: 'value', why: 'new' }]);
    expect(changes).toEqual([{ name: 'a', change: 'changed' }]);
    expect(await valueOf('a')).toBe('new');
  });

  test.each<[string, (text: string) => string]>([
    ['comments and blank lines', (text) => text.replace('# the first\n', '# a comment\n\n')],
    ['the order', (text) => text.replace(/( {2}- \{name: b.*\n)([^]*)/, '$2$1')],
    ['quotes', (text) => text.replace('"secret: a"', "'secret: a' # now with a comment")],
    ['the style', (text) => text.replace('"secret: a"', '>-\n      secret:\n      a')],
    ['line breaks', (text) => text.replaceAll('\n', '\r\n')],
  ])('%s seals nothing again', async (_, edit) => {
    const { manifest, seal } = await openSealed();
    const { text, after, sealed, changes } = await seal(edit);
    expect(text).toContain('ENC[');
    expect(text).not.toContain('secret-b');
    expect([sealed, changes]).toEqual([[], []]);
    for (const { name, content } of manifest.parameters) {
      expect(parameterOf(after, name).content, name).toEqual(content);
    }
  });

  test('names seals values under the new ones, and keeps blobs as they are', async () => {
    const { manifest, seal } = await openSealed();
    const { after, valueOf, changes } = await seal((text) =>
      text.replaceAll(/name: (a|b|binary|text)\b/g, 'name: new/$1'),
    );
    expect(changes.map(({ name, change }) => `${change} ${name}`)).toEqual([
      'added new/a',
      'added new/b',
      'added new/binary',
      'added new/text',
      'removed a',
      'removed b',
      'removed binary',
      'removed text',
    ]);
    expect(await valueOf('new/a')).toBe('secret: a');
    expect(await valueOf('new/text')).toBe('text');
    const [was, is] = [parameterOf(manifest, 'binary'), parameterOf(after, 'new/binary')];
    expect(is.content).toEqual({
      kind: 'blob',
      blob: {
        ...(was.content.kind === 'blob' && was.content.blob),
        key: expect.any(String),
        binding: bindingOf(blobContext(after.destination, is)),
      },
    });
    await valueOf('new/binary');
  });

  test.each([
    ['path', 'path: /app/', 'path: /moved/'],
    ['region', 'region: us-east-1', 'region: eu-west-1'],
    ['kmskey', 'kmskey: alias/k', 'kmskey: alias/other'],
    ['account', 'bucket:', 'account: "111122223333"\nbucket:'],
  ])('the %s seals every value under a new data key', async (_, from, to) => {
    const { manifest, seal } = await openSealed();
    const { after, valueOf } = await seal((text) => text.replace(from, to));
    expect(Object.keys(after.dataKeys)).toHaveLength(1);
    expect(Object.keys(after.dataKeys)).not.toEqual(Object.keys(manifest.dataKeys));
    for (const [name, value] of Object.entries({ a: 'secret: a', long: `${LONG}.`, text: 'text' }))
      expect(await valueOf(name)).toBe(value);
    await valueOf('binary');
  });

  test('types seals new secrets, and writes former ones in plaintext', async () => {
    const { seal } = await openSealed();
    const { text, valueOf } = await seal((view) =>
      view
        .replace('name: b, type: securestring', 'name: b, type: String')
        .replace('name: plain, type: string', 'name: plain, type: SecureString'),
    );
    expect(text).toContain('{name: b, type: string, value: secret-b}');
    expect(text).toMatch(/\{name: plain, type: securestring, value: "ENC\[/);
    expect(await valueOf('plain')).toBe('1.10');
  });

  test('a blob in plaintext makes a new one, and removes the file of the old one', async () => {
    const { manifest, seal } = await openSealed();
    const { valueOf, ...next } = await seal((text) =>
      text.replace(LONG, `more ${LONG}`).replace(/ {2}- name: binary[^]*?(?= {2}- name: text)/, ''),
    );
    expect(await valueOf('long')).toBe(`more ${LONG}.`);
    const { content } = parameterOf(manifest, 'binary');
    const { removed } = await replaceManifest(manifest, next);
    expect(removed).toEqual([
      content.kind === 'blob' && 'path' in content.blob.body && content.blob.body.path,
    ]);
  });
});
