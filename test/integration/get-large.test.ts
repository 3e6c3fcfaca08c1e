import { randomBytes } from 'node:crypto';
import { chmod, stat } from 'node:fs/promises';
import { LabelParameterVersionCommand } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { CLI, run } from '../support/cli.ts';
import { byLength } from '../support/length.ts';
import { createPutScene, MIB } from '../support/put.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);

/** In memory, and through the spool. */
const SIZES = byLength([3 * MIB], [3 * MIB, 65 * MIB]);

describe('versions', () => {
  test('get NAME@VERSION and NAME@label read the object of that version', async () => {
    const app = await createPutScene(aws);
    const name = `${app.prefix}data`;
    const contents = ['first', 'second', 'third'];
    for (const content of contents) await app.put('data', content);
    await aws.ssm.send(
      new LabelParameterVersionCommand({ Name: name, ParameterVersion: 2, Labels: ['stable'] }),
    );
    const get = async (selector: string) =>
      (await app.succeed(['get', selector])).stdout.toString();
    expect(await get(name)).toBe('third');
    expect(await get(`${name}@1`)).toBe('first');
    expect(await get(`${name}@3`)).toBe('third');
    expect(await get(`${name}@stable`)).toBe('second');
    expect(await get(`${name}:2`)).toBe('second');
  });

  test.each(['@4', '@nowhere'])('a missing %s is an error that names it', async (at) => {
    const app = await createPutScene(aws);
    await app.put('data', 'content');
    const { code, stdout, stderr } = await app.coffer(['get', `${app.prefix}data${at}`]);
    expect(code).toBe(1);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(`${app.prefix}data:${at.slice(1)}`);
    expect(stderr.match(/error:/g)).toHaveLength(1);
  });
});

describe('a name without a leading slash', () => {
  test('means the parameter that put created from it', async () => {
    const app = await createPutScene(aws);
    await app.put('data', 'content');
    const { stdout } = await app.succeed(['get', `${app.prefix.slice(1)}data@1`]);
    expect(stdout.toString()).toBe('content');
  });

  test('is used unchanged if it has no slash', async () => {
    const app = await createPutScene(aws);
    const name = aws.unique('bare');
    await stored.put(name, 'text');
    expect((await app.succeed(['get', name])).stdout.toString()).toBe('text');
  });
});

test('a reader that closes the pipe ends get with 141, without a message', async () => {
  const app = await createPutScene(aws);
  const data = randomBytes(byLength(3, 65) * MIB);
  await app.put('data', data);
  const script = '"$1" "$2" get "$3" | head -c 10; echo "status ${PIPESTATUS[0]}" >&2';
  const { stdout, stderr } = await run(
    'bash',
    ['-c', script, 'bash', process.execPath, CLI, `${app.prefix}data`],
    { cwd: app.folder, env: { ...aws.env, HOME: app.folder } },
  );
  expect(stdout.equals(data.subarray(0, 10))).toBe(true);
  expect(stderr).toBe('status 141\n');
});

describe.each(SIZES)('get -o of %i bytes', (size) => {
  test('writes a file readable only by its owner, and replaces an old one', async () => {
    const app = await createPutScene(aws);
    const data = randomBytes(size);
    const { url } = await app.put('data', data);
    await app.write('out', 'what was there');
    await chmod(app.path('out'), 0o666);
    const before = await app.files();
    const { stdout, stderr } = await app.succeed(['get', url, '-o', 'out']);
    expect(stdout).toHaveLength(0);
    expect(stderr).toBe(`out written with the value of ${url}\n`);
    expect((await app.read('out')).equals(data)).toBe(true);
    expect((await stat(app.path('out'))).mode & 0o777).toBe(0o600);
    expect(await app.files(), 'and nothing beside it').toEqual(before);
  });
});

