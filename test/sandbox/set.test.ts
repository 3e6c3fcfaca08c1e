import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { controlOf } from '../support/control.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
const control = controlOf(aws);
await aws.createKey(aws.fileKeyAlias);

const GENERATED = '  - {name: made, type: SecureString, generate: {length: 20}}\n';

describe('an author without kms:Decrypt', () => {
  test('can set and rotate secrets', async () => {
    const app = await createScene(aws, secret('old', 'one') + GENERATED);
    await app.succeed(['encrypt', 'app.yml']);
    const made = await app.value('made');
    const env = { AWS_ACCESS_KEY_ID: 'AKIAAUTHOR' };
    await control.disturb({
      rules: [{ action: 'kms:Decrypt', deny: true, accessKeyId: 'AKIAAUTHOR' }],
    });
    await app.succeed(['set', 'app.yml', 'new'], { env, stdin: 'two' });
    await app.succeed(['set', 'app.yml', 'old'], { env, stdin: 'three' });
    await app.succeed(['set', 'app.yml', 'large'], { env, stdin: 'four'.repeat(3000) });
    await app.succeed(['rotate', 'app.yml', 'made'], { env });

    expect(await app.value('new')).toBe('two');
    expect(await app.value('old')).toBe('three');
    expect(await app.value('large')).toBe('four'.repeat(3000));
    expect(await app.value('made')).not.toBe(made);
  });
});

test('makes the same calls to KMS as encrypt; unset makes none', async () => {
  const app = await createScene(aws, secret('old', 'one'));
  const set = (name: string, stdin: string) => () =>
    app.succeed(['set', 'app.yml', name], { stdin });
  // Whether the caller may open a new data key decides who else may seal under it.
  const first = { 'kms:GenerateDataKey': 1, 'kms:Decrypt': 1 };
  expect(await control.callsOf(set('a', 'two'))).toEqual(first);
  // Whether the alias still names the key of encrypted_with.
  const trust = { 'kms:DescribeKey': 1 };
  expect(await control.callsOf(set('a', 'three'))).toEqual({ ...trust, 'kms:Decrypt': 1 });
  const blob = { ...trust, 'kms:GenerateDataKey': 1 };
  expect(await control.callsOf(set('b', 'x'.repeat(5000)))).toEqual(blob);
  expect(await control.callsOf(() => app.succeed(['unset', 'app.yml', 'a']))).toEqual({});
});

describe('changes nothing if KMS fails:', () => {
  test.each([
    ['a value', 10],
    ['a blob', 2000],
    ['a blob beside the manifest', 20_000],
  ])('%s', async (_, times) => {
    const app = await createScene(aws, secret('old', 'one'));
    const before = await app.text('app.yml');
    await control.disturb({ rules: [{ action: 'kms:GenerateDataKey', deny: true }] });
    const canary = createCanary();
    const stdin = canary.repeat(times);
    const { code, stdout, stderr } = await app.coffer(['set', 'app.yml', 'n', '--debug'], {
      stdin,
    });
    expect(code).toBe(1);
    expectHidden(canary, { stdout, stderr });
    expect(await app.text('app.yml')).toBe(before);
    expect(await app.files()).toEqual(['app.yml']);
  });
});
