import { expect, test } from 'vitest';
import { decryptValues } from '../../src/actions/decrypt.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { rotate } from '../../src/actions/rotate.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, secret } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

async function createApp() {
  const generated = ['x', 'y'].map(
    (name) => `  - {name: ${name}, type: SecureString, generate: {length: 12, charset: hex}}\n`,
  );
  const app = await createScene(aws, secret('typed', 'one') + generated.join(''));
  const { tools, said } = createTools(aws);
  const file = app.path('app.yml');
  await encrypt(tools, [file]);
  const values = async () =>
    (await decryptValues(tools, file)).map(({ bytes }) => bytes.toString());
  said.notes.length = 0;
  return { app, tools, said, file, values };
}

test('rotate generates new values for the named parameters, or for all with generate:', async () => {
  const { tools, said, file, values } = await createApp();
  const [typed, x, y] = await values();
  const report = await rotate(tools, file, ['x']);
  expect(report).toMatchObject({
    file,
    changed: true,
    sealed: [{ name: 'x', form: 'value', why: 'generated' }],
  });
  expect(said.notes).toEqual([
    `${file}: generated new values for x; run coffer sync ${file} to update AWS`,
  ]);
  const once = await values();
  expect(once).toEqual([typed, expect.stringMatching(/^[0-9a-f]{12}$/), y]);
  expect(once[1]).not.toBe(x);

  const { sealed } = await rotate(tools, file, [], { all: true });
  expect(sealed.map(({ name }) => name)).toEqual(['x', 'y']);
  const twice = await values();
  expect(twice[0]).toBe(typed);
  expect(twice[1]).not.toBe(once[1]);
  expect(twice[2]).not.toBe(y);
});

test('refuses a parameter without generate:, and changes nothing', async () => {
  const { app, tools, file } = await createApp();
  const before = await app.text('app.yml');
  expect(await failureOf(() => rotate(tools, file, ['x', 'typed']))).toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/^typed has no generate:/) as string,
    place: { file },
  });
  for (const call of [
    () => rotate(tools, file, []),
    () => rotate(tools, file, ['x'], { all: true }),
  ]) {
    expect(await failureOf(call)).toMatchObject({ code: 'usage' });
  }
  expect(await app.text('app.yml')).toBe(before);
});
