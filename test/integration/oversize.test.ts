import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene } from '../support/scene.ts';

const aws = await useAws();

const typed = (bytes: number, more = '') =>
  `  - name: v\n    type: SecureString\n${more}    value: ${'x'.repeat(bytes)}\n`;

async function stored(name: string) {
  const { Parameter } = await aws.ssm.send(
    new GetParameterCommand({ Name: name, WithDecryption: true }),
  );
  return Parameter;
}

describe('the place of a value', () => {
  test.each([
    [4096, '', 'SSM'],
    [4097, '', 'S3'],
    [8192, '    tier: Advanced\n', 'SSM'],
    [8193, '    tier: Advanced\n', 'S3'],
    [8192, '    tier: Intelligent-Tiering\n', 'SSM'],
    [8193, '    tier: Intelligent-Tiering\n', 'S3'],
    [10, '    store: s3\n', 'S3'],
    [4096, '    store: ssm\n', 'SSM'],
    [4097, '    store: auto\n', 'S3'],
  ])('%i bytes with %j go to %s', async (bytes, more, place) => {
    const app = await createScene(aws, typed(bytes, more));
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.text('app.yml')).toContain(place === 'S3' ? 'blob:' : 'ENC[');
    await app.succeed(['save', 'app.yml']);
    const parameter = await stored(`${app.prefix}v`);
    expect(parameter?.Type).toBe(place === 'S3' ? 'String' : 'SecureString');
    if (place === 'S3') expect(parameter?.Value).toMatch(/^s3:\/\/.*\/v3-[0-9a-f]{64}$/);
    const { stdout } = await app.succeed(['get', `${app.prefix}v`]);
    expect(stdout.toString()).toBe('x'.repeat(bytes));
  });

  test('counts bytes, not characters', async () => {
    const app = await createScene(
      aws,
      `  - {name: v, type: SecureString, value: ${'ü'.repeat(2049)}}\n`,
    );
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.text('app.yml')).toContain('blob:');
  });
});

describe('refuses a value that fits nowhere, with size, limit and what to add:', () => {
  test.each([
    ['no bucket', 5000, '', ['5000 bytes', '4096', 'bucket: NAME', 'tier: Advanced']],
    ['no bucket, Advanced', 9000, '    tier: Advanced\n', ['9000 bytes', '8192', 'bucket: NAME']],
    ['no bucket, store s3', 10, '    store: s3\n', ['store: s3 needs a bucket', 'bucket: NAME']],
    ['store ssm', 5000, '    store: ssm\n', ['5000 bytes', '4096', 'store: ssm']],
  ])('%s', async (_, bytes, more, says) => {
    const app = await createScene(aws, typed(bytes, more), { header: `kmskey: ${aws.kmskey}\n` });
    const before = await app.text('app.yml');
    const { code, stderr } = await app.coffer(['encrypt', 'app.yml']);
    expect(code).toBe(1);
    for (const words of says) expect(stderr).toContain(words);
    expect(stderr).toMatch(/^app\.yml:\d+:\d+: error: v: /);
    expect(await app.text('app.yml')).toBe(before);
    expect(await app.files()).toEqual(['app.yml']);
  });

  test.each(['alias/aws/ssm', 'arn:aws:kms:us-east-1:111122223333:alias/aws/ssm'])(
    "%s, AWS's own key, which nothing but SSM may use",
    async (key) => {
      const header = `kmskey: ${key}\nbucket: ${aws.bucket}\n`;
      const app = await createScene(aws, typed(5000, ''), { header });
      const before = await app.text('app.yml');
      const { code, stderr } = await app.coffer(['encrypt', 'app.yml']);
      expect(code).toBe(2);
      expect(stderr).toContain(`v goes to S3, but kmskey is ${key}`);
      expect(stderr).toContain('coffer move app.yml --kmskey alias/NAME');
      expect(await app.text('app.yml')).toBe(before);

      await app.write('small.yml', before.replaceAll(/x+$/gm, 'small'));
      await app.succeed(['encrypt', 'small.yml']);
      await app.succeed(['move', 'app.yml', '--kmskey', aws.kmskey]);
      await app.succeed(['encrypt', 'app.yml']);
    },
  );
});
