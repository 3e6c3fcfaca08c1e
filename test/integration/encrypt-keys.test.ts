import { DescribeKeyCommand, GetKeyRotationStatusCommand } from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();

function encryptedWith(text: string): string {
  const [, arn] = /^encrypted_with: (\S+)$/m.exec(text) ?? [];
  if (!arn) throw new Error('the manifest has no encrypted_with');
  return arn;
}

async function keyOf(alias: string, region: string): Promise<string | undefined> {
  const { kms } = aws.clients(region);
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: alias }));
  return KeyMetadata?.Arn;
}

describe('the file key', () => {
  test('and its alias are created if missing, with rotation, and encrypt says so', async () => {
    const alias = `alias/${aws.unique('fresh')}`;
    const app = await createScene(aws, secret('a', 'one'));
    const { stderr } = await app.succeed(['encrypt', 'app.yml'], {
      env: { COFFER_KEY_ALIAS: alias },
    });
    const arn = encryptedWith(await app.text('app.yml'));
    expect(arn).toBe(await keyOf(alias, 'us-east-1'));
    expect(stderr).toContain(`created the KMS key ${arn} as ${alias}`);
    const { KeyRotationEnabled } = await aws.kms.send(
      new GetKeyRotationStatusCommand({ KeyId: arn }),
    );
    expect(KeyRotationEnabled).toBe(true);

    const again = await createScene(aws, secret('a', 'one'));
    const second = await again.succeed(['encrypt', 'app.yml'], {
      env: { COFFER_KEY_ALIAS: alias },
    });
    expect(second.stderr).not.toContain('created');
    expect(encryptedWith(await again.text('app.yml'))).toBe(arn);
  });

  test('is not created with --no-create-key', async () => {
    const alias = `alias/${aws.unique('never')}`;
    const app = await createScene(aws, secret('a', 'one'));
    const before = await app.text('app.yml');
    const { code, stderr } = await app.coffer(['encrypt', 'app.yml', '--no-create-key'], {
      env: { COFFER_KEY_ALIAS: alias },
    });
    expect(code).toBe(1);
    expect(stderr).toContain(alias);
    expect(stderr).toContain('--no-create-key');
    expect(await app.text('app.yml')).toBe(before);
    await expect(keyOf(alias, 'us-east-1')).rejects.toThrow(alias);
  });

  test('that encrypted_with names is used on, whatever the alias is now, when it is accepted', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    await app.succeed(['encrypt', 'app.yml']);
    const arn = encryptedWith(await app.text('app.yml'));
    const alias = `alias/${aws.unique('other')}`;
    await aws.createKey(alias);
    await app.write('app.yml', (await app.text('app.yml')) + secret('b', 'two'));
    const env = { COFFER_KEY_ALIAS: alias };
    const { code, stderr } = await app.coffer(['encrypt', 'app.yml'], { env });
    expect(code).toBe(1);
    expect(stderr).toContain(`--accept-file-key ${arn}`);
    await app.succeed(['encrypt', 'app.yml', '--accept-file-key', arn], { env });
    expect(encryptedWith(await app.text('app.yml'))).toBe(arn);
    expect(await app.value('b')).toBe('two');
    // The other remedy of the hint, as it is printed.
    const [, lasting = ''] = / COFFER_KEY_ALIAS=(\S+) /.exec(stderr) ?? [];
    await app.write('app.yml', (await app.text('app.yml')) + secret('c', 'three'));
    await app.succeed(['encrypt', 'app.yml'], { env: { COFFER_KEY_ALIAS: lasting } });
    expect(encryptedWith(await app.text('app.yml'))).toBe(arn);
    expect(await app.value('c')).toBe('three');
  });

  test('is added below the settings, with its data key', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.text('app.yml')).toMatch(
      /\nbucket: \S+\nencrypted_with: arn:\S+\ndata_keys:\n {2}"?[0-9a-f]{8}"?:\n {4}key: [A-Za-z0-9+/]+=*\n {4}binding: "?[0-9a-f]{8}"?\n {4}commit: [A-Za-z0-9+/]{43}=\nparameters:\n/,
    );
  });
});

describe('the environment chooses', () => {
  test.each([
    ['COFFER_KEY_ALIAS', 'COFFER_KEY_REGION'],
    ['PSYML_KEY_ALIAS', 'PSYML_KEY_REGION'],
  ])('alias and region by %s and %s', async (aliasName, regionName) => {
    const alias = `alias/${aws.unique('abroad')}`;
    const arn = await aws.createKey(alias, 'eu-west-1');
    const app = await createScene(aws, secret('a', 'one'));
    const env = { COFFER_KEY_ALIAS: undefined, [aliasName]: alias, [regionName]: 'eu-west-1' };
    await app.succeed(['encrypt', 'app.yml'], { env });
    expect(encryptedWith(await app.text('app.yml'))).toBe(arn);
    expect(arn).toContain(':eu-west-1:');
    expect(await app.value('a')).toBe('one');
  });

  test("coffer's names before psyml's", async () => {
    const [ours, theirs] = [`alias/${aws.unique('ours')}`, `alias/${aws.unique('theirs')}`];
    const arn = await aws.createKey(ours);
    await aws.createKey(theirs);
    const app = await createScene(aws, secret('a', 'one'));
    await app.succeed(['encrypt', 'app.yml'], {
      env: { COFFER_KEY_ALIAS: ours, PSYML_KEY_ALIAS: theirs },
    });
    expect(encryptedWith(await app.text('app.yml'))).toBe(arn);
  });

  test('nothing with an empty variable', async () => {
    const alias = `alias/${aws.unique('psyml')}`;
    const arn = await aws.createKey(alias);
    const app = await createScene(aws, secret('a', 'one'));
    const env = {
      COFFER_KEY_ALIAS: '',
      COFFER_KEY_REGION: '',
      PSYML_KEY_ALIAS: alias,
      PSYML_KEY_REGION: '',
    };
    await app.succeed(['encrypt', 'app.yml'], { env });
    expect(encryptedWith(await app.text('app.yml'))).toBe(arn);
  });

  test('--region instead of the region in the manifest', async () => {
    const alias = `alias/${aws.unique('region')}`;
    const arn = await aws.createKey(alias, 'eu-central-1');
    const app = await createScene(aws, secret('a', 'one'));
    await app.succeed(['encrypt', 'app.yml', '--region', 'eu-central-1'], {
      env: { COFFER_KEY_ALIAS: alias },
    });
    expect(encryptedWith(await app.text('app.yml'))).toBe(arn);
  });
});
