// Calls through a real proxy, to a host with a certificate of its own CA.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, request as sendHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import {
  connect,
  createServer as createTcp,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { LIMITS } from '../../../src/aws/limits.ts';
import { prepare, type Session } from '../../../src/aws/session.ts';
import { createKms } from '../../../src/aws/kms.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.ts';
import { checksumOf } from '../../../src/stores/s3/checksum.ts';
import { createObjectStore } from '../../../src/stores/s3/objects.ts';
import { createParameterStore } from '../../../src/stores/ssm.ts';
import { createBucketStore } from '../../../src/aws/buckets.ts';
import { failureOf } from '../../support/failure.ts';

const folder = mkdtempSync(join(tmpdir(), 'coffer-proxy-'));
const bundle = join(folder, 'ca.pem');
const MIB = 1024 * 1024;

/** What the proxy was asked for. */
let log: string[] = [];
let answer = 200;
let sandbox: Sandbox;
const servers: Server[] = [];
let proxyPort = 0;

/** Serves the sandbox by TLS, under a name that only the proxy knows. */
beforeAll(async () => {
  const key = join(folder, 'key.pem');
  const words = `req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2
    -subj /CN=aws.invalid -addext subjectAltName=DNS:aws.invalid -keyout ${key} -out ${bundle}`;
  execFileSync('openssl', words.split(/\s+/), { stdio: 'ignore' });
  sandbox = await startSandbox();
  const tls = createHttps(
    { key: readFileSync(key), cert: readFileSync(bundle) },
    forward(sandbox.url),
  );
  const tlsPort = await listen(tls);
  const proxy = createHttp((request, response) => {
    log.push(
      `${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim(),
    );
    if (answer === 200) forward(sandbox.url)(request, response);
    else response.writeHead(answer).end();
  });
  proxy.on('connect', (request, socket: Socket) => {
    log.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    if (answer !== 200) return void socket.end(`HTTP/1.1 ${answer} no\r\n\r\n`);
    const way = connect(tlsPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      way.pipe(socket).pipe(way);
    });
    way.on('error', () => socket.destroy());
    socket.on('error', () => way.destroy());
  });
  proxyPort = await listen(proxy);
});

afterAll(async () => {
  for (const server of servers) server.close();
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  log = [];
  answer = 200;
});

/** Answers with what the server at `url` answers. */
function forward(url: string): RequestListener {
  return (request, response) => {
    const { method, headers } = request;
    const path = (request.url ?? '').replace(/^http:\/\/[^/]*/, '');
    const on = sendHttp(new URL(path, url), { method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.pipe(response);
    });
    request.pipe(on);
  };
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function sessionWith(variables: Record<string, string | undefined>): Promise<Session> {
  const environment = {
    HOME: folder,
    HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
    HTTP_PROXY: `http://127.0.0.1:${proxyPort}`,
    AWS_CA_BUNDLE: bundle,
    AWS_ENDPOINT_URL: 'https://aws.invalid',
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_MAX_ATTEMPTS: '1',
    ...variables,
  };
  return prepare({ environment, concurrency: 4 });
}

test('every client goes through the proxy, with its user and password', async () => {
  const session = await sessionWith({
    HTTPS_PROXY: `http://me:p%40ss@127.0.0.1:${proxyPort}`,
  });
  const parameters = createParameterStore(session, 'us-east-1');
  await parameters.put({ name: '/a', value: 'v', type: 'String', overwrite: true });
  expect((await parameters.get('/a')).value).toBe('v');
  await createKms(session, 'us-east-1').resolve('alias/none');
  await createBucketStore(session, 'us-east-1').create('proxied');
  const password = Buffer.from('me:p@ss').toString('base64');
  expect(new Set(log)).toEqual(new Set([`CONNECT aws.invalid:443 Basic ${password}`]));
});

const read = (offset: number, length: number) =>
  Promise.resolve(Buffer.alloc(length, offset % 251));

test('a large object streams through it in both directions', async () => {
  const session = await sessionWith({});
  await createBucketStore(session, 'us-east-1').create('large');
  const objects = createObjectStore(session, 'us-east-1');
  const object = { size: 17 * MIB, sha256: 'ab'.repeat(32), metadata: {}, read };
  await objects.put('large', 'key', { ...object, checksum: await checksumOf(object) }, {});
  const { body, size } = await objects.get('large', 'key');
  let received = 0;
  for await (const chunk of body) received += (chunk as Buffer).length;
  expect([size, received]).toEqual([object.size, object.size]);
});

test('an endpoint without TLS is asked for by its whole URL', async () => {
  const session = await sessionWith({ AWS_ENDPOINT_URL: 'http://aws.invalid' });
  await createParameterStore(session, 'us-east-1').getMany(['/none']);
  expect(log).toEqual(['POST http://aws.invalid/']);
});

test('NO_PROXY and this machine are reached without it', async () => {
  const listed = await sessionWith({ NO_PROXY: 'aws.invalid' });
  const error = await failureOf(() => createParameterStore(listed, 'us-east-1').get('/a'));
  expect(error.message).toMatch(/cannot reach aws\.invalid \(E/);
  const near = await sessionWith({ AWS_ENDPOINT_URL: sandbox.url });
  await createParameterStore(near, 'us-east-1').getMany(['/none']);
  expect(log).toEqual([]);
});

test.each([
  [407, 'http://user:password@host:port'],
  [403, 'NO_PROXY'],
  [502, 'NO_PROXY'],
])('names the proxy that answers %i, and not its password', async (status, hint) => {
  answer = status;
  const session = await sessionWith({ HTTPS_PROXY: `http://me:canary@127.0.0.1:${proxyPort}` });
  const error = await failureOf(() => createParameterStore(session, 'us-east-1').get('/a'));
  expect(error).toMatchObject({ code: 'network' });
  expect(error.message).toBe(
    `ssm:GetParameter /a: the proxy http://127.0.0.1:${proxyPort} refuses to connect to aws.invalid (${status})`,
  );
  expect(error.hint).toContain(hint);
  expect(JSON.stringify(error.cause)).not.toContain('canary');
});

test('names a proxy that asks for a password without TLS, too', async () => {
  answer = 407;
  const session = await sessionWith({ AWS_ENDPOINT_URL: 'http://aws.invalid' });
  const error = await failureOf(() => createParameterStore(session, 'us-east-1').get('/a'));
  expect(error.message).toContain('refuses to connect to aws.invalid (407)');
});

test('names the host and a proxy that does not answer', async () => {
  const session = await sessionWith({ HTTPS_PROXY: 'http://me:canary@127.0.0.1:1' });
  const error = await failureOf(() => createParameterStore(session, 'us-east-1').get('/a'));
  expect(error.message).toBe(
    'ssm:GetParameter /a: cannot reach aws.invalid through the proxy http://127.0.0.1:1 (ECONNREFUSED)',
  );
});

test('gives up a proxy that makes no connection', async () => {
  const silent = createTcp();
  const HTTPS_PROXY = `http://127.0.0.1:${await listen(silent)}`;
  const session = await sessionWith({ HTTPS_PROXY });
  const impatient = { ...session, limits: { ...LIMITS, connect: 200 } };
  const error = await failureOf(() => createParameterStore(impatient, 'us-east-1').get('/a'));
  expect(error.message).toBe(
    `ssm:GetParameter /a: no connection to aws.invalid through the proxy ${HTTPS_PROXY} within 0.2 s`,
  );
});

test('says how to trust a CA that is unknown', async () => {
  const session = await sessionWith({ AWS_CA_BUNDLE: undefined });
  const error = await failureOf(() => createParameterStore(session, 'us-east-1').get('/a'));
  expect(error).toMatchObject({ code: 'network' });
  expect(error.message).toContain('cannot trust the certificate of aws.invalid through the proxy');
  expect(error.hint).toContain('AWS_CA_BUNDLE');
});
