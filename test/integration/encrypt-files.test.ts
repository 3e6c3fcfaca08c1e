import { randomBytes } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createScene, type Scene } from '../support/scene.ts';

const aws = await useAws();

const FILE = '  - name: f\n    type: SecureString\n    file: in/source\n';

function withFile(content: string | Uint8Array, parameters = FILE): Promise<Scene> {
  return createScene(aws, parameters, { files: { 'in/source': content } });
}

async function opened(app: Scene): Promise<Buffer> {
  return (await app.succeed(['decrypt', 'app.yml', '--value', 'f'])).stdout;
}

describe('a file', () => {
  test.each([
    ['of text goes into SSM', Buffer.from('grün\n'), 'value'],
    ['of exactly 4,096 bytes goes into SSM', Buffer.alloc(4096, 'x'), 'value'],
    ['of 4,097 bytes becomes a blob', Buffer.alloc(4097, 'x'), 'blob'],
    ['that is small and binary becomes a blob', Buffer.from([0xff, 0xfe, 0x00]), 'blob'],
    ['with a NUL becomes a blob', Buffer.from('a\0b'), 'blob'],
    ['of 200 KiB becomes a blob', randomBytes(200 * 1024), 'blob'],
  ])('%s', async (_, content, form) => {
    const app = await withFile(content);
    const { stdout } = await app.succeed(['encrypt', 'app.yml', '--json']);
    const report = JSON.parse(stdout.toString()) as { manifests: { sealed: object[] }[] };
    expect(report.manifests[0]?.sealed).toEqual([{ name: 'f', form, why: 'new' }]);
    expect((await opened(app)).equals(content)).toBe(true);
    expect(await app.text('app.yml')).toContain('    file: in/source\n');
  });

  test('of a String is read when it is needed, and not copied into the manifest', async () => {
    const app = await withFile('open', '  - name: f\n    type: String\n    file: in/source\n');
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.text('app.yml')).not.toMatch(/value:|blob:/);
    expect((await opened(app)).toString()).toBe('open');
  });
});

describe('refuses an impossible source, and keeps the manifest:', () => {
  test.each<[string, (app: Scene) => Promise<void>, string]>([
    ['an empty file', (app) => app.write('in/source', ''), 'is empty'],
    ['a missing file', (app) => rm(app.path('in/source')), 'does not exist'],
    [
      'a directory',
      async (app) => {
        await rm(app.path('in/source'));
        await app.write('in/source/inner', 'x');
      },
      'is a folder',
    ],
  ])('%s', async (_, spoil, says) => {
    const app = await withFile('x');
    await spoil(app);
    const [before, files] = [await app.text('app.yml'), await app.files()];
    const { code, stderr } = await app.coffer(['encrypt', 'app.yml']);
    expect(code).toBe(2);
    expect(stderr).toContain(`f: file in/source ${says}`);
    expect(stderr).toMatch(/^app\.yml:\d+:\d+: error: /);
    expect(await app.text('app.yml')).toBe(before);
    expect(await app.files()).toEqual(files);
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(isRoot)(
    `a file without read permission${isRoot ? ' (skipped: root reads all)' : ''}`,
    async () => {
      const app = await withFile('x');
      await chmod(app.path('in/source'), 0);
      const { code, stderr } = await app.coffer(['encrypt', 'app.yml']);
      expect(code).toBe(2);
      expect(stderr).toContain('cannot be read (EACCES)');
    },
  );

  test('reports all of them at once, each with its place', async () => {
    const app = await createScene(
      aws,
      `  - {name: a, type: SecureString, file: none}
  - {name: b, type: SecureString, file: neither}
  - {name: c, type: SecureString, value: fine}
`,
    );
    const { code, stderr } = await app.coffer(['encrypt', 'app.yml']);
    expect(code).toBe(2);
    expect(stderr.match(/error:/g)).toHaveLength(2);
    expect(stderr).toMatch(/a: file none[\s\S]*b: file neither/);
  });
});

describe.each([
  ['small', 'first', 'second', 'value'],
  ['large', Buffer.alloc(5000, 'a'), Buffer.alloc(5000, 'b'), 'blob'],
  ['large enough for a blob file', randomBytes(100_000), randomBytes(100_000), 'blob'],
])('after encrypt, a %s file', (_, first, second, form) => {
  async function createSealed() {
    const app = await withFile(first);
    await app.succeed(['encrypt', 'app.yml']);
    return app;
  }

  test('that is unchanged changes no byte', async () => {
    const app = await createSealed();
    const before = await app.text('app.yml');
    await app.write('in/source', first);
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.text('app.yml')).toBe(before);
  });

  test('that changed is sealed again, and leaves only one ciphertext', async () => {
    const app = await createSealed();
    await app.write('in/source', second);
    const { stdout } = await app.succeed(['encrypt', 'app.yml', '--json']);
    const report = JSON.parse(stdout.toString()) as { manifests: { sealed: object[] }[] };
    expect(report.manifests[0]?.sealed).toEqual([{ name: 'f', form, why: 'changed' }]);
    expect((await opened(app)).equals(Buffer.from(second))).toBe(true);
    const blobs = (await app.files()).filter((file) => file.endsWith('.enc'));
    expect(blobs).toHaveLength(second.length > 65_000 ? 1 : 0);
    expect(await app.files()).toEqual(['app.yml', ...blobs, 'in/source'].toSorted());
  });

  test('that is missing keeps the ciphertext, which still opens', async () => {
    const app = await createSealed();
    const before = await app.text('app.yml');
    await rm(app.path('in/source'));
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.text('app.yml')).toBe(before);
    expect((await opened(app)).equals(Buffer.from(first))).toBe(true);
  });

  test('is sealed again on request, even if unchanged', async () => {
    const app = await createSealed();
    const before = await app.text('app.yml');
    await app.succeed(['encrypt', 'app.yml', '--reseal', 'f']);
    expect(await app.text('app.yml')).not.toBe(before);
    expect((await opened(app)).equals(Buffer.from(first))).toBe(true);
  });
});

