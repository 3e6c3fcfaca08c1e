import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { COMMANDS } from '../../src/cli/index.ts';
import { createCoffer } from '../../src/library.ts';
import { useAction } from '../support/action.ts';
import { REGION, useAws } from '../support/aws.ts';
import { run } from '../support/cli.ts';
import { controlOf } from '../support/control.ts';
import { accessTo } from '../support/library.ts';
import { createScene, plain, secret, type Scene } from '../support/scene.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const control = controlOf(aws);
const stored = storedIn(aws);

/** The account of the sandbox, and that of one of its access keys. */
const HERE = '111122223333';
const ELSEWHERE = '444455556666';
const OTHER = 'AKIAELSEWHERE';
// To make a key is a write, and the first encrypt has to work for any account.
await aws.createKey(aws.fileKeyAlias);
await fetch(`${aws.endpoint}/_sandbox/accounts/${OTHER}`, {
  method: 'PUT',
  body: JSON.stringify({ account: ELSEWHERE }),
});

interface Row {
  args: (app: Scene) => string[];
  /** What it writes to AWS; nothing unless said. */
  writes?: RegExp;
  /** It asks who calls, although it only reads, and exits with this for another account. */
  asks?: number;
  /** A new file key, because no alias names one yet. */
  needsKey?: true;
  /** The manifest is plaintext. */
  isPlain?: true;
}

const file = () => ['app.yml'];
const NEW_KEY = { writes: /^kms:CreateKey$/, needsKey: true } as const;

/** One call of each command, with a manifest if it takes one. */
const CALLS: Readonly<Record<string, Row>> = {
  encrypt: { args: file, ...NEW_KEY, isPlain: true },
  edit: { args: file, ...NEW_KEY, isPlain: true },
  set: { args: () => ['app.yml', 'x'], ...NEW_KEY, isPlain: true },
  rotate: { args: () => ['app.yml', 'g'], ...NEW_KEY, isPlain: true },
  rollback: { args: () => ['app.yml', 'x', 'latest'], asks: 1 },
  copy: { args: () => ['app.yml', 'x', 'other.yml'], ...NEW_KEY },
  import: { args: ({ prefix }) => [prefix, '--merge', 'other.yml'], ...NEW_KEY },
  refresh: { args: file, ...NEW_KEY },
  recovery: { args: () => ['restore', 'app.yml', '--yes'], ...NEW_KEY },
  unset: { args: () => ['app.yml', 'x'] },
  move: { args: () => ['app.yml', 'x', 'y'] },
  sync: { args: () => ['app.yml', '--yes'], writes: /^ssm:PutParameter$/ },
  create: { args: () => ['app.yml', 'fresh', '--yes'], writes: /^ssm:PutParameter$/ },
  update: { args: () => ['app.yml', 'x', '--yes'], writes: /^ssm:PutParameter$/ },
  delete: { args: () => ['app.yml', 'x', '--yes'], writes: /^ssm:DeleteParameters$/ },
  save: { args: file, writes: /^ssm:PutParameter$/ },
  nuke: { args: () => ['app.yml', '--yes'], writes: /^ssm:DeleteParameters$/ },
  gc: {
    args: () => ['app.yml', '--yes', '--older-than', '0s'],
    writes: /^s3:AbortMultipartUpload$/,
  },
  init: {
    args: () => ['new.yml', '--path', '/new/', '--region', 'us-east-1', '--kmskey', 'alias/new'],
  },
  bootstrap: { args: () => ['app.yml', '--yes'], writes: /^s3:PutBucketVersioning$/ },
  decrypt: { args: file },
  diff: { args: file, asks: 1 },
  report: { args: file, asks: 1 },
  list: { args: file, asks: 1 },
  history: { args: ({ prefix }) => [`${prefix}there`] },
  get: { args: ({ prefix }) => [`${prefix}there`] },
  exec: { args: () => ['app.yml', '--', 'true'] },
  export: { args: file },
  pin: { args: () => ['there.yml', '--name', 'app'], asks: 1 },
  controller: { args: () => ['manifests'] },
  check: { args: file },
  find: { args: () => ['x', 'app.yml'] },
  compare: { args: () => ['app.yml', 'other.yml', '--values'] },
  hook: { args: () => ['install'] },
  git: { args: () => ['install'] },
  textconv: { args: () => ['app.yml', '--reveal'] },
  'merge-driver': { args: () => ['app.yml', 'app.yml', 'app.yml'] },
  doctor: { args: file, asks: 3 },
  policy: { args: () => ['app.yml', '--for', 'ci'] },
  sandbox: { args: () => ['--', 'true'] },
  cache: { args: () => ['clear'] },
  completion: { args: () => ['bash'] },
  schema: { args: () => [] },
  put: {
    // It takes no manifest, so nothing says which account is meant.
    args: ({ prefix }) => ['-p', `${prefix}data`, '-b', aws.bucket, '-k', aws.kmskey],
  },
};

