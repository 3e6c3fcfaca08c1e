import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { REGION, useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { createPutScene, MIB, sha256 } from '../support/put.ts';
import { storedIn } from '../support/stored.ts';
import { openV3, readRaw } from '../support/v3-reader.ts';

const aws = await useAws();
const stored = storedIn(aws);

describe('put writes what it reads:', () => {
  test.each([
    ['nothing', 0],
    ['a byte', 1],
    ['more than the memory limit', MIB - 15],
    ['the most that is uploaded in one piece', 16 * MIB - 16],
    ['a byte more', 16 * MIB - 15],
    ['more than get holds in memory', 65 * MIB],
  ])('%s (%i bytes), and get returns it', async (_, size) => {
    const app = await createPutScene(aws);
    const data = randomBytes(size);
    const { url, key } = await app.put('data', data, size === 0 ? ['--allow-empty'] : []);

    const raw = await readRaw(aws, key);
    expect(raw.body).toHaveLength(size + 16);
    expect(key).toBe(`${app.prefix.slice(1)}data/v3-${sha256(raw.body)}`);
    expect((await openV3(aws, raw)).equals(data), 'another reader opens it').toBe(true);

    const { stdout, stderr } = await app.succeed(['get', url]);
    expect(stdout.equals(data)).toBe(true);
    expect(stderr).toBe('');
  });
});

test('writes the metadata that a V3 reader needs, and the name of its parameter', async () => {
  const app = await createPutScene(aws);
  const { metadata } = await readRaw(aws, (await app.put('data', 'content')).key);
  const { KeyMetadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId: aws.kmskey }));
  expect(KeyMetadata?.Arn).toBe(aws.kmskeyArn);
  expect(metadata).toEqual({
    'x-amz-c': '115',
    'x-amz-w': '12',
    'x-amz-3': expect.stringMatching(/^[A-Za-z0-9+/]{100,}={0,2}$/) as string,
    'x-amz-i': expect.stringMatching(/^[A-Za-z0-9+/]{38}==$/) as string,
    'x-amz-d': expect.stringMatching(/^[A-Za-z0-9+/]{38}==$/) as string,
    'x-amz-t': JSON.stringify({
      'aws:x-amz-cek-alg': '115',
      Parameter: `${app.prefix}data`,
    }),
    'coffer-kmskey': aws.kmskey,
    'coffer-kmskey-arn': aws.kmskeyArn,
    'coffer-key-sha256': expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) as string,
    'coffer-parameter': `${app.prefix}data`,
  });
});

test('prints only the URL, which the parameter holds', async () => {
  const app = await createPutScene(aws);
  const { stdout, stderr } = await app.succeed(['put', ...app.target('data')], {
    stdin: 'content',
  });
  const url = stdout.toString();
  expect(url).toMatch(
    new RegExp(`^s3://${aws.bucket}/${app.prefix.slice(1)}data/v3-[0-9a-f]{64}\n$`),
  );
  expect(stderr).toBe(`${app.prefix}data now points to it\n`);
  const [pointer] = (await stored.parameters(app.prefix)).values();
  expect(pointer).toMatchObject({ Value: url.trimEnd(), Type: 'String', Version: 1 });
  const [described] = (await stored.metadata(app.prefix)).values();
  expect(described?.Description).toBe('Pointer to s3 object');
});

test('makes two objects of the same data, which do not look equal', async () => {
  const app = await createPutScene(aws);
  const first = await app.put('data', 'content');
  const second = await app.put('data', 'content');
  expect(second.key).not.toBe(first.key);
  expect(await stored.objects(app.prefix)).toHaveLength(2);
});

describe('every flag', () => {
  const long = ['--path', '--region', '--bucket', '--key', '--extension', '--ssm', '--file'];
  const short = ['-p', '-r', '-b', '-k', '-e', '-s', '-f'];
  test.each([
    ['in its long form', long],
    ['in its short form', short],
  ])('%s', async (_, names) => {
    const app = await createPutScene(aws);
    const data = randomBytes(1000);
    await app.write('source.bin', data);
    const region = 'eu-west-1';
    const alias = `alias/${aws.unique('elsewhere')}`;
    await aws.createKey(alias, region);
    const there = { ...aws, ...aws.clients(region), bucket: aws.unique('elsewhere') };
    await there.s3.send(
      new CreateBucketCommand({
        Bucket: there.bucket,
        CreateBucketConfiguration: { LocationConstraint: region },
      }),
    );
    const path = `${app.prefix.slice(1)}objects`;
    const ssm = `${app.prefix}named`;
    const values = [path, region, there.bucket, alias, '.tar.gz', ssm, 'source.bin'];
    const flags = names.flatMap((name, i) => [name, values[i] ?? '']);
    const { stdout } = await app.succeed(['put', ...flags], { env: { AWS_REGION: undefined } });

    const url = stdout.toString().trimEnd();
    const key = url.slice(`s3://${there.bucket}/`.length);
    const raw = await readRaw(there, key);
    expect(key).toBe(`${path}/v3-${sha256(raw.body)}.tar.gz`);
    expect(raw.metadata['coffer-parameter']).toBe(ssm);
    expect(await storedIn(there, region).values(app.prefix)).toEqual({ named: url });
    expect(await stored.values(app.prefix), 'nothing in the other region').toEqual({});
    const { stdout: back } = await app.succeed(['get', ssm, names[1] ?? '', region]);
    expect(back.equals(data)).toBe(true);
  });
});

