import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { get } from '../../src/actions/get.ts';
import { put } from '../../src/actions/put.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { storedIn } from '../support/stored.ts';
import { createTestHost, createTools } from '../support/tools.ts';

const aws = await useAws();
const stored = storedIn(aws);
const { tools, said } = createTools(aws, { region: REGION });

function createTarget() {
  const prefix = `/${aws.unique('put')}/`;
  const path = `${prefix.slice(1)}data`;
  return { prefix, target: { path, bucket: aws.bucket, kmskey: aws.kmskey } };
}

async function* chunksOf(...chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

/** Data of a program that writes a little and then hangs until it is stopped. */
async function* unending(stop: AbortController): AsyncGenerator<Buffer> {
  yield randomBytes(100);
  setImmediate(() => stop.abort());
  await new Promise(() => {});
}

test('put publishes what it reads, and points a parameter to it', async () => {
  const { prefix, target } = createTarget();
  const chunks = [randomBytes(70_000), Buffer.alloc(0), randomBytes(1)];
  const report = await put(tools, chunksOf(...chunks), { ...target, extension: 'tar' });
  const [key = ''] = await stored.objects(prefix);
  expect(key).toMatch(/data\/v3-[0-9a-f]{64}\.tar$/);
  expect(report).toEqual({ parameter: `${prefix}data`, url: `s3://${aws.bucket}/${key}` });
  expect(await stored.values(prefix)).toEqual({ data: report.url });
  expect((await get(tools, report.parameter)).equals(Buffer.concat(chunks))).toBe(true);
  expect(said.notes.at(-1)).toBe(`${prefix}data now points to it`);
});

test('put accepts a stream, and another parameter name', async () => {
  const { prefix, target } = createTarget();
  const data = randomBytes(200_000);
  const parameter = `${prefix}other`;
  const report = await put(tools, Readable.from([data]), { ...target, parameter });
  expect(report.parameter).toBe(parameter);
  expect((await get(tools, parameter)).equals(data)).toBe(true);
});

test.each([
  ['less', 99],
  ['more', 101],
])('publishes nothing of data that has %s bytes than its size says', async (_, size) => {
  const { prefix, target } = createTarget();
  const data = chunksOf(randomBytes(size));
  const error = await failureOf(() => put(tools, data, target, { size: 100 }));
  expect(error.message).toBe(
    `the data has ${size} bytes, not the expected 100: nothing was published`,
  );
  expect(await stored.objects(prefix)).toEqual([]);
  expect(await stored.values(prefix)).toEqual({});
});

test('publishes empty data only if that is allowed', async () => {
  const { prefix, target } = createTarget();
  const error = await failureOf(() => put(tools, chunksOf(), target));
  expect(error.code).toBe('usage');
  expect(await stored.objects(prefix)).toEqual([]);
  const { url } = await put(tools, chunksOf(), target, { allowEmpty: true });
  expect(await get(tools, url)).toHaveLength(0);
});

describe('put refuses, before it reads any data,', () => {
  test.each([
    ['an invalid extension', { extension: '../x' }],
    ['a name that SSM keeps for itself', { parameter: '/aws/data' }],
  ])('%s', async (_, change) => {
    const { prefix, target } = createTarget();
    let wasRead = false;
    const data = (async function* () {
      wasRead = true;
      yield* chunksOf(randomBytes(1));
    })();
    const error = await failureOf(() => put(tools, data, { ...target, ...change }));
    expect(error.code).toBe('usage');
    expect(wasRead).toBe(false);
    expect(await stored.objects(prefix)).toEqual([]);
  });
});

test('data that fails half-way publishes nothing, and says why', async () => {
  const { prefix, target } = createTarget();
  const data = (async function* () {
    yield* chunksOf(randomBytes(100));
    throw new Error('the source is gone');
  })();
  await expect(put(tools, data, target)).rejects.toThrow('the source is gone');
  expect(await stored.objects(prefix)).toEqual([]);
});

test.each([
  ['a generator', unending],
  ['a stream', (stop: AbortController) => Readable.from(unending(stop))],
])('after a stop, does not wait for %s that never ends', async (_, open) => {
  const { prefix, target } = createTarget();
  const stop = new AbortController();
  const { host } = createTestHost();
  const stoppable = createTools(aws, {
    region: REGION,
    host: { ...host, onStop: () => stop.signal },
  });
  const error = await failureOf(() => put(stoppable.tools, open(stop), target));
  expect(error.code).toBe('interrupted');
  expect(await stored.objects(prefix)).toEqual([]);
  expect(await stored.values(prefix)).toEqual({});
});
