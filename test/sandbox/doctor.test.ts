import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';

import { doctor, type DoctorReport, type Finding } from '../../src/actions/doctor.ts';
import { runChecks } from '../../src/actions/doctor/finding.ts';
import { judgeClock } from '../../src/actions/doctor/machine.ts';
import { CofferError } from '../../src/errors.ts';
import { startServer } from '../support/bad-server.ts';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { run } from '../support/cli.ts';
import { controlOf } from '../support/control.ts';
import { expectReport } from '../support/reports.ts';
import { createScene, plain, secret, type Scene } from '../support/scene.ts';
import { createSecretScene } from '../support/secrets-manager.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const control = controlOf(aws);
const VALUE = createCanary();
const TOKEN = createCanary();
const PASSWORD = createCanary();
/** What must not be in any output. */
const SECRETS = { AWS_SECRET_ACCESS_KEY: createCanary(), AWS_SESSION_TOKEN: TOKEN };

async function createApp(header = `kmskey: ${aws.kmskey}\nbucket: ${aws.bucket}\n`) {
  const app = await createScene(aws, secret('x', VALUE), { header });
  await app.succeed(['encrypt', 'app.yml']);
  return app;
}

/** Runs doctor, and returns its findings by topic. */
async function examine(
  app: Scene,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
) {
  const { code, stdout, stderr } = await app.coffer(['doctor', ...args, '--json'], {
    env: { ...SECRETS, ...env },
  });
  const text = stdout.toString('utf8');
  for (const hidden of [VALUE, TOKEN, PASSWORD, SECRETS.AWS_SECRET_ACCESS_KEY]) {
    expectHidden(hidden, { stdout, stderr });
  }
  const { findings } = expectReport('doctor', text) as DoctorReport;
  const found = new Map(findings.map((finding) => [finding.topic, finding]));
  const states = (state: Finding['state']) =>
    findings.filter((finding) => finding.state === state).map(({ topic }) => topic);
  expect(code).toBe(states('fail').length > 0 ? 3 : 0);
  return { findings, found, states, code };
}

describe('a good set-up', () => {
  test('is all ok, and nothing is written', async () => {
    const app = await createApp();
    await run('git', ['init', '--quiet'], { cwd: app.folder });
    await app.succeed(['bootstrap', 'app.yml', '--yes']);
    await app.succeed(['git', 'install']);
    await app.succeed(['hook', 'install']);
    const before = await app.files();
    let seen: Awaited<ReturnType<typeof examine>> | undefined;
    const calls = await control.callsOf(async () => (seen = await examine(app, ['app.yml'])));
    // git finds no coffer in a folder without node_modules, if it is not on PATH.
    expect(seen?.states('ok')).toEqual(
      seen?.findings.map(({ topic }) => topic).filter((topic) => topic !== 'git drivers'),
    );
    expect(Object.keys(calls).filter((call) => !/:(?:Get|Head|List|Describe)/.test(call))).toEqual([
      'kms:Decrypt',
      'kms:GenerateDataKey',
    ]);
    expect(await app.files()).toEqual(before);
  });

  test.each([
    ['only a large value', 'AKIATEST', 'y'.repeat(5000)],
    ['only a value of an author without kms:Decrypt', 'AKIAAUTHOR', VALUE],
  ])('with %s opens its key', async (_, author, stdin) => {
    const app = await createScene(aws, plain('version', '1'));
    await control.disturb({
      rules: [{ action: 'kms:Decrypt', deny: true, accessKeyId: 'AKIAAUTHOR' }],
    });
    const env = { AWS_ACCESS_KEY_ID: author };
    await app.succeed(['set', 'app.yml', 'x'], { env, stdin });
    const { found } = await examine(app, ['app.yml']);
    expect(found.get('decrypt')).toMatchObject({ state: 'ok' });
  });

  test('is shown in aligned lines, with what to do under them', async () => {
    const app = await createApp(`kmskey: ${aws.kmskey}\nbucket: ${aws.unique('none')}\n`);
    const { stdout, code } = await app.coffer(['doctor', 'app.yml']);
    expect(code).toBe(3);
    const lines = stdout.toString('utf8').split('\n');
    expect(lines).toContain('ok    credentials   AWS_ACCESS_KEY_ID in the environment');
    expect(lines).toContain('app.yml');
    expect(lines).toContain('skip  git hook      this is not a git repository');
    expect(lines).toContain(`${' '.repeat(20)}hint: coffer bootstrap app.yml --yes`);
  });

  test('needs no manifest', async () => {
    const { found, code } = await examine(await createApp(), []);
    expect(code).toBe(0);
    expect(found.get('identity')?.text).toBe(
      'account 111122223333, arn:aws:iam::111122223333:user/AKIATEST',
    );
    expect(found.get('region')?.text).toBe('us-east-1 (AWS_REGION), for names without a manifest');
    expect(found.get('endpoints')?.text).toBe(`${aws.endpoint} (AWS_ENDPOINT_URL)`);
    expect(found.has('file key')).toBe(false);
  });
});

