import { appendFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { decrypt } from '../../src/actions/decrypt.ts';
import { edit } from '../../src/actions/edit.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

async function createSealed() {
  const app = await createScene(aws, secret('a', 'one') + secret('b', 'two'));
  const { tools, said } = createTools(aws);
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  said.notes.length = 0;
  return { app, tools, said, file, sealed: await app.text('app.yml') };
}

const refuse = () => Promise.reject(new Error('nobody is asked'));

/** An edit that replaces one text by another. */
function replacing(from: string, to: string) {
  return (text: Buffer) => Promise.resolve(Buffer.from(String(text).replace(from, to)));
}

test('edit seals changed values, and the others keep their ciphertext', async () => {
  const { app, tools, said, file, sealed } = await createSealed();
  const report = await edit(tools, file, replacing('two', 'three'));
  expect(report).toEqual({
    file,
    changed: true,
    encryptedWith: expect.stringMatching(/^arn:/) as string,
    sealed: [{ name: 'b', form: 'value', why: 'new' }],
    warnings: [],
    changes: [{ name: 'b', change: 'changed' }],
  });
  expect(said.notes).toEqual(['changed b']);
  const lines = sealed.split('\n');
  const changed = (await app.text('app.yml')).split('\n').filter((line, i) => line !== lines[i]);
  expect(changed).toEqual([expect.stringMatching(/^ {2}- \{name: b, .*ENC\[/)]);
  expect((await decrypt(tools, file)).text).toContain('value: three');
});

test('an unchanged text changes nothing', async () => {
  const { app, tools, said, file, sealed } = await createSealed();
  const report = await edit(tools, file, (text) => Promise.resolve(text));
  expect(report).toEqual({ file, changed: false, sealed: [], warnings: [], changes: [] });
  expect(said.notes).toEqual([`${file}: nothing changed`]);
  expect(await app.text('app.yml')).toBe(sealed);
});

describe('a secret whose type an edit changes', () => {
  const edits: readonly [string, (text: string) => string, readonly string[]][] = [
    ['a String', (text) => text.replace(/securestring/i, 'String'), ['a']],
    ['a StringList', (text) => text.replace(/securestring/i, 'StringList'), ['a']],
    [
      'a String of another name',
      (text) => text.replace(/name: a, type: securestring/i, 'name: x, type: String'),
      ['x'],
    ],
    ['several', (text) => text.replaceAll(/securestring/gi, 'String'), ['a', 'b']],
  ];
  test.each(edits)(
    '%s: asks, and changes nothing if the answer is no',
    async (_, change, names) => {
      const { app, file, sealed } = await createSealed();
      const { tools, said } = createTools(aws, { answer: 'no' });
      const type = (text: Buffer) => Promise.resolve(Buffer.from(change(String(text))));
      expect((await failureOf(() => edit(tools, file, type))).code).toBe('declined');
      expect(said.questions).toEqual([expect.stringContaining('readable in git')]);
      for (const name of names) expect(said.questions[0]).toMatch(new RegExp(`\\b${name}\\b`));
      expect(await app.text('app.yml')).toBe(sealed);
      await edit(tools, file, type, { yes: true });
      expect(said.questions).toHaveLength(1);
      expect(await app.text('app.yml')).toMatch(/value: "?one\b/);
    },
  );

  test('is asked about only then', async () => {
    const { file } = await createSealed();
    const { tools, said } = createTools(aws, { answer: 'no' });
    await edit(tools, file, (text) =>
      Promise.resolve(Buffer.from(`${String(text)}  - {name: c, type: String, value: one}\n`)),
    );
    await edit(tools, file, replacing('two', 'three'));
    expect(said.questions).toEqual([]);
  });
});

test('an invalid text is edited again, as it was typed', async () => {
  const { app, tools, file } = await createSealed();
  const seen: string[] = [];
  const errors: unknown[] = [];
  const edits = [replacing('name: b', 'nome: b'), replacing('nome: b', 'name: c')];
  const change = (text: Buffer) => {
    seen.push(String(text));
    return edits[seen.length - 1]?.(text) ?? Promise.reject(new Error('a third time'));
  };
  const again = (error: unknown) => Promise.resolve(errors.push(error) > 0);
  const { changes } = await edit(tools, file, change, { again });
  expect(errors).toEqual([expect.objectContaining({ code: 'manifest' })]);
  expect(seen[1]).toBe(seen[0]?.replace('name: b', 'nome: b'));
  expect(changes).toEqual([
    { name: 'c', change: 'added' },
    { name: 'b', change: 'removed' },
  ]);
  expect(await app.text('app.yml')).toContain('name: c');
});

test('an invalid text is discarded on request, and an error if nobody can be asked', async () => {
  const { app, tools, file, sealed } = await createSealed();
  const change = replacing('name: b', 'nome: b');
  const discard = { again: () => Promise.resolve(false) };
  expect(await failureOf(() => edit(tools, file, change, discard))).toMatchObject({
    code: 'declined',
    message: `edit discarded; ${file} is unchanged`,
  });
  expect(await failureOf(() => edit(tools, file, change))).toMatchObject({ code: 'manifest' });
  expect(await app.text('app.yml')).toBe(sealed);
});

test('keeps a concurrent change, and the edit beside it, sealed', async () => {
  const { app, tools, file, sealed } = await createSealed();
  const change = async (text: Buffer) => {
    await appendFile(file, '# theirs\n');
    return replacing('two', 'mine')(text);
  };
  const error = await failureOf(() => edit(tools, file, change, { again: refuse }));
  expect(error).toMatchObject({ code: 'conflict' });
  expect(await app.text('app.yml')).toBe(`${sealed}# theirs\n`);
  expect((await decrypt(tools, `${file}.edited`)).text).toContain('value: mine');
});

test('a new manifest starts with a template, in the home region', async () => {
  const app = await createScene(aws, secret('a', 'one'));
  const { tools } = createTools(aws, { homeRegion: 'eu-west-1' });
  const file = app.path('web shop.yml');
  await edit(tools, file, (text) => Promise.resolve(text));
  expect(await app.files()).toEqual(['app.yml']);
  const { changes } = await edit(tools, file, replacing('value: in plaintext here; ', 'value: '));
  expect(changes).toEqual([{ name: 'example', change: 'added' }]);
  const text = await app.text('web shop.yml');
  expect(text).toMatch(/^path: \/web-shop\/ .*\nregion: eu-west-1\nkmskey: alias\/web-shop /);
  expect(text).toMatch(/value: ENC\[v1,/);
});
