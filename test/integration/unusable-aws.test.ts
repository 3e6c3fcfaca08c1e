import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary } from '../support/canary.ts';
import { expectRefusal } from '../support/refusal.ts';
import { createScene } from '../support/scene.ts';

const aws = await useAws();
const SECRET = createCanary();

const GOOD = `  - name: token
    type: SecureString
    value: ${SECRET}
`;

describe('names what is unusable:', () => {
  const nowhere = 'http://127.0.0.1:1';

  test.each<[string, Record<string, string | undefined>, RegExp]>([
    [
      'no credentials',
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      /there are no AWS credentials[\s\S]*hint: sign in/,
    ],
    [
      'no server at the endpoint',
      { AWS_ENDPOINT_URL: nowhere },
      /cannot reach 127\.0\.0\.1:1 \(ECONNREFUSED\)/,
    ],
    ['a missing profile', { AWS_PROFILE: 'nobody', AWS_ACCESS_KEY_ID: undefined }, /credentials/],
  ])('%s', async (_, env, says) => {
    const app = await createScene(aws, GOOD);
    await expectRefusal(app, ['encrypt', 'app.yml'], { code: 1, secret: SECRET, says, env });
    await app.succeed(['encrypt', 'app.yml']);
    for (const command of ['decrypt', 'export', 'save']) {
      await expectRefusal(app, [command, 'app.yml'], { code: 1, secret: SECRET, says, env });
    }
  });

  test('no region for get', async () => {
    const app = await createScene(aws, GOOD);
    const env = { AWS_REGION: undefined };
    await expectRefusal(app, ['get', '/x'], {
      code: 2,
      secret: SECRET,
      says: /no AWS region/,
      env,
    });
  });

  test('no such key, with --no-create-key', async () => {
    const app = await createScene(aws, GOOD);
    const env = { COFFER_KEY_ALIAS: `alias/${aws.unique('none')}` };
    const args = ['encrypt', 'app.yml', '--no-create-key'];
    await expectRefusal(app, args, { code: 1, secret: SECRET, says: /does not exist/, env });
  });

  test('no such kmskey at save', async () => {
    const app = await createScene(aws, '  - {name: b, type: SecureString, store: s3, value: x}\n', {
      header: `kmskey: alias/no-such-key\nbucket: ${aws.bucket}\n`,
    });
    await app.succeed(['encrypt', 'app.yml']);
    const { code, stderr } = await app.coffer(['save', 'app.yml']);
    expect(code).toBe(1);
    expect(stderr).toContain(`${app.prefix}b`);
    expect(stderr).toContain('alias/no-such-key');
  });

  test('no such bucket at save', async () => {
    const app = await createScene(aws, '  - {name: b, type: SecureString, store: s3, value: x}\n', {
      header: `kmskey: ${aws.kmskey}\nbucket: ${aws.unique('no-bucket')}\n`,
    });
    await app.succeed(['encrypt', 'app.yml']);
    const { code, stderr } = await app.coffer(['save', 'app.yml']);
    expect(code).toBe(1);
    expect(stderr).toContain('no-bucket');
  });
});

test('names a value that no longer decrypts, and prints nothing of the others', async () => {
  const app = await createScene(
    aws,
    `${GOOD}  - {name: other, type: SecureString, value: ${SECRET}}\n`,
  );
  await app.succeed(['encrypt', 'app.yml']);
  const text = await app.text('app.yml');
  await app.write('app.yml', text.replace('name: token', 'name: tokem'));
  for (const command of ['decrypt', 'export', 'save']) {
    const says = /^app\.yml:\d+:\d+: error: tokem/;
    await expectRefusal(app, [command, 'app.yml'], { code: 1, secret: SECRET, says });
  }
});
