import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { decrypt, decryptValues } from '../../src/actions/decrypt.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

test('decrypt returns the text in plaintext, and leaves the file alone', async () => {
  const app = await createScene(aws, `# all\n${secret('a', 'one')}${plain('b', 'two')}`);
  const file = app.path('app.yml');
  const { tools } = createTools(aws);
  const before = await app.text('app.yml');
  await encrypt(tools, [file]);
  const sealed = await app.text('app.yml');
  expect(await decrypt(tools, file)).toEqual({ text: before.replace('"one"', 'one'), left: [] });
  expect(await app.text('app.yml')).toBe(sealed);
});

test('a value that cannot be plaintext in a manifest stays sealed, and can be read separately', async () => {
  const values = {
    a: Buffer.from('one'),
    long: Buffer.from('long '.repeat(20_000)),
    binary: randomBytes(300),
    like: Buffer.from(`ENC[${'x'.repeat(5000)}`),
  };
  const { a: _, ...files } = values;
  const app = await createScene(
    aws,
    secret('a', 'one') +
      Object.keys(files)
        .map((name) => `  - {name: ${name}, type: SecureString, file: ${name}}\n`)
        .join(''),
    { files },
  );
  const file = app.path('app.yml');
  const { tools } = createTools(aws);
  await encrypt(tools, [file]);

  const { text, left } = await decrypt(tools, file);
  expect(text).toContain('value: one');
  expect(text).toContain('encrypted_with:');
  expect(left.map(({ message }) => message)).toEqual([
    'long is long and stays encrypted',
    'binary is binary and stays encrypted',
    'like is like ciphertext and stays encrypted',
  ]);
  const opened = await decryptValues(tools, file);
  expect(opened.map(({ name, type }) => [name, type])).toEqual(
    Object.keys(values).map((name) => [app.prefix + name, 'SecureString']),
  );
  for (const [index, value] of Object.values(values).entries()) {
    expect(opened[index]?.bytes.equals(value)).toBe(true);
  }
  const [one, ...others] = await decryptValues(tools, file, { only: [`${app.prefix}a`] });
  expect([one?.bytes.toString(), others]).toEqual(['one', []]);
  expect(await failureOf(() => decryptValues(tools, file, { only: ['none'] }))).toMatchObject({
    code: 'usage',
    message: `${file} has no parameter none`,
  });
});
