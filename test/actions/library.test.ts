import { createServer } from 'node:http';
import { readdirSync } from 'node:fs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createCoffer, type CofferOptions } from '../../src/index.ts';
import { ARGUMENTS } from '../../src/library/shapes.ts';
import { REGION, useAws } from '../support/aws.ts';
import { failureOf } from '../support/failure.ts';
import { accessTo } from '../support/library.ts';
import { createScene, plain, secret } from '../support/scene.ts';
import { createTestHost } from '../support/tools.ts';

const aws = await useAws();

function open(options: CofferOptions = {}) {
  const coffer = createCoffer({
    ...accessTo(aws),
    fileKey: { alias: aws.fileKeyAlias },
    ...options,
  });
  onTestFinished(() => coffer.close());
  return coffer;
}

test('a program encrypts, compares, syncs and reads, and receives the notes', async () => {
  const { host, said } = createTestHost();
  const coffer = open({ host });
  const app = await createScene(aws, secret('a', 'one') + plain('b', 'two'));
  const files = [app.path('app.yml')];
  const [sealed] = await coffer.encrypt(files);
  expect(sealed).toMatchObject({ changed: true, sealed: [{ name: 'a', why: 'new' }] });
  expect((await coffer.diff(files)).counts).toMatchObject({ create: 2 });
  expect(await coffer.sync(files)).toMatchObject({ failed: [], left: [] });
  expect(said.questions).toEqual(['Write 2 parameters?']);
  expect(said.notes).toContain('2 parameters written');
  expect((await coffer.get(`${app.prefix}a`)).toString()).toBe('one');
  expect(await coffer.open(files[0] ?? '')).toEqual(
    new Map([
      ['a', Buffer.from('one')],
      ['b', Buffer.from('two')],
    ]),
  );
});

test('a host may be an object of a class', async () => {
  class Asked {
    questions: string[] = [];
    async confirm(question: string): Promise<void> {
      this.questions.push(question);
    }
  }
  const host = new Asked();
  const coffer = open({ host });
  const app = await createScene(aws, plain('b', 'two'));
  await coffer.sync([app.path('app.yml')]);
  expect(host.questions).toEqual(['Write 1 parameter?']);
});

test('without a host, writes nothing unless yes is given', async () => {
  const coffer = open();
  const app = await createScene(aws, plain('b', 'two'));
  const files = [app.path('app.yml')];
  const error = await failureOf(() => coffer.sync(files));
  expect(error).toMatchObject({ code: 'declined', hint: expect.stringContaining('yes: true') });
  expect(await coffer.sync(files, { yes: true })).toMatchObject({ done: [`${app.prefix}b`] });
});

