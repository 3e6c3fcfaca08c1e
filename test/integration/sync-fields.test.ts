import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { createScene, secret } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

const BEFORE = `  - {name: value, type: String, value: old}
  - {name: description, type: String, value: x, description: old}
  - {name: no_description, type: String, value: x, description: old}
  - {name: pattern, type: String, value: x1, allowed_pattern: 'x[0-9]'}
  - {name: no_pattern, type: String, value: x1, allowed_pattern: 'x[0-9]'}
  - {name: tier, type: String, value: x}
  - {name: type, type: String, value: x}
  - {name: same, type: String, value: x, description: d, tier: Advanced, allowed_pattern: x}
`;
const AFTER = `  - {name: value, type: String, value: new}
  - {name: description, type: String, value: x, description: new}
  - {name: no_description, type: String, value: x, description: ''}
  - {name: pattern, type: String, value: y1, allowed_pattern: 'y[0-9]'}
  - {name: no_pattern, type: String, value: z}
  - {name: tier, type: String, value: x, tier: Advanced}
  - {name: type, type: StringList, value: [x, y]}
  - {name: same, type: String, value: x, description: d, tier: Advanced, allowed_pattern: x}
`;

test('shows and writes every field that differs, and nothing else', async () => {
  const app = await createScene(aws, BEFORE);
  await app.succeed(['sync', 'app.yml', '--yes']);
  await app.write('app.yml', (await app.text('app.yml')).replace(BEFORE, AFTER));

  const { code, stdout } = await app.coffer(['diff', 'app.yml', '--exit-code']);
  expect(code).toBe(3);
  const text = stdout.toString();
  expect(text).toContain('7 to update, 1 unchanged');
  for (const line of [
    'value: "old" → "new"',
    'description: "old" → "new"',
    'description: "old" → ""',
    'allowed pattern: "x[0-9]" → "y[0-9]"',
    'allowed pattern: "x[0-9]" → ""',
    'tier: "Standard" → "Advanced"',
    'type: "String" → "StringList"',
  ]) {
    expect(text).toContain(`      ${line}\n`);
  }

  await app.succeed(['sync', 'app.yml', '--yes']);
  const clean = await app.coffer(['diff', 'app.yml', '--exit-code']);
  expect(clean.stdout.toString()).toContain('no difference');
  expect(clean.code).toBe(0);

  const metadata = await stored.metadata(app.prefix);
  const values = await stored.values(app.prefix);
  expect(values).toMatchObject({ value: 'new', type: 'x,y' });
  expect(metadata.get('description')?.Description).toBe('new');
  expect(metadata.get('no_description')?.Description ?? '').toBe('');
  expect(metadata.get('pattern')?.AllowedPattern).toBe('y[0-9]');
  expect(metadata.get('no_pattern')?.AllowedPattern ?? '').toBe('');
  expect(metadata.get('tier')?.Tier).toBe('Advanced');
  expect(metadata.get('type')?.Type).toBe('StringList');
  expect(metadata.get('same')?.Version).toBe(1);
});

test('removes a data type that the manifest no longer has', async () => {
  const app = await createScene(aws, '  - {name: image, type: String, value: ami-12345678}\n');
  await stored.put(`${app.prefix}image`, 'ami-12345678', { DataType: 'aws:ec2:image' });
  const { stderr } = await app.succeed(['sync', 'app.yml', '--yes']);
  expect(stderr).toContain('data type: "aws:ec2:image" → "text"');
  expect((await stored.parameters(app.prefix)).get('image')?.DataType).toBe('text');
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
});

