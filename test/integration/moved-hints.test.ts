import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();

test.each([
  [/^path: .*$/m, 'path: /elsewhere/', '--path /elsewhere/'],
  [/^region: .*$/m, 'region: eu-west-1', '--region eu-west-1'],
  [/^region: .*$/m, 'regions: [eu-west-1, us-east-1]', '--regions eu-west-1,us-east-1'],
  [/^kmskey: .*$/m, 'kmskey: alias/other', '--kmskey alias/other'],
  [/^kmskey: /m, 'account: "111122223333"\nkmskey: ', '--account 111122223333'],
])('after %s was made %s by hand, the hint of check runs as printed', async (line, by, flag) => {
  const app = await createScene(aws, secret('a', 'one'), { header: `kmskey: ${aws.kmskey}\n` });
  await app.succeed(['encrypt', 'app.yml']);
  const before = await app.text('app.yml');
  await app.write('app.yml', before.replace(line, by));
  const { code, stdout } = await app.coffer(['check']);
  expect(code).toBe(3);
  const [, call = ''] = /and run coffer (move .*), which seals all anew/.exec(String(stdout)) ?? [];
  expect(call).toContain(flag);

  await app.write('app.yml', before);
  await app.succeed(call.split(' '));
  await app.succeed(['check']);
  expect(await app.text('app.yml')).not.toBe(before);
  expect(await app.value('a')).toBe('one');
});