describe('a broken set-up', () => {
  test('of another account fails', async () => {
    const app = await createApp(`account: "444455556666"\nkmskey: ${aws.kmskey}\n`);
    const { states, found } = await examine(app, ['app.yml']);
    expect(states('fail')).toEqual(['account']);
    expect(found.get('account')?.text).toContain('444455556666');
  });

  test('with an unknown profile fails once', async () => {
    const unset = { AWS_ACCESS_KEY_ID: undefined };
    const { states, found } = await examine(
      await createApp(),
      ['app.yml', '--profile', 'nobody'],
      unset,
    );
    expect(states('fail')).toEqual(['credentials']);
    expect(found.get('credentials')?.text).toContain('nobody does not exist');
    expect(found.get('file key')).toMatchObject({ state: 'skip' });
  });

  test('with a missing bucket, and a disabled key, fails for each', async () => {
    const alias = `alias/${aws.unique('disabled')}`;
    const KeyId = await aws.createKey(alias);
    const app = await createApp(`kmskey: ${alias}\nbucket: ${aws.unique('none')}\n`);
    await aws.kms.send(new DisableKeyCommand({ KeyId }));
    const { found } = await examine(app, ['app.yml']);
    expect(found.get('bucket')).toMatchObject({
      state: 'fail',
      hint: 'coffer bootstrap app.yml --yes',
    });
    expect(found.get('kmskey')?.text).toContain('is not enabled: Disabled');
    expect(found.get('decrypt')?.state).toBe('ok');
  });

  test('with an alias that moved warns', async () => {
    const app = await createApp();
    const other = `alias/${aws.unique('other')}`;
    await aws.createKey(other);
    const { found } = await examine(app, ['app.yml'], { COFFER_KEY_ALIAS: other });
    expect(found.get('file key')).toMatchObject({ state: 'warn' });
    expect(found.get('file key')?.hint).toContain('coffer refresh app.yml');
  });

  test.each([
    ['kms:Decrypt', 'decrypt'],
    ['kms:GenerateDataKey', 'encrypt'],
    ['kms:DescribeKey', 'kmskey'],
    ['ssm:GetParameters', 'parameters'],
    ['ssm:DescribeParameters', 'listing'],
    ['s3:GetObject', 'objects'],
    ['s3:ListBucket', 'object list'],
  ])('without %s warns, and tries the rest', async (action, topic) => {
    const app = await createApp();
    await control.disturb({ rules: [{ action, deny: true, accessKeyId: 'AKIATEST' }] });
    const { found, states } = await examine(app, ['app.yml']);
    expect(found.get(topic)).toMatchObject({ state: 'warn' });
    expect(found.get(topic)?.text).toMatch(/not authorized|Forbidden/);
    expect(states('fail')).toEqual([]);
  });

  test('with a dead proxy names it, without its password', async () => {
    const env = {
      AWS_ENDPOINT_URL: undefined,
      AWS_MAX_ATTEMPTS: '1',
      HTTPS_PROXY: `http://me:${PASSWORD}@127.0.0.1:9`,
    };
    const { found, states } = await examine(await createApp(), ['app.yml'], env);
    expect(found.get('proxy')?.text).toBe('http://127.0.0.1:9 (HTTPS_PROXY)');
    expect(found.get('parameters')?.text).toContain('through the proxy http://127.0.0.1:9');
    expect(found.get('clock')?.state).toBe('skip');
    expect(states('fail')).toContain('file key');
  });

  test('with a password in an endpoint does not show it', async () => {
    const { host } = new URL(aws.endpoint);
    const env = { AWS_ENDPOINT_URL: `http://me:${PASSWORD}@${host}` };
    const { found } = await examine(await createApp(), [], env);
    expect(found.get('endpoints')?.text).toBe(`http://${host} (AWS_ENDPOINT_URL)`);
  });

  test.each([
    [{ AWS_MAX_ATTEMPTS: 'many' }, 'retries'],
    [{ AWS_CA_BUNDLE: 'none.pem' }, 'certificates'],
    [{ HTTPS_PROXY: 'socks5://x', AWS_ENDPOINT_URL: undefined }, 'proxy'],
    [{ AWS_ENDPOINT_URL: 'localhost' }, 'endpoints'],
  ])('with %j says so once for all calls', async (env, topic) => {
    const { found } = await examine(await createApp(), ['app.yml'], env);
    expect(found.get(topic)?.state).toBe('fail');
    expect(found.get('file key')).toMatchObject({ state: 'skip' });
  });

  test('with a broken manifest still checks the others', async () => {
    const app = await createApp();
    await app.write('broken.yml', 'path: /x\nregoin: a\n');
    const { findings } = await examine(app, ['broken.yml', 'none.yml', 'app.yml']);
    const failed = findings.filter(({ state }) => state === 'fail');
    expect(failed.map(({ file, topic }) => [file, topic])).toEqual([
      ['broken.yml', 'manifest'],
      ['none.yml', 'manifest'],
    ]);
    expect(findings).toContainEqual(
      expect.objectContaining({ file: 'app.yml', topic: 'decrypt', state: 'ok' }),
    );
  });

  test('that does not answer ends in time', async () => {
    const server = await startServer(() => {});
    const { tools } = createTools({ ...aws, endpoint: server.url });
    const app = await createApp();
    const { findings } = await doctor(tools, [app.path('app.yml')], { limitMs: 50 });
    const states = new Map(findings.map(({ topic, state }) => [topic, state]));
    expect(states.get('parameters')).toBe('fail');
    expect(states.get('recovery')).toBe('ok');
  });
});