describe('the calls of s3-kms-ssm-secrets', () => {
  test('put and get with -O, with the path as name', async () => {
    const app = await createPutScene(aws);
    const path = `${app.prefix.slice(1)}backup`;
    const data = randomBytes(3000);
    const flags = ['-p', path, '-r', REGION, '-b', aws.bucket, '-k', aws.kmskey, '-e', 'tar'];
    const { stdout } = await app.succeed(['-O=put', ...flags], { stdin: data });
    const url = stdout.toString().trimEnd();
    expect(url).toMatch(new RegExp(`^s3://${aws.bucket}/${path}/v3-[0-9a-f]{64}\\.tar$`));
    expect(await stored.values(app.prefix)).toEqual({ backup: url });

    for (const name of [`/${path}`, path, url]) {
      const back = await app.succeed(['-O', 'get', '-p', name, '-r', REGION]);
      expect(back.stdout.equals(data), name).toBe(true);
    }
  });

  test('the operation can come after the other flags', async () => {
    const app = await createPutScene(aws);
    await app.succeed([...app.target('late'), '-O', 'put'], { stdin: 'late' });
    const { stdout } = await app.succeed(['-p', `${app.prefix}late`, '--operation', 'get']);
    expect(stdout.toString()).toBe('late');
  });
});

describe('the parameter', () => {
  test.each([
    ['the path with a slash before it', (path: string) => ['--path', path.slice(1)]],
    ['the path without the slash at its end', (path: string) => ['--path', `${path}/`]],
    ['the name of --ssm, completed', (path: string) => ['--path', 'x', '--ssm', path.slice(1)]],
  ])('is %s', async (_, flags) => {
    const app = await createPutScene(aws);
    const name = `${app.prefix}deep/name`;
    const target = ['--bucket', aws.bucket, '--key', aws.kmskey];
    const { stdout } = await app.succeed(['put', ...flags(name), ...target], { stdin: 'content' });
    expect(await stored.values(`${app.prefix}deep/`)).toEqual({
      name: stdout.toString().trimEnd(),
    });
  });

  test('gets a new version with every put, and keeps the previous one', async () => {
    const app = await createPutScene(aws);
    const first = await app.put('data', 'first');
    await app.put('data', 'second');
    const name = `${app.prefix}data`;
    expect((await stored.parameters(app.prefix)).get('data')?.Version).toBe(2);
    expect((await app.succeed(['get', name])).stdout.toString()).toBe('second');
    expect((await app.succeed(['get', first.url])).stdout.toString()).toBe('first');
  });
});

describe('the input can be', () => {
  test('standard input with the name -', async () => {
    const app = await createPutScene(aws);
    await app.put('data', 'through -', ['--file', '-']);
    expect((await app.succeed(['get', `${app.prefix}data`])).stdout.toString()).toBe('through -');
  });

  test('a named pipe, such as <(command)', async () => {
    const app = await createPutScene(aws);
    const pipe = app.path('pipe');
    await run('mkfifo', [pipe], { cwd: app.folder });
    const [{ url }] = await Promise.all([
      app.put('data', '', ['--file', pipe]),
      run('sh', ['-c', 'printf through-a-pipe > pipe'], { cwd: app.folder }),
    ]);
    expect((await app.succeed(['get', url])).stdout.toString()).toBe('through-a-pipe');
  });
});

test.runIf(existsSync('/proc/self/mem'))('names a file that cannot be read', async () => {
  const app = await createPutScene(aws);
  const { code, stderr } = await app.coffer(['put', ...app.target('data'), '-f', '/proc/self/mem']);
  expect(code).toBe(2);
  expect(stderr).toContain('cannot read /proc/self/mem: the system says EIO');
});
