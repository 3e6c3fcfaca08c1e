import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checksumOf } from '../../../src/stores/s3/checksum.ts';
import { isTimeout } from '../../../src/aws/errors.ts';
import { createKms } from '../../../src/aws/kms.ts';
import { createObjectStore } from '../../../src/stores/s3/objects.ts';
import { createParameterStore } from '../../../src/stores/ssm.ts';
import { prepare, type Session } from '../../../src/aws/session.ts';
import { LIMITS, type Limits } from '../../../src/aws/limits.ts';
import { HANGING, startServer } from '../../support/bad-server.ts';
import { failureOf } from '../../support/failure.ts';
import { sessionAt } from '../../support/services.ts';

const SHORT = {
  connect: 300,
  answer: 100,
  silence: 100,
  whole: 900,
  credentials: 300,
  interrupted: 300,
};

function impatientAt(endpoint: string, limits: Partial<Limits> = SHORT): Session {
  return { ...sessionAt(endpoint), limits: { ...LIMITS, ...limits } };
}

const MIB = 1024 * 1024;

const read = (_: number, length: number) => Promise.resolve(Buffer.alloc(length));

async function putObject(session: Session, size: number): Promise<unknown> {
  const object = { size, sha256: 'ab'.repeat(32), metadata: {}, read };
  const checksum = await checksumOf(object);
  const objects = createObjectStore(session, 'us-east-1');
  return objects.put('bucket', 'key', { ...object, checksum }, {});
}

/** A call of each kind; a streaming call ends with its body. */
const CALLS: Readonly<Record<string, (session: Session) => Promise<unknown>>> = {
  'kms:Decrypt': (session) => createKms(session, 'us-east-1').decrypt(Buffer.from('x'), {}),
  'ssm:GetParameters': (session) => createParameterStore(session, 'us-east-1').getMany(['/a']),
  'ssm:DescribeParameters': (session) =>
    createParameterStore(session, 'us-east-1').describePath('/a/'),
  'ssm:PutParameter': (session) =>
    createParameterStore(session, 'us-east-1').put({
      name: '/a',
      value: 'v',
      type: 'String',
      overwrite: true,
    }),
  's3:GetObject': async (session) => {
    const { body } = await createObjectStore(session, 'us-east-1').get('bucket', 'key');
    for await (const _ of body);
  },
  's3:GetObject of a range': async (session) => {
    const part = { offset: 0, length: 20, etag: 'any' };
    const { body } = await createObjectStore(session, 'us-east-1').get('bucket', 'key', part);
    for await (const _ of body);
  },
  's3:ListBucket': (session) => createObjectStore(session, 'us-east-1').list('bucket', 'a/'),
  's3:PutObject': (session) => putObject(session, MIB),
  's3:PutObject in parts': (session) => putObject(session, 17 * MIB),
};

describe.each(Object.keys(HANGING))('%s', (way) => {
  test.each(Object.keys(CALLS))(
    'ends %s with an error that says what it waited for',
    async (name) => {
      const server = await startServer(HANGING[way] ?? (() => {}));
      const error = await CALLS[name]?.(impatientAt(server.url)).then(
        () => undefined,
        (failure: Error) => failure,
      );
      expect(isTimeout(error)).toBe(true);
      expect(error?.message).toMatch(
        new RegExp(
          `no answer from ${server.host} within 0.1 s|${server.host} sent nothing for 0.1 s`,
        ),
      );
      // At most one retry.
      expect(server.requests.length).toBeLessThanOrEqual(2);
    },
  );
});

test('gives up an upload that stalls, and its cancellation too', async () => {
  const server = await startServer((request, response) => {
    if (request.method !== 'POST') return;
    response.end(
      '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
    );
  });
  const put = CALLS['s3:PutObject in parts'];
  const error = await failureOf(() => put?.(impatientAt(server.url)) ?? Promise.resolve());
  expect(error.message).toContain(`${server.host} sent nothing for 0.1 s`);
  expect(server.requests.at(-1)).toMatch(/^DELETE .*uploadId=u/);
});

test('gives up an answer that trickles in forever', async () => {
  const server = await startServer((_, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write(' '), 50);
    response.once('close', () => clearInterval(drip));
  });
  const error = await failureOf(
    () => CALLS['kms:Decrypt']?.(impatientAt(server.url, { whole: 300 })) ?? Promise.resolve(),
  );
  expect(error.message).toContain(`${server.host} did not finish its answer within 0.3 s`);
  expect(server.requests).toHaveLength(1);
});

