import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseManifest } from '../../../src/manifest/index.ts';
import { useAws } from '../../support/aws.ts';
import { failureOf } from '../../support/failure.ts';
import { useEditing } from './editing.ts';
import { parameterOf } from './sample.ts';

const { kms, keyArn, open, openSealed } = await useEditing(await useAws());

test('restores keys that were removed', async () => {
  const { manifest, seal } = await openSealed(
    'parameters:\n- {name: a, type: SecureString, value: x}',
  );
  const { text } = await seal((view) => view.replace(/encrypted_with[^]*?(?=parameters)/, ''));
  expect(text).toBe(manifest.text);
});

test('a new name or type does not need the file: of a value', async () => {
  const { workspace, seal } = await openSealed();
  await rm(workspace.path('t.txt'));
  await seal((text) => text.replace('secret-b', 'other'));
  const { code, place } = await failureOf(() =>
    seal((text) => text.replace('"secret: a"', '|\n      two\n      lines').replace('text', 'txt')),
  );
  expect(code).toBe('source');
  expect(place?.line).toBeGreaterThan(10);
});

test("seals text that looks like psyml's ciphertext", async () => {
  const typed = Buffer.concat([Buffer.of(1), randomBytes(89)]).toString('base64');
  const { seal } = await openSealed();
  const { text, valueOf } = await seal((view) => view.replace('secret-b', typed));
  expect(text).not.toContain(typed);
  expect(await valueOf('b')).toBe(typed);
});

test('refuses ciphertext that does not open in its place, with file and line', async () => {
  const { manifest, seal } = await openSealed();
  const { content } = parameterOf(manifest, 'a');
  const text = content.kind === 'sealed' ? content.text : '';
  const failure = await failureOf(() => seal((view) => view.replace('secret-b', `"${text}"`)));
  expect(failure.code).toBe('manifest');
  expect(failure.message).toBe('b has ciphertext of another parameter');
  expect(failure.place?.line).toBe(
    manifest.text.split('\n').findIndex((l) => /name: b/.test(l)) + 1,
  );
});

test('refuses to write if an unedited value would change', async () => {
  const { manifest } = await openSealed();
  const [a = '', b = ''] = manifest.text.match(/ENC\[.*?\]/g) ?? [];
  const { seal } = await open({ ...manifest, text: manifest.text.replace(a, b) });
  const edit = seal((text) => text.replace('# the first', '# a comment'));
  await expect(edit).rejects.toThrow(/would change a/);
});

test("psyml's ciphertext stays if its plaintext does, for any other edit", async () => {
  const psyml = async (name: string, text: string) =>
    (
      await kms.encrypt(keyArn, Buffer.from(text), { Client: 'psyml', Name: name })
    ).wrapped.toString('base64');
  const [a, b] = [await psyml('a', 'one'), await psyml('b', 'two')];
  const text = `path: /app/
region: us-east-1
kmskey: alias/k
encrypted_with: ${keyArn}
parameters:
- name: a
  type: securestring
  value: ${a}
- name: b
  type: securestring
  value: ${b}
`;
  const { view, seal } = await open(parseManifest(text, 'app.yml'));
  const edited = await seal((shown) =>
    shown.replace('value: two', 'value: three').replace('securestring', 'SecureString'),
  );
  expect(view.text).toBe(text.replace(a, 'one').replace(b, 'two'));
  expect(
    edited.text
      .split(/data_keys:\n(?: .*\n)+/)
      .join('')
      .replace(/ENC.*/, b),
  ).toBe(text);
  expect([await edited.valueOf('a'), await edited.valueOf('b')]).toEqual(['one', 'three']);
});
