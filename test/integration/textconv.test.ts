import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
await aws.createKey(aws.fileKeyAlias);

test('reveals the values that open; others stay masked', async () => {
  const app = await createScene(aws, secret('a', 'first secret') + secret('b', 'second secret'));
  await app.succeed(['encrypt', 'app.yml']);
  const revealed = await app.succeed(['textconv', '--reveal', 'app.yml']);
  expect(revealed.stdout.toString()).toContain('value: "first secret"');
  expect(revealed.stdout.toString()).toContain('value: "second secret"');

  const text = await app.text('app.yml');
  const [first = '', second = ''] = text.match(/ENC\[[^\]]+\]/g) ?? [];
  await app.write('moved.yml', text.replace(first, second));
  const partly = await app.succeed(['textconv', '--reveal', 'moved.yml']);
  expect(partly.stdout.toString()).toContain('value: "second secret"');
  expect(partly.stdout.toString()).toMatch(/name: a, .*ENC\[…[0-9a-f]{8}\]/);
  expect(partly.stderr).toContain('1 of 2 values stay masked: a cannot be decrypted');
});
