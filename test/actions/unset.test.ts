import { expect, test } from 'vitest';
import { encrypt } from '../../src/actions/encrypt.ts';
import { unset } from '../../src/actions/unset.ts';
import { useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { createSecretScene } from '../support/secrets-manager.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();

test('unset removes parameters with their blobs, and reports both', async () => {
  const app = await createScene(
    aws,
    `${secret('a', 'one')}  - {name: x, type: SecureString, file: big}\n${plain('c', 'three')}`,
    { files: { big: 'z'.repeat(100_000) } },
  );
  const file = app.path('app.yml');
  const { tools, said } = createTools(aws);
  await encrypt(tools, [file]);
  said.notes.length = 0;
  expect(await unset(tools, file, ['a', `${app.prefix}x`, 'x'])).toEqual({
    file,
    changed: true,
    removed: ['a', 'x'],
    blobs: [expect.stringMatching(/^app\.blobs\/x-[0-9a-f]{6}\.enc$/)],
  });
  expect(said.notes).toEqual([
    `${file}: removed a, x; run coffer sync ${file} --prune to delete from AWS too`,
  ]);
  expect(await app.files()).toEqual(['app.yml', 'big']);
  expect(await app.text('app.yml')).not.toMatch(/name: [ax]/);
});

test('refuses an unknown name, and removes nothing', async () => {
  const app = await createScene(aws, secret('a', 'one') + secret('b', 'two'));
  const before = await app.text('app.yml');
  const { tools } = createTools(aws);
  const error = await failureOf(() => unset(tools, app.path('app.yml'), ['a', 'none']));
  expect(error).toMatchObject({ code: 'usage', hint: 'its parameters: a, b' });
  expect(await app.text('app.yml')).toBe(before);
});

test('where one secret holds all values, sync alone deletes the value', async () => {
  const app = await createSecretScene(aws, plain('a', 'one') + plain('b', 'two'));
  const file = app.path('app.yml');
  const { tools, said } = createTools(aws);
  await unset(tools, file, ['b']);
  expect(said.notes).toEqual([
    `${file}: removed b; run coffer sync ${file} to delete from AWS too`,
  ]);
});