describe('does not limit the time while bytes move:', () => {
  test('a large answer', async () => {
    const chunk = Buffer.alloc(10 * 1024);
    const server = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': String(20 * chunk.length), etag: '"e"' });
      void (async () => {
        for (let i = 0; i < 20; i++) {
          response.write(chunk);
          await sleep(25);
        }
        response.end();
      })();
    });
    const limits = { ...SHORT, silence: 3_000, answer: 100, whole: 100 };
    const store = createObjectStore(impatientAt(server.url, limits), 'us-east-1');
    const { body } = await store.get('bucket', 'key');
    let size = 0;
    for await (const part of body) size += (part as Buffer).length;
    expect(size).toBe(20 * chunk.length);
  });

  test('a large upload', async () => {
    const server = await startServer((request, response) => {
      response.setHeader('etag', '"e"');
      setTimeout(() => request.resume().once('end', () => response.end()), 500);
    });
    const limits = { ...SHORT, silence: 10_000, answer: 100, whole: 100 };
    await CALLS['s3:PutObject']?.(impatientAt(server.url, limits));
    expect(server.requests).toHaveLength(1);
  });

  test('S3 assembling the parts of an upload', async () => {
    const server = await startServer((request, response) => {
      request.resume();
      if (request.method === 'PUT') response.writeHead(200, { etag: '"e"' }).end();
      else if (request.url?.includes('uploads')) {
        response.end(
          '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
        );
      } else {
        const blanks = setInterval(() => response.write(' '), 50);
        setTimeout(() => {
          clearInterval(blanks);
          response.end(
            '<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>',
          );
        }, 500);
      }
    });
    const limits = { ...SHORT, silence: 3_000, answer: 3_000, whole: 100 };
    await CALLS['s3:PutObject in parts']?.(impatientAt(server.url, limits));
  });
});

test('gives up a host that accepts no connection', async () => {
  // The queue of a socket that never accepts is soon full; then connections hang instead of failing.
  const listener = spawn('python3', [
    '-c',
    `import socket, sys
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(0)
waiting = [socket.socket() for _ in range(4)]
for one in waiting:
    one.setblocking(False)
    one.connect_ex(s.getsockname())
print(s.getsockname()[1], flush=True)
sys.stdin.read()`,
  ]);
  onTestFinished(() => void listener.kill());
  const [port] = (await once(listener.stdout, 'data')) as [Buffer];
  const host = `127.0.0.1:${port.toString().trim()}`;
  const session = impatientAt(`http://${host}`, { ...SHORT, answer: 10_000 });
  const error = await failureOf(() => CALLS['ssm:GetParameters']?.(session) ?? Promise.resolve());
  expect(error).toMatchObject({ code: 'network' });
  expect(error.message).toBe(`ssm:GetParameters /a: no connection to ${host} within 0.3 s`);
});

test('gives up a service that never returns credentials', async () => {
  const server = await startServer(() => {});
  const { credentials: _, ...impatient } = impatientAt('http://127.0.0.1:1');
  const environment = {
    HOME: '/nonexistent',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/credentials`,
  };
  const session = await prepare({ ...impatient, environment });
  const error = await failureOf(() => CALLS['ssm:GetParameters']?.(session) ?? Promise.resolve());
  expect(error.code).toBe('credentials');
  expect(error.message).toContain('found no AWS credentials within 0.3 s');
  expect(server.requests).toEqual(['GET /credentials']);
});

describe('after an interrupt', () => {
  test.each(Object.keys(CALLS))('ends %s soon', async (name) => {
    const controller = new AbortController();
    const server = await startServer(() => controller.abort());
    const session = {
      ...impatientAt(server.url, { interrupted: 100 }),
      interruption: controller.signal,
    };
    const error = await failureOf(() => CALLS[name]?.(session) ?? Promise.resolve());
    expect(error.message).toContain(`interrupted while waiting for ${server.host}`);
    // For an upload it is the call that cancels it.
    expect(server.requests.length).toBeLessThanOrEqual(1);
  });

  test('ends a body that has begun soon', async () => {
    const controller = new AbortController();
    const server = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': '20' }).write('{"Plain');
      controller.abort();
    });
    const session = {
      ...impatientAt(server.url, { interrupted: 100 }),
      interruption: controller.signal,
    };
    const error = await failureOf(() => CALLS['kms:Decrypt']?.(session) ?? Promise.resolve());
    expect(error.message).toContain(`interrupted while waiting for ${server.host}`);
    expect(server.requests).toHaveLength(1);
  });

  test('accepts an answer that comes soon', async () => {
    const controller = new AbortController();
    const server = await startServer((_, response) => {
      controller.abort();
      setTimeout(() => response.end('{"Version": 7}'), 50);
    });
    const session = {
      ...impatientAt(server.url, { interrupted: 5_000 }),
      interruption: controller.signal,
    };
    expect(await CALLS['ssm:PutParameter']?.(session)).toBe(7);
  });
});
