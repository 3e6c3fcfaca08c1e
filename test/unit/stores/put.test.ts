import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Pointer } from '../../../src/crypto/pointer.ts';
import { putObject, type PutRequest } from '../../../src/stores/s3/put.ts';
import { useAws } from '../../support/aws.ts';
import { controlOf } from '../../support/control.ts';
import { failureOf } from '../../support/failure.ts';
import { MIB, sha256 } from '../../support/put.ts';
import { kmsOf, objectsOf } from '../../support/services.ts';
import { storedIn } from '../../support/stored.ts';
import { openV3, readRaw } from '../../support/v3-reader.ts';
import { createWorkspace } from '../../support/workspace.ts';

const aws = await useAws();
const control = controlOf(aws);
const services = { kms: kmsOf(aws), objects: objectsOf(aws) };

const request = (more: Partial<PutRequest> = {}): PutRequest => ({
  bucket: aws.bucket,
  prefix: aws.unique('put'),
  extension: '',
  kmskey: aws.kmskey,
  parameter: '/some/parameter',
  point: () => Promise.resolve(),
  ...more,
});

async function put(data: AsyncIterable<Buffer>, asked: PutRequest) {
  const { folder } = await createWorkspace();
  const pointer = await putObject(data, asked, { ...services, spoolFolder: folder });
  return { folder, pointer };
}

async function* inChunks(data: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < data.length; i += size) {
    yield await Promise.resolve(data.subarray(i, i + size));
  }
}

describe('putObject seals', () => {
  test.each([
    ['nothing', 0, 1],
    ['a byte', 1, 1],
    ['many small chunks', 100_000, 7],
    ['what fills the memory', 16 * MIB - 16, 1_000_003],
    ['what is a byte more', 16 * MIB - 15, 1_000_003],
    ['what comes in one piece', 17 * MIB, 17 * MIB],
    ['what has its tag in two parts', 24 * MIB - 8, 65_537],
  ])('%s', async (_, size, chunk) => {
    const data = randomBytes(size);
    const { folder, pointer } = await put(inChunks(data, chunk), request());
    const raw = await readRaw(aws, pointer.key);
    expect(pointer.sha256).toBe(sha256(raw.body));
    expect((await openV3(aws, raw)).equals(data)).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });
});

test('large data that can be opened again needs no spool file', async () => {
  const data = randomBytes(17 * MIB);
  const again = () => inChunks(data, 1_000_003);
  const pointer = await putObject(again(), request({ again }), {
    ...services,
    spoolFolder: '/nowhere/at/all',
  });
  const raw = await readRaw(aws, pointer.key);
  expect(pointer.sha256).toBe(sha256(raw.body));
  expect((await openV3(aws, raw)).equals(data)).toBe(true);
});

test('data that is other data when it is opened again is not published', async () => {
  const data = randomBytes(17 * MIB);
  const asked = request({ again: () => inChunks(Buffer.alloc(data.length), MIB) });
  const failure = await failureOf(() => put(inChunks(data, MIB), asked));
  expect(failure).toMatchObject({ code: 'source' });
  expect(failure.message).toBe('the data changed while it was read: nothing was published');
  expect(await storedIn(aws).objects(asked.prefix)).toEqual([]);
});

test.each([
  ['/apps/one/', '.tar', /^apps\/one\/v3-[0-9a-f]{64}\.tar$/],
  ['apps//two', '', /^apps\/\/two\/v3-[0-9a-f]{64}$/],
  ['/', '.x', /^v3-[0-9a-f]{64}\.x$/],
])('makes the key under %j from the digest and %j', async (prefix, extension, expected) => {
  const { pointer } = await put(Readable.from([Buffer.from('x')]), request({ prefix, extension }));
  expect(pointer.key).toMatch(expected);
});

test('reports progress for every byte, first sealed, then sent', async () => {
  const sealed: number[] = [];
  const sent: [number, number][] = [];
  const size = 17 * MIB;
  await put(
    inChunks(randomBytes(size), MIB),
    request({
      onSealed: (bytes) => sealed.push(bytes),
      onUploaded: (done, total) => sent.push([done, total]),
    }),
  );
  expect(sealed.at(-1)).toBe(size + 16);
  expect(sealed).toEqual(sealed.toSorted((a, b) => a - b));
  expect(sent).toHaveLength(3);
  expect(sent.at(-1)).toEqual([size + 16, size + 16]);
});