test('a file that crosses the size limit becomes a blob or a value', async () => {
  const app = await withFile('small');
  await app.succeed(['encrypt', 'app.yml']);
  expect(await app.text('app.yml')).toContain('value: ENC[');
  const large = Buffer.alloc(100_000, 'x');
  await app.write('in/source', large);
  await app.succeed(['encrypt', 'app.yml']);
  expect(await app.text('app.yml')).not.toContain('ENC[');
  expect((await opened(app)).equals(large)).toBe(true);
  expect((await app.files()).filter((file) => file.endsWith('.enc'))).toHaveLength(1);
  await app.write('in/source', 'small again');
  await app.succeed(['encrypt', 'app.yml']);
  expect(await app.text('app.yml')).not.toContain('blob:');
  expect((await opened(app)).toString()).toBe('small again');
  expect(await app.files()).toEqual(['app.yml', 'in/source']);
});

test('--reseal also seals a typed value again, and requires an existing name', async () => {
  const app = await createScene(aws, '  - {name: v, type: SecureString, value: typed}\n');
  await app.succeed(['encrypt', 'app.yml']);
  const before = await app.text('app.yml');
  const unknown = await app.coffer(['encrypt', 'app.yml', '--reseal', 'w']);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('no parameter w')]);
  expect(await app.text('app.yml')).toBe(before);
  await app.succeed(['encrypt', 'app.yml', '--reseal', 'v']);
  expect(await app.text('app.yml')).not.toBe(before);
  expect(await app.value('v')).toBe('typed');
});

describe('encoding: base64', () => {
  const BASE64 = '  - name: f\n    type: SecureString\n    file: in/source\n    encoding: base64\n';

  test('keeps a small binary file in SSM as text', async () => {
    const content = randomBytes(3072);
    const app = await withFile(content, BASE64);
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.text('app.yml')).toContain('value: ENC[');
    expect((await opened(app)).toString()).toBe(content.toString('base64'));
    const before = await app.text('app.yml');
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.text('app.yml')).toBe(before);
  });

  test('of a file that no longer fits is refused', async () => {
    const app = await withFile(randomBytes(3073), BASE64);
    const { code, stderr } = await app.coffer(['encrypt', 'app.yml']);
    expect(code).toBe(1);
    expect(stderr).toContain('4100 bytes');
    expect(stderr).toContain('encoding: base64');
  });
});

const generating = (more: string) =>
  `  - name: g\n    type: SecureString\n    generate: {length: 32${more}}\n`;

describe('generate', () => {
  test('makes a secret once, with the requested characters', async () => {
    const app = await createScene(aws, generating(', charset: hex'));
    const { stderr } = await app.succeed(['encrypt', 'app.yml']);
    expect(stderr).toContain('1 generated');
    const value = await app.value('g');
    expect(value).toMatch(/^[0-9a-f]{32}$/);
    expect(await app.text('app.yml')).toContain('generate: {length: 32, charset: hex}');
    expect(await app.text('app.yml')).not.toContain(value);
    await app.succeed(['encrypt', 'app.yml']);
    expect(await app.value('g')).toBe(value);
  });

  test('makes a different value in every manifest, with every required class', async () => {
    const more = ', charset: ascii, require: [lower, upper, digit, symbol]';
    const values = new Set<string>();
    for (let i = 0; i < 3; i += 1) {
      const app = await createScene(aws, generating(more));
      await app.succeed(['encrypt', 'app.yml']);
      const value = await app.value('g');
      for (const wanted of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/])
        expect(value).toMatch(wanted);
      values.add(value);
    }
    expect(values.size).toBe(3);
  });

  test('writes the value of a String in plaintext', async () => {
    const app = await createScene(aws, '  - {name: g, type: String, generate: {length: 8}}\n');
    await app.succeed(['encrypt', 'app.yml']);
    const value = await app.value('g');
    expect(value).toMatch(/^[A-Za-z0-9]{8}$/);
    expect(await app.text('app.yml')).toContain(value);
  });
});
