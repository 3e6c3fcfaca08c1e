import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
} from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/index.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { Store } from '../../../src/sandbox/state/store.ts';
import { clientsFor, codeOf } from './clients.ts';
import type { Clients } from './clients.ts';

let folder: string;
let open: Sandbox[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
});
afterEach(async () => {
  for (const sandbox of open) await sandbox.close();
  open = [];
  await rm(folder, { recursive: true });
});

async function start(): Promise<{ sandbox: Sandbox; aws: Clients }> {
  const sandbox = await startSandbox({ folder });
  open.push(sandbox);
  return { sandbox, aws: clientsFor(sandbox.url) };
}

const body = (size: number) => Buffer.alloc(size, 'coffer ');

describe('a folder', () => {
  test('restores everything on a second start', async () => {
    const { sandbox, aws } = await start();
    const { KeyMetadata } = await aws.kms.send(new CreateKeyCommand({}));
    await aws.kms.send(
      new CreateAliasCommand({ AliasName: 'alias/k', TargetKeyId: KeyMetadata?.KeyId }),
    );
    const { CiphertextBlob } = await aws.kms.send(
      new EncryptCommand({ KeyId: 'alias/k', Plaintext: new Uint8Array(3) }),
    );
    const Name = '/kept';
    const parameter = { Name, Value: 'one', Type: 'SecureString' as const, KeyId: 'alias/k' };
    await aws.ssm.send(new PutParameterCommand({ ...parameter, Tags: [{ Key: 'a', Value: '1' }] }));
    await aws.ssm.send(new PutParameterCommand({ ...parameter, Value: 'two', Overwrite: true }));
    await aws.ssm.send(new PutParameterCommand({ Name: '/gone', Value: 'v', Type: 'String' }));
    await aws.ssm.send(new DeleteParameterCommand({ Name: '/gone' }));
    const at = { Bucket: 'kept', Key: 'k' };
    await aws.s3.send(new CreateBucketCommand({ Bucket: 'kept' }));
    await aws.s3.send(new PutObjectCommand({ ...at, Body: body(100_000), Metadata: { a: '1' } }));
    await sandbox.close();

    const { aws: again } = await start();
    const opened = await again.kms.send(new DecryptCommand({ CiphertextBlob, KeyId: 'alias/k' }));
    expect(opened.Plaintext).toEqual(new Uint8Array(3));
    const history = await again.ssm.send(
      new GetParameterHistoryCommand({ Name, WithDecryption: true }),
    );
    expect(history.Parameters?.map((each) => each.Value)).toEqual(['one', 'two']);
    const tags = new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: Name });
    expect((await again.ssm.send(tags)).TagList).toEqual([{ Key: 'a', Value: '1' }]);
    const recreate = new PutParameterCommand({ Name: '/gone', Value: 'v', Type: 'String' });
    expect(await codeOf(again.ssm.send(recreate))).toBe('ParameterAlreadyExists');
    const got = await again.s3.send(new GetObjectCommand(at));
    expect(got.Metadata).toEqual({ a: '1' });
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body(100_000))).toBe(
      true,
    );
  });

  test('of a killed process loses nothing that was acknowledged', async () => {
    const { sandbox, aws } = await start();
    await aws.ssm.send(new PutParameterCommand({ Name: '/kept', Value: 'v', Type: 'String' }));
    await aws.s3.send(new CreateBucketCommand({ Bucket: 'kept' }));
    await aws.s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'k', Body: 'x' }));
    const journal = join(folder, 'journal.jsonl');
    const atKill = await readFile(journal);
    await sandbox.close();
    // a kill leaves a torn line, half an upload, half a rewrite and the marker of the dead process
    await writeFile(journal, atKill);
    await appendFile(journal, '["ssm.parameters","us-east-1 /torn",{"name":"/to');
    await writeFile(`${journal}.next`, '["coffer');
    await writeFile(join(folder, 'bodies', 'orphan'), 'x');
    await writeFile(join(folder, 'running.json'), JSON.stringify({ url: sandbox.url, id: 'dead' }));

    const { aws: again } = await start();
    const read = await again.ssm.send(new GetParameterCommand({ Name: '/kept' }));
    expect(read.Parameter?.Value).toBe('v');
    expect(await codeOf(again.ssm.send(new GetParameterCommand({ Name: '/torn' })))).toBe(
      'ParameterNotFound',
    );
    await again.s3.send(new HeadObjectCommand({ Bucket: 'kept', Key: 'k' }));
    expect(await readdir(join(folder, 'bodies'))).toHaveLength(1);
  });

  test('serves one sandbox at a time', async () => {
    const { sandbox } = await start();
    await expect(startSandbox({ folder })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(sandbox.url),
    });
  });

  test('is a usage error if it cannot be used', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(startSandbox({ folder: file })).rejects.toMatchObject({ code: 'usage' });
    await writeFile(join(folder, 'journal.jsonl'), 'something else\n');
    await expect(startSandbox({ folder })).rejects.toMatchObject({ code: 'usage' });
  });

  test('does not grow without limit', async () => {
    const store = await Store.open(folder);
    const table = store.table<string>('t');
    for (let index = 0; index < 40_000; index += 1) table.set(`k${index % 10}`, 'x'.repeat(1000));
    store.close();
    expect((await stat(join(folder, 'journal.jsonl'))).size).toBeLessThan(10_000_000);
    const again = await Store.open(folder);
    expect([...again.table<string>('t').values()]).toHaveLength(10);
    again.close();
  });
});

test('a port in use is a usage error', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(startSandbox({ port })).rejects.toMatchObject({ code: 'usage' });
  other.close();
});

test('closes promptly, with open connections and running work', async () => {
  const { sandbox, aws } = await start();
  await aws.s3.send(new CreateBucketCommand({ Bucket: 'closing' }));
  await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'PUT', body: '{"latencyMs": 60000}' });
  const slow = aws.ssm.send(new GetParameterCommand({ Name: '/x' })).catch(() => 'broken');
  await new Promise((resolve) => setTimeout(resolve, 50));
  // The answer would come only after this test's timeout.
  await Promise.all([sandbox.close(), sandbox.close()]);
  expect(await slow).toBe('broken');
});

describe('64 MiB', () => {
  const size = 64 * 1024 * 1024;
  async function* stream() {
    for (let left = size; left > 0; left -= 1024 * 1024) yield body(1024 * 1024);
  }

  test.each(['folder', 'memory'])('pass in both directions, with a %s', async (where) => {
    const sandbox = await startSandbox(where === 'folder' ? { folder } : {});
    open.push(sandbox);
    const { s3 } = clientsFor(sandbox.url);
    await s3.send(new CreateBucketCommand({ Bucket: 'large' }));
    const at = { Bucket: 'large', Key: 'k' };
    const Body = Readable.from(stream(), { objectMode: false });
    await s3.send(new PutObjectCommand({ ...at, Body, ContentLength: size }));
    const got = await s3.send(new GetObjectCommand(at));
    let received = 0;
    for await (const chunk of got.Body as Readable) received += (chunk as Buffer).length;
    expect(received).toBe(size);
    const range = await s3.send(new GetObjectCommand({ ...at, Range: `bytes=${size - 5}-` }));
    const tail = body(1024 * 1024)
      .subarray(-5)
      .toString();
    expect(await range.Body?.transformToString()).toBe(tail);
    const files = where === 'folder' ? await readdir(join(folder, 'bodies')) : ['one'];
    expect(files).toHaveLength(1);
  });
});