describe('get -o', () => {
  test('- means stdout', async () => {
    const app = await createPutScene(aws);
    await app.put('data', 'content');
    const { stdout } = await app.succeed(['get', `${app.prefix}data`, '-o', '-']);
    expect(stdout.toString()).toBe('content');
    expect(await app.files()).toEqual(['app.yml']);
  });

  test('also writes the value of a parameter', async () => {
    const app = await createPutScene(aws);
    await stored.put(`${app.prefix}text`, 'just text', {
      Type: 'SecureString',
      KeyId: aws.kmskey,
    });
    await app.succeed(['get', `${app.prefix}text`, '--output', 'out']);
    expect(await app.text('out')).toBe('just text');
    expect((await stat(app.path('out'))).mode & 0o777).toBe(0o600);
  });

  test.each(['/dev/stdout', '/proc/self/fd/1', '/dev/fd/3'])(
    '%s goes on where the commands before it stopped writing to a file',
    async (name) => {
      const app = await createPutScene(aws);
      await app.put('data', 'content');
      const script = `exec > file 3>&1; echo before; "$@"; echo; echo after`;
      const call = [process.execPath, CLI, 'get', `${app.prefix}data`, '-o', name];
      const env = { HOME: app.folder, ...aws.env };
      await run('sh', ['-c', script, 'sh', ...call], { cwd: app.folder, env });
      expect(await app.text('file')).toBe('before\ncontent\nafter\n');
    },
  );

  test('an empty object makes an empty file', async () => {
    const app = await createPutScene(aws);
    await app.put('data', '', ['--allow-empty']);
    await app.succeed(['get', `${app.prefix}data`, '-o', 'out']);
    expect(await app.read('out')).toHaveLength(0);
  });

  test('into a missing folder is an error that names the file', async () => {
    const app = await createPutScene(aws);
    await app.put('data', 'content');
    const { code, stderr } = await app.coffer(['get', `${app.prefix}data`, '-o', 'none/out']);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot write none/out: file or folder not found');
    expect(await app.files()).toEqual(['app.yml']);
  });

  test('onto a folder fails, and leaves only the folder', async () => {
    const app = await createPutScene(aws);
    await app.put('data', 'content');
    await app.write('folder/file', 'kept');
    const { code, stderr } = await app.coffer(['get', `${app.prefix}data`, '-o', 'folder']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/error: cannot write folder: it is a folder/);
    expect(await app.files()).toEqual(['app.yml', 'folder/file']);
  });

  test('into a named pipe writes into it, and does not replace it', async () => {
    const app = await createPutScene(aws);
    await app.put('data', 'content');
    await run('mkfifo', ['pipe'], { cwd: app.folder });
    const [{ stdout }] = await Promise.all([
      run('cat', ['pipe'], { cwd: app.folder }),
      app.succeed(['get', `${app.prefix}data`, '-o', 'pipe']),
    ]);
    expect(stdout.toString()).toBe('content');
    expect((await stat(app.path('pipe'))).isFIFO()).toBe(true);
  });

  test.each([
    ['a missing parameter', (prefix: string) => `${prefix}none`],
    ['a missing object', () => `s3://${aws.bucket}/none`],
  ])('of %s keeps the old file', async (_, selector) => {
    const app = await createPutScene(aws);
    await app.write('out', 'what was there');
    const { code } = await app.coffer(['get', selector(app.prefix), '-o', 'out']);
    expect(code).toBe(1);
    expect(await app.text('out')).toBe('what was there');
    expect(await app.files()).toEqual(['app.yml', 'out']);
  });
});

test.each(['s3://', 's3://bucket', 's3://UPPER/key', 's3:///key'])(
  '%s is not the URL of an object',
  async (url) => {
    const app = await createPutScene(aws);
    const { code, stdout, stderr } = await app.coffer(['get', url]);
    expect(code).toBe(2);
    expect(stdout).toHaveLength(0);
    expect(stderr).toContain(`${url} is not the URL of an object`);
  },
);
