import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/sandbox/iam/document.ts';
import { decide } from '../../src/sandbox/iam/policies.ts';
import { useAws } from '../support/aws.ts';
import { callerEnv, policiesOf } from '../support/policies.ts';
import { plain, secret } from '../support/scene.ts';
import { createSecretScene, secretsIn } from '../support/secrets-manager.ts';

const aws = await useAws();
await aws.createKey(aws.fileKeyAlias);
await aws.createKey(aws.kmskey, 'eu-west-1');
const control = policiesOf(aws);
const CALLER = 'AKIASECRETS';

interface Policy {
  Version: string;
  Statement: { Sid: string; Action: string[] }[];
}

const IN_SECRETS = ['--store', 'secretsmanager'];

/** What somebody does, and what has to be done before by somebody without limits. */
type Step = (app: Scene) => { before?: string[][]; edit?: [string, string]; args: string[] };
type Scene = Awaited<ReturnType<typeof createSecretScene>>;

const SYNC = ['sync', 'app.yml', '--yes'];
const TAGS = 'tags: {a: b}';

const STEPS: Readonly<Record<string, Step>> = {
  diff: () => ({ args: ['diff', 'app.yml'] }),
  'list what is extra': () => ({ args: ['diff', 'app.yml', '--prune'] }),
  'create a secret': () => ({ args: SYNC }),
  'write a version': () => ({ before: [SYNC], edit: ['"app"', '"other"'], args: SYNC }),
  'change description, tags and copies': () => ({
    before: [SYNC],
    edit: ['tags: {a: b}\n', 'tags: {c: d}\ndescription: x\nreplicas: [eu-west-1]\n'],
    args: [...SYNC, '--prune-tags'],
  }),
  'remove a copy': () => ({
    before: [SYNC],
    edit: [TAGS, `${TAGS}\nreplicas: [eu-west-1]`],
    args: ['nuke', 'app.yml', '--yes'],
  }),
  'take over a rotated secret': () => ({ before: [SYNC], args: [...SYNC, '--take-over'] }),
  'delete a secret': () => ({ before: [SYNC], args: ['nuke', 'app.yml', '--yes'] }),
  'restore a secret': () => ({ before: [SYNC, ['nuke', 'app.yml', '--yes']], args: SYNC }),
  'make an older version current': () => ({ before: [SYNC], edit: ['back', ''], args: SYNC }),
  'read a secret': ({ secret: name }) => ({
    before: [SYNC],
    args: ['get', name, ...IN_SECRETS, '--property', 'password'],
  }),
  'export from AWS': () => ({ before: [SYNC], args: ['export', 'app.yml', '--from', 'aws'] }),
  'see the versions': ({ secret: name }) => ({
    before: [SYNC],
    args: ['history', name, ...IN_SECRETS],
  }),
};

const WRITES = [
  'diff',
  'create a secret',
  'write a version',
  'change description, tags and copies',
  'remove a copy',
  'take over a rotated secret',
  'delete a secret',
  'restore a secret',
  'make an older version current',
];
const MAY: Readonly<Record<string, readonly string[]>> = {
  ci: WRITES,
  'ci-diff': ['diff'],
  reader: ['read a secret', 'export from AWS'],
  controller: ['read a secret', 'export from AWS'],
  admin: [...WRITES, 'read a secret', 'export from AWS', 'see the versions'],
};

async function createStage(name: string) {
  const app = await createSecretScene(aws, plain('username', 'app') + secret('password', 'x'), {
    header: `${TAGS}\n`,
  });
  await app.succeed(['encrypt', 'app.yml']);
  const { before = [], edit: [from, to] = ['', ''], args } = STEPS[name]?.(app) ?? { args: [] };
  for (const call of before) await app.succeed(call);
  const text = await app.text('app.yml');
  if (from === 'back') {
    for (const value of ['1', '2', '3']) {
      await app.write('app.yml', text.replace('"app"', `"${value}"`));
      await app.succeed(SYNC);
    }
    await app.write('app.yml', text);
  } else await app.write('app.yml', text.replace(from, to));
  if (name === 'remove a copy') await app.succeed(SYNC);
  if (name === 'take over a rotated secret') await secretsIn(aws).rotate(app.secret);
  return { app, args };
}

async function policyFor(app: Scene, role: string): Promise<Policy> {
  const { stdout } = await app.succeed(['policy', 'app.yml', '--for', role]);
  return JSON.parse(stdout.toString()) as Policy;
}

describe.each(Object.entries(MAY))('%s, on a secret', (role, allowed) => {
  /** Actions of the policy without which something that the role does is refused. */
  const needed = new Set<string>();
  const given = new Set<string>();

  test.each(allowed)('may %s', async (name) => {
    const { app, args } = await createStage(name);
    const policy = await policyFor(app, role);
    await control.put(CALLER, policy);
    const { code, stderr } = await app.coffer(args, { env: callerEnv(CALLER) });
    expect([code, stderr.includes('error')], stderr).toEqual([0, false]);
    const questions = await control.asked(CALLER);
    for (const statement of policy.Statement) {
      for (const action of statement.Action) {
        const reduced = policy.Statement.map((one) =>
          one === statement
            ? { ...one, Action: one.Action.filter((other) => other !== action) }
            : one,
        ).filter(({ Action }) => Action.length > 0);
        const what = `${statement.Sid} ${action}`;
        if (/Secret(?!s\b)/.test(statement.Sid)) given.add(what);
        const documents = parsePolicy({ ...policy, Statement: reduced });
        if (questions.some((question) => decide(documents, question) !== 'allowed')) {
          needed.add(what);
        }
      }
    }
  });

  test('has no right that none of this takes', () => {
    const spare = [...given].filter((what) => !needed.has(what));
    expect(spare.filter((what) => !SPARE.test(what))).toEqual([]);
  });
});

/** For listings, and for batches of 50 secrets and more. */
const SPARE = /^SecretList /;

test.each([
  ['ci-diff', 'write a version'],
  ['ci-diff', 'read a secret'],
  ['reader', 'write a version'],
  ['controller', 'diff'],
  ['controller', 'write a version'],
  ['ci', 'read a secret'],
])('%s may not %s', async (role, name) => {
  const { app, args } = await createStage(name);
  await control.put(CALLER, await policyFor(app, role));
  const { code } = await app.coffer(args, { env: callerEnv(CALLER) });
  expect(code).toBe(1);
});

test('ci-diff opens nothing, in git or in AWS', async () => {
  const { app } = await createStage('diff');
  const { Statement } = await policyFor(app, 'ci-diff');
  const actions = Statement.flatMap(({ Action }) => Action);
  expect(actions.toSorted()).toEqual([
    'secretsmanager:DescribeSecret',
    'secretsmanager:ListSecrets',
  ]);
});

test('CI without kms:Decrypt cannot write to Secrets Manager', async () => {
  const { app } = await createStage('diff');
  const { code, stderr } = await app.coffer(['policy', 'app.yml', '--for', 'ci-no-decrypt']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('use --for ci')]);
});
