import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { textconv } from '../../src/actions/textconv.ts';
import { useAws } from '../support/aws.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

test('masks secrets, or reveals those that it can open', async () => {
  const app = await createScene(aws, secret('a', 'one') + secret('b', 'two') + plain('c', 'three'));
  const file = app.path('app.yml');
  const { tools, said } = createTools(aws);
  await encrypt(tools, [file]);
  const masked = String(await textconv(tools, file));
  expect(masked.match(/value: .*/g)).toEqual([
    expect.stringMatching(/ENC\[…[0-9a-f]{8}\]/),
    expect.stringMatching(/ENC\[…[0-9a-f]{8}\]/),
    'value: "three"}',
  ]);
  const revealed = String(await textconv(tools, file, { reveal: true }));
  expect(revealed.match(/value: .*/g)).toEqual(['value: one}', 'value: two}', 'value: "three"}']);
  expect(said.warnings).toEqual([]);

  const text = await app.text('app.yml');
  const [first = '', second = ''] = text.match(/ENC\[[^\]]+\]/g) ?? [];
  await app.write('app.yml', `${text.replace(first, second)}${secret('typed', 'four')}`);
  const partly = String(await textconv(tools, file, { reveal: true }));
  expect(partly.match(/value: .*/g)).toEqual([
    expect.stringMatching(/ENC\[…[0-9a-f]{8}\]/),
    'value: two}',
    'value: "three"}',
    'value: "four"}',
  ]);
  expect(said.warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^1 of 4 values stay masked: a cannot be decrypted: /),
  ]);
});

test('masks a broken manifest with a warning, and prints other files unchanged', async () => {
  const app = await createScene(aws, secret('a', 'one'));
  const { tools, said } = createTools(aws);
  await app.write('app.yml', (await app.text('app.yml')).replace(/^region.*\n/m, ''));
  const text = String(await textconv(tools, app.path('app.yml'), { reveal: true }));
  expect(text).toContain('(a secret in plaintext)');
  expect(said.warnings).toEqual([
    expect.objectContaining({
      message: expect.stringMatching(/^all values stay masked: /) as string,
    }),
  ]);
  const bytes = Buffer.from([0xff, 1, 2, 0x80]);
  await app.write('binary', bytes);
  expect(await textconv(tools, app.path('binary'))).toEqual(bytes);
});