test('tries every command', () => {
  expect(Object.keys(CALLS).toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted());
});

const READ = /:(?:Get|Head|List|Describe|Decrypt|Encrypt|GenerateDataKey|ReEncrypt)/;
const IDENTITY = 'sts:GetCallerIdentity';

/**
 * A manifest, encrypted, and what the rows work on. All calls are of the sandbox's own account, so
 * nothing but the account that the manifest names can refuse them.
 */
async function createApp(account = HERE) {
  const app = await createScene(
    aws,
    `${secret('x', 'old')}  - {name: g, type: SecureString, generate: {length: 8}}\n`,
    { header: `account: "${account}"\nkmskey: ${aws.kmskey}\nbucket: ${aws.bucket}\n` },
  );
  const text = await app.text('app.yml');
  await app.succeed(['encrypt', 'app.yml']);
  const sealed = await app.text('app.yml');
  const other = `${text.replace(/parameters:[^]*/, 'parameters:\n')}${plain('own', 'own')}`;
  const there = text.replace(/parameters:[^]*/, 'parameters:\n') + plain('there', 'text');
  await app.write('there.yml', there);
  await stored.put(`${app.prefix}there`, 'text', { Type: 'SecureString' });
  await aws.s3.send(
    new CreateMultipartUploadCommand({
      Bucket: aws.bucket,
      Key: `${app.prefix.slice(1)}x/v3-${'a'.repeat(64)}`,
    }),
  );
  /** Runs a command, and returns what it called. */
  async function play(name: string, row: Row, more = {}) {
    await app.write('app.yml', row.isPlain ? text : sealed);
    await app.write('other.yml', other);
    const COFFER_KEY_ALIAS = row.needsKey ? `alias/${aws.unique('new')}` : aws.fileKeyAlias;
    const env = { COFFER_KEY_ALIAS, EDITOR: 'sed -i s/old/new/' };
    let outcome = { code: -1, stderr: '' };
    const calls = await control.callsOf(async () => {
      const options = { env: { ...env, ...more }, stdin: 'typed' };
      outcome = await app.coffer([name, ...row.args(app)], options);
    });
    return { ...outcome, calls, writes: Object.keys(calls).filter((call) => !READ.test(call)) };
  }
  return { ...app, play };
}

const WRITERS = Object.entries(CALLS).filter(([, { writes }]) => writes);
const READERS = Object.entries(CALLS).filter(([name, { writes }]) => !writes && name !== 'put');

test.each(WRITERS)('%s writes only to the account of its manifest', async (name, row) => {
  const elsewhere = await createApp(ELSEWHERE);
  const refused = await elsewhere.play(name, row);
  expect(refused.writes, refused.stderr).toEqual([]);
  expect(refused.code, refused.stderr).toBe(1);
  expect(refused.stderr).toContain(`of the account ${HERE} (arn:aws:iam::${HERE}:user/AKIATEST)`);
  expect(refused.stderr).toContain(`is for the account ${ELSEWHERE}`);
  expect(refused.stderr).toContain('--profile');
  expect(refused.calls[IDENTITY]).toBe(1);

  const { play } = await createApp();
  const done = await play(name, row);
  expect(done.writes, done.stderr).toContainEqual(expect.stringMatching(row.writes ?? /^$/));
  expect(done.calls[IDENTITY]).toBe(1);
});

test('commands that neither write to AWS nor read it for a manifest do not ask', async () => {
  const { play, folder } = await createApp(ELSEWHERE);
  await run('git', ['init', '--quiet'], { cwd: folder });
  for (const [name, row] of READERS) {
    const { code, stderr, calls, writes } = await play(name, row);
    // These say that the account is another one.
    expect({ name, code, writes }, stderr).toEqual({ name, code: row.asks ?? 0, writes: [] });
    expect(calls[IDENTITY]).toBe(row.asks ? 1 : undefined);
  }
});

/** What would say that nothing differs, or give the values of another account. */
const DRIFT = [
  ['diff', ['plain.yml']],
  ['sync', ['plain.yml', '--dry-run']],
  ['sync', ['plain.yml', '--yes']],
  ['list', ['plain.yml']],
  ['export', ['plain.yml', '--from', 'aws']],
  ['exec', ['plain.yml', '--from', 'aws', '--', 'true']],
] as const;