test("passes temporary credentials, or a provider's, to AWS with their session token", async () => {
  const tokens: unknown[] = [];
  const server = createServer((request, response) => {
    tokens.push(request.headers['x-amz-security-token']);
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end('{"__type":"ParameterNotFound"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const identity = { accessKeyId: 'ASIATEST', secretAccessKey: 'test', sessionToken: 'session' };
  const endpoint = `http://127.0.0.1:${port}`;
  await failureOf(() => open({ endpoint, credentials: identity }).get('/a'));
  let asked = 0;
  const provider = () => {
    asked += 1;
    return Promise.resolve({ ...identity, sessionToken: `session ${asked}` });
  };
  await failureOf(() => open({ endpoint, credentials: provider }).get('/a'));
  expect(tokens).toEqual(['session', 'session 1']);
});

test("uses a program's own client, only for its region, and does not close it", async () => {
  let calls = 0;
  const { endpoint } = aws;
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
  const ssm = new SSMClient({ endpoint, region: REGION, credentials });
  ssm.middlewareStack.add((next) => (args) => ((calls += 1), next(args)), { step: 'initialize' });
  onTestFinished(() => ssm.destroy());
  const app = await createScene(aws, plain('b', 'two'));
  const files = [app.path('app.yml')];
  const coffer = open({ clients: { ssm } });
  await coffer.sync(files, { yes: true });
  expect(calls).toBeGreaterThan(0);
  coffer.close();
  expect((await open({ clients: { ssm } }).get(`${app.prefix}b`)).toString()).toBe('two');

  const text = await app.text('app.yml');
  await app.write('app.yml', text.replace(REGION, 'eu-west-1'));
  const error = await failureOf(() => coffer.sync(files, { yes: true }));
  expect(error).toMatchObject({
    code: 'usage',
    message: `the ssm client is for ${REGION}, not for eu-west-1`,
  });
});

test.skipIf(process.platform !== 'linux')(
  'two hundred calls and clients leave no descriptor open',
  async () => {
    const app = await createScene(aws, secret('a', 'one'));
    const files = [app.path('app.yml')];
    const once = open();
    await once.encrypt(files);
    await once.sync(files, { yes: true });
    once.close();
    await new Promise((resolve) => setImmediate(resolve));
    const before = countDescriptors();
    const many = open();
    for (let i = 0; i < 100; i += 1) await many.get(`${app.prefix}a`);
    many.close();
    for (let i = 0; i < 100; i += 1) {
      const coffer = open();
      await coffer.get(`${app.prefix}a`);
      coffer.close();
    }
    // The sandbox runs in this process, and holds the other end of each connection.
    await expect.poll(countDescriptors).toBeLessThanOrEqual(before);
  },
);

function countDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

describe('a program without types', () => {
  type Call = (...args: readonly unknown[]) => Promise<unknown>;
  const call = (coffer: object, verb: string) => (coffer as Record<string, Call>)[verb] as Call;
  const right = { text: 'x', list: [], function: () => undefined, any: undefined };
  const verbs = Object.entries(ARGUMENTS).map(([verb, shapes]) => ({ verb, shapes: [...shapes] }));

  test('gets a misspelt option refused by every verb, and hears the nearest one', async () => {
    const coffer = open();
    for (const { verb, shapes } of verbs) {
      for (const [at, shape] of shapes.entries()) {
        const args = shapes.map((one) => (typeof one === 'string' ? right[one] : {}));
        if (typeof shape === 'string') continue;
        for (const option of Object.keys(shape)) {
          args[at] = { [`${option}q`]: true };
          const error = await failureOf(() => call(coffer, verb)(...args));
          expect(error).toMatchObject({
            code: 'usage',
            message: `coffer.${verb}: unknown option ${option}q`,
          });
          if (option.length > 3) expect(error.hint).toContain('did you mean');
        }
      }
    }
  });

  test('gets a text refused where a list belongs, and every other wrong kind', async () => {
    const coffer = open();
    for (const { verb, shapes } of verbs) {
      for (const [at, shape] of shapes.entries()) {
        if (shape === 'any') continue;
        const args = shapes.map((one) => (typeof one === 'string' ? right[one] : {}));
        args[at] = shape === 'text' ? ['x'] : 'x';
        const { code, message } = await failureOf(() => call(coffer, verb)(...args));
        expect([code, message]).toEqual(['usage', expect.stringMatching(/argument is an? /)]);
      }
      const more = [...shapes.map(() => undefined), {}];
      expect((await failureOf(() => call(coffer, verb)(...more))).message).toContain('arguments');
    }
  });

  test('writes nothing for dryrun instead of dryRun', async () => {
    const coffer = open();
    const app = await createScene(aws, plain('b', 'two'));
    const files = [app.path('app.yml')];
    const options = { dryrun: true, yes: true };
    const error = await failureOf(() => coffer.sync(files, options));
    expect(error).toMatchObject({ code: 'usage', hint: 'did you mean dryRun?' });
    expect((await coffer.diff(files)).counts).toMatchObject({ create: 1 });
    await expect(call(coffer, 'diff')(files, { only: 'b' })).rejects.toMatchObject({
      message: 'coffer.diff: the option only is a list of texts',
      hint: "write it in brackets: ['…']",
    });
  });

  test('gets a misspelt option of createCoffer refused', () => {
    const options: object = { regoin: REGION };
    expect(() => createCoffer(options)).toThrow('createCoffer: unknown option regoin');
  });
});