describe('putObject publishes nothing', () => {
  test('if reading fails half-way', async () => {
    const asked = request();
    const calls = await control.callsOf(() =>
      expect(
        put(
          (async function* () {
            yield await Promise.resolve(randomBytes(17 * MIB));
            throw new Error('the disk is gone');
          })(),
          asked,
        ),
      ).rejects.toThrow('the disk is gone'),
    );
    expect(calls).toEqual({ 'kms:GenerateDataKey': 1 });
  });

  test('if it is aborted while the last data arrives', async () => {
    const controller = new AbortController();
    const data = (async function* () {
      yield await Promise.resolve(randomBytes(1000));
      controller.abort();
    })();
    const calls = await control.callsOf(async () => {
      const failure = await failureOf(() => put(data, request({ signal: controller.signal })));
      expect(failure.code).toBe('interrupted');
    });
    expect(calls).toEqual({ 'kms:GenerateDataKey': 1 });
  });

  test('if the spool folder does not exist', async () => {
    const failure = await failureOf(() =>
      putObject(inChunks(randomBytes(17 * MIB), MIB), request(), {
        ...services,
        spoolFolder: '/nowhere/at/all',
      }),
    );
    expect(failure.code).toBe('disk');
    expect(failure.message).toContain('/nowhere/at/all');
    expect(failure.hint).toContain('TMPDIR');
  });
});

/** Of files in a folder, with or without a name. */
async function openFiles(folder: string): Promise<string[]> {
  const ids = await readdir('/proc/self/fd');
  const paths = await Promise.all(
    ids.map((id) => readlink(join('/proc/self/fd', id)).catch(() => '')),
  );
  return paths.filter((path) => path.startsWith(folder));
}

test.runIf(existsSync('/proc/self/fd'))(
  'closes the spool file if the data fails while it is opened',
  async () => {
    const { folder } = await createWorkspace();
    const data = (async function* () {
      yield await Promise.resolve(randomBytes(17 * MIB));
      throw new Error('the data fails');
    })();
    const putting = putObject(data, request(), { ...services, spoolFolder: folder });
    await expect(putting).rejects.toThrow('the data fails');
    expect(await openFiles(folder)).toEqual([]);
  },
);

/** Changes a file in a folder that is open and has no name, as a failing disk would. */
async function damage(folder: string): Promise<void> {
  for (const id of await readdir('/proc/self/fd')) {
    const path = join('/proc/self/fd', id);
    if (!(await readlink(path).catch(() => '')).startsWith(folder)) continue;
    const handle = await open(path, 'r+');
    await handle.write(Buffer.alloc(4), 0, 4, MIB);
    await handle.close();
  }
}

test.runIf(existsSync('/proc/self/fd'))(
  'does not publish a spool file that the disk changed',
  async () => {
    const size = 17 * MIB;
    const { folder } = await createWorkspace();
    const data = (async function* () {
      for (let at = 0; at < size; at += MIB) yield await Promise.resolve(randomBytes(MIB));
      await damage(folder);
    })();
    const asked = request();
    const putting = putObject(data, asked, { ...services, spoolFolder: folder });
    await expect(putting).rejects.toThrow('does not match');
    expect(await storedIn(aws).objects(asked.prefix)).toEqual([]);
  },
);

test.each([
  ['small', 1000, false],
  ['spooled', 17 * MIB, false],
  ['resealed', 17 * MIB, true],
])(
  'uploads a %s object again if it is deleted while its pointer is written',
  async (_, size, canBeOpenedAgain) => {
    const data = randomBytes(size);
    const point = ({ key }: Pointer) => storedIn(aws).removeObject(key);
    const open = () => inChunks(data, MIB);
    const again = canBeOpenedAgain ? open : undefined;
    const { pointer } = await put(open(), request({ point, again }));
    expect((await openV3(aws, await readRaw(aws, pointer.key))).equals(data)).toBe(true);
  },
);