test('AWS is read for a manifest only in its account, and that is asked once', async () => {
  const { play, text, write } = await createApp();
  await play('check', { args: file });
  // Nothing in it is encrypted, so it can say another account later.
  const here = await text('other.yml');
  const regions = here.replace(/region: .*/, 'regions: [us-east-1, eu-west-1]');
  await write('plain.yml', regions.replace('bucket: ', 'bucket: "{region}" # '));
  await play('sync', { args: () => ['plain.yml', '--yes'] });
  for (const [name, args] of DRIFT) {
    const there = await play(name, { args: () => [...args] });
    expect([name, there.code, there.calls[IDENTITY]], there.stderr).toEqual([name, 0, 1]);
  }
  await write('plain.yml', (await text('plain.yml')).replace(HERE, ELSEWHERE));
  for (const [name, args] of DRIFT) {
    const { code, stderr, calls } = await play(name, { args: () => [...args] });
    expect([name, code, Object.keys(calls)], stderr).toEqual([name, 1, [IDENTITY]]);
    expect(stderr).toContain(`is for the account ${ELSEWHERE}: nothing is read or written`);
  }
});

test('a report shows the environments of this account, and says which one is of another', async () => {
  const { play, text, write } = await createApp();
  await play('check', { args: file });
  await write('here.yml', await text('other.yml'));
  await write('there.yml', (await text('there.yml')).replace(HERE, ELSEWHERE));
  const { code, stderr } = await play('report', { args: () => ['here.yml', 'there.yml'] });
  expect(code, stderr).toBe(4);
  expect(stderr).toContain(`there.yml is for the account ${ELSEWHERE}`);
});

test('the account has to be that of all manifests of a call', async () => {
  const { play, text, write } = await createApp();
  await play('check', { args: file });
  const foreign = (await text('other.yml')).replace(HERE, ELSEWHERE);
  await write('foreign.yml', foreign.replace(/path: .*/, `path: /${aws.unique('foreign')}/`));
  const both: Row = { args: () => ['app.yml', 'foreign.yml'] };
  const { code, stderr, writes } = await play('save', both);
  expect({ code, writes }).toEqual({ code: 1, writes: [] });
  expect(stderr).toContain(`foreign.yml is for the account ${ELSEWHERE}`);
});

test('nothing is asked of people before the account is right', async () => {
  const { play } = await createApp(ELSEWHERE);
  const { stderr } = await play('nuke', { args: file });
  expect(stderr).toContain('is for the account');
  expect(stderr).not.toContain('cannot ask');
});

test('the action writes only to the account of its manifests', async () => {
  const app = await createApp(ELSEWHERE);
  await app.play('check', { args: file });
  let log = '';
  const calls = await control.callsOf(async () => {
    const outcome = await useAction(app, { mode: 'sync', manifests: 'app.yml' }, aws.env);
    ({ log } = outcome);
    expect(outcome.code).toBe(1);
  });
  expect(log).toContain(`is for the account ${ELSEWHERE}`);
  expect(Object.keys(calls).filter((call) => !READ.test(call))).toEqual([]);
});

test('if STS does not answer, nothing is written', async () => {
  const { play } = await createApp();
  await control.disturb({ rules: [{ action: IDENTITY, errorRate: 1 }] });
  const once = { AWS_MAX_ATTEMPTS: '1' };
  const { code, stderr, writes } = await play('save', { args: file }, once);
  expect({ code, writes }).toEqual({ code: 1, writes: [] });
  expect(stderr).toContain(`is for the account ${HERE}, and coffer cannot find out`);
});

/** A program's coffer, closed at the end of the test. */
function open(clients?: { ssm: SSMClient }) {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
  const coffer = createCoffer({ ...accessTo(aws), credentials, ...(clients && { clients }) });
  onTestFinished(() => coffer.close());
  return coffer;
}

describe('in a program', () => {
  test('a manifest counts only for the call that reads it', async () => {
    const app = await createApp(ELSEWHERE);
    await app.play('check', { args: file });
    const mine = (await app.text('app.yml')).replace(/^account:.*\n/m, '');
    await app.write('mine.yml', mine.replace(/parameters:[^]*/, `parameters:\n${plain('p', 'p')}`));
    const coffer = open();
    await expect(coffer.save([app.path('app.yml')])).rejects.toMatchObject({ code: 'credentials' });
    await expect(coffer.diff([app.path('app.yml')])).rejects.toMatchObject({ code: 'credentials' });
    await expect(coffer.diff([app.path('mine.yml')])).resolves.toBeDefined();
    await expect(coffer.save([app.path('mine.yml')])).resolves.toMatchObject({ failed: [] });
  });

  test("the credentials of the program's own client count for what it writes", async () => {
    const app = await createApp();
    await app.play('check', { args: file });
    const credentials = { accessKeyId: OTHER, secretAccessKey: 'test' };
    const ssm = new SSMClient({ endpoint: aws.endpoint, region: REGION, credentials });
    const coffer = open({ ssm });
    const calls = await control.callsOf(() =>
      expect(coffer.save([app.path('app.yml')])).rejects.toThrow(`of the account ${ELSEWHERE}`),
    );
    expect(calls).not.toHaveProperty(['ssm:PutParameter']);
  });
});