test('names the endpoint of each service that a manifest uses', async () => {
  const app = await createSecretScene(aws, secret('x', VALUE));
  await app.succeed(['encrypt', 'app.yml']);
  const { found } = await examine(app, ['app.yml'], {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `${aws.endpoint}/`,
  });
  expect(found.get('endpoints')?.text).toMatch(
    /secretsmanager: .* \(AWS_ENDPOINT_URL_SECRETS_MANAGER\)/,
  );
  expect(found.get('endpoints')?.text).not.toMatch(/ssm|s3/);
});

describe('the clock', () => {
  test.each([
    [undefined, 'skip', 'AWS did not answer, so its time is unknown'],
    [0, 'ok', 'as that of AWS'],
    [-900, 'ok', 'as that of AWS'],
    [30_000, 'ok', '30 s behind AWS'],
    [-59_000, 'ok', '59 s ahead of AWS'],
    [60_000, 'warn', '60 s behind AWS'],
    [-300_000, 'fail', '300 s ahead of AWS: AWS refuses more than 5 minutes'],
  ])('%s ms off is %s', (aheadMs, state, text) => {
    expect(judgeClock(aheadMs)).toMatchObject({ state, text });
  });

  test('is compared with the Date of an answer, even of a refusal', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const server = await startServer((_, response) => {
      response.writeHead(403, { date, 'content-type': 'text/xml' }).end('<ErrorResponse/>');
    });
    const { tools } = createTools({ ...aws, endpoint: server.url });
    const { findings } = await doctor(tools);
    expect(findings.find(({ topic }) => topic === 'clock')).toMatchObject({
      state: 'fail',
      text: expect.stringMatching(/^3\d{3} s behind AWS/) as string,
    });
  });
});

test('a check that fails or hangs does not stop the others', async () => {
  const found = await runChecks(
    [
      { topic: 'a', run: () => Promise.reject(new CofferError('aws', 'no', { hint: 'ask' })) },
      { topic: 'b', run: () => new Promise<never>(() => {}) },
      { topic: 'c', run: () => ({ state: 'ok', text: REGION }) },
    ],
    10,
  );
  expect(found).toEqual([
    { topic: 'a', file: undefined, state: 'fail', text: 'no', hint: 'ask' },
    expect.objectContaining({ topic: 'b', state: 'fail', text: 'no answer within 0.01 s' }),
    { topic: 'c', file: undefined, state: 'ok', text: REGION },
  ]);
});
