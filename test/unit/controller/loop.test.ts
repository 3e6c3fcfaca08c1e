import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createPace } from '../../../src/controller/loop/pace.ts';
import { createQueue } from '../../../src/controller/loop/queue.ts';
import { checkFrame, checkLimits } from '../../../src/controller/loop/guard.ts';
import { SECRET_TYPES } from '../../../src/formats/coffer-secret.ts';
import { explain } from '../../../src/controller/loop/failure.ts';
import { createTestClock } from '../../support/kube/clock.ts';

test('a key is never worked on twice at once, and once more if it changed meanwhile', async () => {
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const work = (key: string) => {
    begun.push(key);
    return new Promise<boolean>((resolve) => ends.push(() => resolve(true)));
  };
  const queue = createQueue(work, { concurrency: 2, clock: createTestClock() });
  for (const key of ['a', 'b', 'c', 'a', 'a']) queue.add(key);
  expect(begun).toEqual(['a', 'b']);
  expect(queue.depth()).toBe(1);
  ends[0]?.();
  await turn();
  expect(begun).toEqual(['a', 'b', 'c']);
  ends[1]?.();
  await turn();
  expect(begun).toEqual(['a', 'b', 'c', 'a']);
  const stopped = queue.stop();
  for (const end of ends) end();
  await stopped;
  queue.add('d');
  expect(begun).toHaveLength(4);
});

test('a key that fails waits a second, then twice as long, up to five minutes', async () => {
  const clock = createTestClock();
  let count = 0;
  const queue = createQueue(() => Promise.resolve((count += 1) > 12), { concurrency: 1, clock });
  queue.add('a');
  await turn();
  for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]) {
    const before = count;
    clock.advance(seconds * 1000 - 1);
    await turn();
    expect(count).toBe(before);
    clock.advance(1);
    await turn();
    expect(count).toBe(before + 1);
  }
});

test('the pace lets through a second of calls at once, and then one after the other', async () => {
  const clock = createTestClock();
  const pace = createPace(10, clock);
  let passed = 0;
  for (let index = 0; index < 20; index += 1) void pace().then(() => (passed += 1));
  await turn();
  expect(passed).toBe(10);
  clock.advance(300);
  await turn();
  expect(passed).toBe(13);
  clock.advance(700);
  await turn();
  expect(passed).toBe(20);
});

const ssm = (name: string) => ({ key: 'k', ssm: { name, version: 1 } });
const secret = (secretId: string) => ({ key: 'k', secretsManager: { secretId, versionId: 'v' } });
const ROLE = 'arn:aws:iam::111122223333:role/shop-reader';

test.each([
  ['/apps/shop/', ssm('/apps/shop/token'), true],
  ['/apps/{namespace}/', ssm('/apps/shop/token'), true],
  ['/apps/{namespace}', ssm('/apps/shop/token'), true],
  ['/apps/{namespace}', ssm('/apps/shopping/token'), false],
  ['/apps/{namespace}/', ssm('/apps/other/token'), false],
  ['/apps/{namespace}/', ssm('arn:aws:ssm:eu-west-1:111122223333:parameter/apps/shop/t'), false],
  ['/apps/{namespace}/', secret('apps/shop/db'), true],
  ['/apps/{namespace}/', secret('apps/other/db'), false],
  ['/a/', secret('arn:aws:secretsmanager:eu-west-1:111122223333:secret:a/db-AbCdEf'), true],
  ['/a/', secret('arn:aws:secretsmanager:eu-west-1:111122223333:secret:b/db-AbCdEf'), false],
])('--require-prefix %s lets through what is below it: %j %s', (requiredPrefix, pin, isAllowed) => {
  const check = () =>
    checkLimits({ region: 'eu-west-1', data: [pin] }, 'shop', { allowedRoles: [], requiredPrefix });
  if (isAllowed) check();
  else expect(check).toThrow('--require-prefix');
});

test.each([
  [[], false],
  [[ROLE], true],
  [['arn:aws:iam::111122223333:role/shop-*'], true],
  [['arn:aws:iam::111122223333:role/shop'], false],
  [['arn:aws:iam::*:role/other', '*:role/shop-reader'], true],
  [['arn.aws:iam::111122223333:role/shop-reader'], false],
])('--allow-role %j and a role of a CofferSecret: %s', (allowedRoles, isAllowed) => {
  const spec = { region: 'eu-west-1', roleArn: ROLE, data: [ssm('/a')] };
  const check = () => checkLimits(spec, 'shop', { allowedRoles, requiredPrefix: undefined });
  if (isAllowed) check();
  else expect(check).toThrow('--allow-role');
});

const SPEC = { region: 'eu-west-1', data: [ssm('/a')] };

test.each([
  ['kubernetes.io/service-account.name', false],
  ['node.kubernetes.io/x', false],
  ['pod-security.k8s.io/x', false],
  ['notkubernetes.io/x', true],
  ['example.com/kubernetes.io', true],
  ['note', true],
])('an annotation %s of a CofferSecret: %s', (name, isAllowed) => {
  const check = () => checkFrame({ ...SPEC, annotations: { [name]: 'default' } });
  if (isAllowed) check();
  else expect(check).toThrow(name);
});

test.each([
  ['api', true],
  ['api.v2-1', true],
  ['..', false],
  ['.', false],
  ['a/../b', false],
  ['', false],
])('a workload %j to restart: %s', (name, isAllowed) => {
  const check = () => checkFrame({ ...SPEC, restart: [{ kind: 'Deployment', name }] });
  if (isAllowed) check();
  else expect(check).toThrow('cannot be called');
});

test('the schema has the types of Secrets that the loop takes', async () => {
  for (const type of SECRET_TYPES) checkFrame({ ...SPEC, type });
  const schema = await readFile('schemas/crd.json', 'utf8');
  const [, listed = ''] = /"enum": (\[\s*"Opaque"[^\]]*\])/.exec(schema) ?? [];
  expect(JSON.parse(listed)).toEqual(SECRET_TYPES);
});

test('a bug is reported without its words, which may quote a value', () => {
  const { reason, message } = explain(new TypeError('cannot read hunter2'));
  expect([reason, message]).toEqual(['Unavailable', 'unexpected failure: TypeError']);
});
