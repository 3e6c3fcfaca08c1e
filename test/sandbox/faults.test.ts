import { createHash, randomBytes } from 'node:crypto';
import { GetParametersByPathCommand, paginateGetParametersByPath } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { byLength } from '../support/length.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
const control = controlOf(aws);
await aws.createKey(aws.fileKeyAlias);

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const COUNT = byLength(25, 60);
const MANY = Array.from({ length: COUNT }, (_, i) => secret(`s${i}`, `value ${i}`)).join('');

async function savedUnder(prefix: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const input = { Path: prefix, Recursive: true, WithDecryption: true };
  for await (const page of paginateGetParametersByPath({ client: aws.ssm }, input)) {
    for (const { Name = '', Value = '' } of page.Parameters ?? []) {
      found[Name.slice(prefix.length)] = Value;
    }
  }
  return found;
}

const EXPECTED = Object.fromEntries(
  Array.from({ length: COUNT }, (_, i) => [`s${i}`, `value ${i}`]),
);

test.each([
  ['throttling', [{ action: 'ssm:PutParameter', perSecond: 5 }]],
  ['one error in six', [{ action: '*', errorRate: 1 / 6 }]],
  ['one connection in six breaking', [{ action: '*', resetRate: 1 / 6 }]],
])('save survives %s', async (_, rules) => {
  const app = await createScene(aws, MANY);
  await app.succeed(['encrypt', 'app.yml']);
  await control.disturb({ seed: 5, rules });
  const calls = await control.callsOf(() => app.succeed(['save', 'app.yml']));
  // Otherwise no fault happened, and the test proves nothing.
  expect(calls['ssm:PutParameter']).toBeGreaterThan(COUNT);
  await control.disturb({});
  expect(await savedUnder(app.prefix)).toEqual(EXPECTED);
});

test('get survives broken connections, and its bytes are complete', async () => {
  const content = randomBytes(5 * 1024 * 1024);
  const app = await createScene(aws, '  - {name: f, type: SecureString, file: source}\n', {
    files: { source: content },
  });
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['save', 'app.yml']);
  await control.disturb({ seed: 3, rules: [{ action: '*', resetRate: 0.4 }] });
  const rounds = byLength(2, 4);
  let calls = 0;
  for (let i = 0; i < rounds; i += 1) {
    const counted = await control.callsOf(async () => {
      const { stdout } = await app.succeed(['get', `${app.prefix}f`]);
      expect(digest(stdout)).toBe(digest(content));
    });
    calls += Object.values(counted).reduce((sum, n) => sum + n, 0);
  }
  expect(calls).toBeGreaterThan(rounds * 3);
});

test('encrypt, refresh and decrypt survive errors, and leave a complete file', async () => {
  const app = await createScene(aws, MANY);
  const alias = `alias/${aws.unique('next')}`;
  await aws.createKey(alias);
  await control.disturb({ rules: [{ action: 'kms:*', errorRate: 0.5 }] });
  const calls = await control.callsOf(async () => {
    await app.succeed(['encrypt', 'app.yml']);
    const [, before = ''] = /^encrypted_with: (\S+)$/m.exec(await app.text('app.yml')) ?? [];
    const args = ['refresh', 'app.yml', '--accept-file-key', before];
    await app.succeed(args, { env: { COFFER_KEY_ALIAS: alias } });
    expect(await app.value('s20')).toBe('value 20');
  });
  expect(Object.values(calls).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(4);
  expect(await app.files()).toEqual(['app.yml']);
});

test('reports a service that keeps failing, and what is left to do', async () => {
  const app = await createScene(aws, secret('a', 'one') + secret('b', 'two'));
  await app.succeed(['encrypt', 'app.yml']);
  await control.disturb({ rules: [{ action: 'ssm:PutParameter', errorRate: 1 }] });
  // With the default of seven, waiting between the attempts takes twenty seconds.
  const env = { AWS_MAX_ATTEMPTS: byLength('3', undefined) };
  const { code, stderr } = await app.coffer(['save', 'app.yml'], { env });
  expect(code).toBe(1);
  expect(stderr).toContain(`${app.prefix}a`);
  expect(stderr).toContain(`${app.prefix}b`);
  await control.disturb({});
  const { Parameters } = await aws.ssm.send(new GetParametersByPathCommand({ Path: app.prefix }));
  expect(Parameters).toEqual([]);
  await app.succeed(['save', 'app.yml']);
});

test('lists everything in spite of empty pages', async () => {
  const app = await createScene(aws, MANY);
  await app.succeed(['encrypt', 'app.yml']);
  await app.succeed(['save', 'app.yml']);
  await control.disturb({ emptyPages: true });
  const { stdout } = await app.succeed(['list', 'app.yml', '--json']);
  const { parameters } = JSON.parse(stdout.toString()) as { parameters: object[] };
  expect(parameters).toHaveLength(COUNT);
});
