import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();

const BINARY = randomBytes(500);
const LONG = Buffer.alloc(200_000, 'x');

function createWithFiles() {
  return createScene(
    aws,
    `  - {name: tls/key-store.p12, type: SecureString, file: binary}
  - {name: long, type: SecureString, file: long}
  - {name: 2fa, type: SecureString, value: code}
`,
    { files: { binary: BINARY, long: LONG } },
  );
}

test('leaves out binary and very long values, and says so', async () => {
  const app = await createWithFiles();
  await app.succeed(['encrypt', 'app.yml']);
  const { stdout, stderr } = await app.succeed(['export', 'app.yml']);
  expect(stdout.toString()).toBe("export _2FA='code'\n");
  expect(stderr).toContain('tls/key-store.p12 is left out: it is binary');
  expect(stderr).toContain('long is left out: 195.3 KiB');
  expect(stderr).toContain('--files');
});

test('--files writes them readable only by the owner, and exports the paths', async () => {
  const app = await createWithFiles();
  await app.succeed(['encrypt', 'app.yml']);
  const { stdout } = await app.succeed(['export', 'app.yml', '--files', 'out dir']);
  expect((await app.files()).filter((file) => file.startsWith('out dir/'))).toEqual([
    'out dir/LONG',
    'out dir/TLS_KEY_STORE_P12',
  ]);
  expect((await stat(app.path('out dir'))).mode & 0o777).toBe(0o700);
  expect((await stat(app.path('out dir/LONG'))).mode & 0o777).toBe(0o600);
  await app.write('lines.sh', stdout);
  const shell = await run(
    'sh',
    ['-c', '. ./lines.sh; cat "$TLS_KEY_STORE_P12_FILE" "$LONG_FILE"'],
    {
      cwd: app.folder,
    },
  );
  expect(shell.stdout.equals(Buffer.concat([BINARY, LONG]))).toBe(true);
});

describe('two parameters with one variable name', () => {
  test.each([
    ['a/b', 'a-b'],
    ['a.b', 'A_B'],
    ['x', 'X'],
  ])('%s and %s are refused before anything is printed', async (first, second) => {
    const app = await createScene(aws, secret(first, 'one') + secret(second, 'two'));
    await app.succeed(['encrypt', 'app.yml']);
    const { code, stdout, stderr } = await app.coffer(['export', 'app.yml']);
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(first);
    expect(stderr).toContain(second);
  });

  test('are also refused across manifests', async () => {
    const app = await createScene(aws, secret('a', 'one'));
    const text = await app.text('app.yml');
    await app.write('other.yml', text.replace(/path: (.*)\//, 'path: $1/other/'));
    await app.succeed(['encrypt', 'app.yml', 'other.yml']);
    const { code, stdout } = await app.coffer(['export', 'app.yml', 'other.yml']);
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
  });
});

test('exports several manifests in one call, in order', async () => {
  const app = await createScene(aws, secret('a', 'one'));
  const text = await app.text('app.yml');
  await app.write(
    'other.yml',
    text.replace(/path: (.*)\//, 'path: $1/other/').replace('name: a', 'name: b'),
  );
  await app.succeed(['encrypt', 'app.yml', 'other.yml']);
  const { stdout } = await app.succeed(['export', 'other.yml', 'app.yml']);
  expect(stdout.toString()).toBe("export B='one'\nexport A='one'\n");
});