describe('a secret', () => {
  const [OLD, NEW] = [createCanary(), `${createCanary()}-longer`];

  test('is changed, and masked in every form of the plan', async () => {
    const app = await createScene(aws, secret('token', OLD) + secret('same', 'stays'));
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['sync', 'app.yml', '--yes']);
    await app.write(
      'app.yml',
      `path: ${app.prefix}\nregion: ${REGION}\nkmskey: ${aws.kmskey}\nparameters:\n` +
        `${secret('token', NEW)}${secret('same', 'stays')}`,
    );
    await app.succeed(['encrypt', 'app.yml']);
    for (const args of [
      ['diff', 'app.yml'],
      ['diff', 'app.yml', '--json'],
      ['diff', 'app.yml', '--format', 'markdown'],
      ['sync', 'app.yml', '--yes'],
    ]) {
      const { stdout, stderr } = await app.succeed([...args, '--debug']);
      expectHidden(OLD, { stdout, stderr });
      expectHidden(NEW, { stdout, stderr });
    }
    expect(await stored.values(app.prefix)).toEqual({ token: NEW, same: 'stays' });
    expect((await stored.metadata(app.prefix)).get('same')?.Version).toBe(1);
  });

  test('moves to another key if the manifest says so', async () => {
    const app = await createScene(aws, secret('token', OLD));
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['sync', 'app.yml', '--yes']);
    const other = `alias/${aws.unique('other')}`;
    await aws.createKey(other);
    await app.succeed(['move', 'app.yml', '--kmskey', other]);
    const { stderr } = await app.succeed(['sync', 'app.yml', '--yes']);
    expect(stderr).toContain(`key: "${aws.kmskey}" → "${other}"`);
    expect((await stored.metadata(app.prefix)).get('token')?.KeyId).toBe(other);
    expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
  });

  test('can become a String in place, and a String a secret', async () => {
    const app = await createScene(
      aws,
      `${secret('was_public', OLD)}  - {name: was_secret, type: String, value: x}\n`,
    );
    await app.succeed(['encrypt', 'app.yml']);
    await stored.put(`${app.prefix}was_public`, 'in the open');
    await stored.put(`${app.prefix}was_secret`, NEW, {
      Type: 'SecureString',
      KeyId: aws.kmskey,
    });
    const { stdout, stderr } = await app.succeed(['sync', 'app.yml', '--yes']);
    expectHidden(NEW, { stdout, stderr });
    expect(stderr).not.toContain('in the open');
    const parameters = await stored.parameters(app.prefix);
    expect(parameters.get('was_public')).toMatchObject({
      Type: 'SecureString',
      Value: OLD,
      Version: 2,
    });
    expect(parameters.get('was_secret')).toMatchObject({ Type: 'String', Value: 'x', Version: 2 });
    expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
  });
});

async function createLowered() {
  const app = await createScene(
    aws,
    '  - {name: tier, type: String, value: x, tier: Standard}\n  - {name: y, type: String, value: new}\n',
  );
  await stored.put(`${app.prefix}tier`, 'x', { Tier: 'Advanced' });
  return app;
}

describe('a lower tier', () => {
  test('is a replacement, which --yes alone does not allow; the rest is written', async () => {
    const app = await createLowered();
    const { code, stderr, stdout } = await app.coffer(['sync', 'app.yml', '--yes', '--json']);
    expect(code).toBe(4);
    expect(stderr).toContain('1 to replace');
    expect(stderr).toContain('--replace');
    expect(JSON.parse(stdout.toString())).toMatchObject({
      done: [`${app.prefix}y`],
      failed: [{ name: `${app.prefix}tier`, code: 'declined' }],
    });
    expect((await stored.metadata(app.prefix)).get('tier')?.Tier).toBe('Advanced');
    expect(await stored.values(app.prefix)).toEqual({ tier: 'x', y: 'new' });
  });

  test('is refused if it is the only change, and nothing is written', async () => {
    const app = await createLowered();
    const { code, stderr } = await app.coffer(['sync', 'app.yml', '--yes', '--only', 'tier']);
    expect(code).toBe(1);
    expect(stderr).toContain('--replace');
    expect(await stored.values(app.prefix)).toEqual({ tier: 'x' });
  });
});

test('leaves a description alone that the manifest does not mention, also when it writes', async () => {
  const app = await createScene(aws, '  - {name: a, type: String, value: one}\n');
  await stored.put(`${app.prefix}a`, 'one', { Description: '7' });
  expect((await app.coffer(['diff', 'app.yml', '--exit-code'])).code).toBe(0);
  for (const command of [['sync', '--yes'], ['save']]) {
    await app.write('app.yml', (await app.text('app.yml')).replace(/value: \w+/, 'value: two'));
    await app.succeed([...command, 'app.yml']);
    expect((await stored.metadata(app.prefix)).get('a')?.Description).toBe('7');
  }
});
