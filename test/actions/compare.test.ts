import { EncryptCommand } from '@aws-sdk/client-kms';
import { symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { compare, isUneven, type ComparisonReport } from '../../src/actions/compare.ts';
import { encrypt } from '../../src/actions/encrypt.ts';
import { createCoffer } from '../../src/library.ts';
import { REGION, useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import { failureOf } from '../support/failure.ts';
import { expectReportOf } from '../support/reports.ts';
import { createScene, plain, secret, type Scene } from '../support/scene.ts';
import { createTools } from '../support/tools.ts';

const aws = await useAws();
const { tools } = createTools(aws);

/** A manifest for each environment, with its own path, besides app.yml. */
async function createEnvironments(
  parameters: Readonly<Record<string, string>>,
  top: Readonly<Record<string, string>> = {},
): Promise<Scene & { fileOf: (name: string) => string }> {
  const app = await createScene(aws, plain('own', 'x'));
  for (const [name, text] of Object.entries(parameters)) {
    const header = `path: ${app.prefix}${name}/\nregion: ${REGION}\nkmskey: ${aws.kmskey}\nbucket: ${aws.bucket}\n`;
    await app.write(`${name}.yml`, `${header}${top[name] ?? ''}parameters:\n${text}`);
  }
  return { ...app, fileOf: (name) => app.path(`${name}.yml`) };
}

/** What is said of a name, with the labels of manifests in place of their files. */
function rowOf({ parameters, manifests }: ComparisonReport, name: string) {
  const labels = new Map(manifests.map(({ file, label }) => [file, label]));
  const row = parameters.find((one) => one.name === name);
  if (!row) return undefined;
  return {
    missing: row.missing.map((file) => labels.get(file)),
    differing: row.differing,
    shared: row.shared?.map((files) => files.map((file) => labels.get(file))),
  };
}

const EVEN = { missing: [], differing: [], shared: undefined };

test('compares names and kinds of plaintext and encrypted manifests, and opens nothing', async () => {
  const common = plain('version', '1') + secret('token', 'one');
  const app = await createEnvironments({
    dev: `${common}${secret('only/dev', 'x')}${secret('kind', 'x')}`,
    prod: `${common.replace('"1"', '"2"')}${plain('kind', 'x')}`,
  });
  const files = [app.fileOf('dev'), app.fileOf('prod')];
  const before = await compare(tools, files);
  await encrypt(tools, [app.fileOf('prod')]);
  // What cannot reach AWS cannot ask it for anything.
  const offline = createCoffer({ endpoint: 'http://127.0.0.1:1' });
  const after = await offline.compare(files);
  offline.close();
  for (const report of [before, after]) {
    expectReportOf('compare', report);
    expect(report.manifests.map(({ label }) => label)).toEqual(['dev', 'prod']);
    expect(report.parameters.map(({ name }) => name)).toEqual([
      'kind',
      'only/dev',
      'token',
      'version',
    ]);
    expect(rowOf(report, 'token')).toEqual(EVEN);
    expect(rowOf(report, 'version')).toEqual(EVEN);
    expect(rowOf(report, 'only/dev')).toEqual({ ...EVEN, missing: ['prod'] });
    expect(rowOf(report, 'kind')).toEqual({ ...EVEN, differing: ['type'] });
    expect(isUneven(report)).toBe(true);
  }
  const version = after.parameters.find(({ name }) => name === 'version');
  expect(version).toMatchObject({
    differentValues: true,
    entries: [{ value: '1' }, { value: '2' }],
  });
  expect(after.parameters[2]?.entries).toMatchObject([
    { state: 'plain', line: 7, value: undefined },
    { state: 'encrypted', value: undefined },
  ]);
});

function own(maxAge: string): string {
  return secret('token', 'x').replace('}', `, max_age: ${maxAge}}`);
}

test('compares the max_age that counts, the own one or that of the manifest', async () => {
  const app = await createEnvironments(
    { top: secret('token', 'x'), same: own('90d'), less: own('30d'), none: own('never') },
    { top: 'max_age: 90d\n', none: 'max_age: 90d\n' },
  );
  const differing = async (...names: string[]) =>
    rowOf(await compare(tools, names.map(app.fileOf)), 'token')?.differing;
  expect(await differing('top', 'same')).toEqual([]);
  expect(await differing('top', 'less')).toEqual(['maxAge']);
  expect(await differing('top', 'none')).toEqual(['maxAge']);
  const { stdout } = await app.succeed(['compare', 'top.yml', 'less.yml']);
  expect(stdout.toString()).toMatch(/max_age +90d +none\n/);
  expect(stdout.toString()).not.toContain('maxAge');
});

test('differs in form once it shows whether a value is large', async () => {
  const line = '  - {name: x, type: SecureString, file: small}\n';
  const app = await createEnvironments({ dev: line, prod: line.replace('small', 'large') });
  await app.write('small', 'a');
  await app.write('large', 'a'.repeat(5000));
  const files = [app.fileOf('dev'), app.fileOf('prod')];
  expect(rowOf(await compare(tools, files), 'x')).toEqual(EVEN);
  await encrypt(tools, files);
  expect(rowOf(await compare(tools, files), 'x')).toEqual({ ...EVEN, differing: ['form'] });
});

test('says once what differs between the manifests, which may be in several regions or stores', async () => {
  const own = secret('token', 'x');
  const app = await createEnvironments(
    { dev: own, eu: own, secrets: own, one: own },
    {
      dev: 'tags: {team: a}\nmax_age: 1y\n',
      secrets: 'store: secretsmanager\ntags: {team: b}\n',
      one: 'store: secretsmanager\nsecret: app/one\ntags: {team: b}\n',
      eu: 'tags: {team: a, region: eu}\n',
    },
  );
  const eu = (await app.text('eu.yml')).replace(
    'region: us-east-1',
    'regions: [eu-west-1, us-east-1]',
  );
  await app.write('eu.yml', eu.replace(/bucket: .*\n/, ''));
  const report = await compare(tools, ['dev', 'eu', 'secrets', 'one'].map(app.fileOf));
  expect(report.differing).toEqual(['store', 'tags', 'maxAge']);
  expect(report.manifests).toMatchObject([
    { regions: ['us-east-1'], settings: { store: 'ssm', tags: 'team', maxAge: '1y' } },
    { regions: ['eu-west-1', 'us-east-1'], settings: { store: 'ssm', tags: 'region,team' } },
    { store: 'secretsmanager', settings: { store: 'secretsmanager', tags: 'team' } },
    { settings: { store: 'one secret', tags: 'team' } },
  ]);
  expect(rowOf(report, 'token')).toEqual(EVEN);
  expect(isUneven(report)).toBe(true);
});

describe('with values,', () => {
  test('finds secrets with the same value, however they are kept', async () => {
    const [own, used, big] = [createCanary(), createCanary(), createCanary().repeat(200)];
    const psyml = await aws.createKey();
    const { CiphertextBlob = new Uint8Array() } = await aws.kms.send(
      new EncryptCommand({
        KeyId: psyml,
        Plaintext: Buffer.from(used),
        EncryptionContext: { Client: 'psyml', Name: 'token' },
      }),
    );
    const app = await createEnvironments(
      {
        dev: `${secret('token', own)}${secret('big', big)}${plain('level', 'info')}${secret('leak', used)}`,
        staging: `${secret('token', used)}${plain('level', 'info')}${plain('leak', used)}`,
        prod: `${secret('token', used)}  - {name: big, type: SecureString, file: big}\n  - {name: made, type: SecureString, generate: {length: 9}}\n`,
        psyml: `  - {name: token, type: securestring, value: ${Buffer.from(CiphertextBlob).toString('base64')}}\n  - {name: made, type: String, value: x}\n`,
      },
      { psyml: `encrypted_with: ${psyml}\n` },
    );
    await app.write('big', big);
    // staging stays plaintext, and so does what prod generates.
    await encrypt(tools, [app.fileOf('dev')]);
    const files = ['dev', 'staging', 'prod', 'psyml'].map(app.fileOf);
    const report = await compare(tools, files, { values: true });
    expectReportOf('compare', report);
    expect(rowOf(report, 'token')?.shared).toEqual([['staging', 'prod', 'psyml']]);
    expect(rowOf(report, 'big')?.shared).toEqual([['dev', 'prod']]);
    expect(rowOf(report, 'leak')?.shared, 'a secret that another holds in the open').toEqual([
      ['dev', 'staging'],
    ]);
    expect(rowOf(report, 'level')?.shared, 'no secret').toEqual([]);
    expect(rowOf(report, 'made')?.shared, 'no value yet').toEqual([]);
  });

  test('tells two groups apart', async () => {
    const values = { a: '1', b: '2', c: '1', d: '2', e: '3' };
    const app = await createEnvironments(
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, secret('token', value)]),
      ),
    );
    const files = ['a', 'b', 'c', 'd', 'e'].map(app.fileOf);
    expect(rowOf(await compare(tools, files, { values: true }), 'token')?.shared).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
    const { stdout } = await app.succeed(['compare', ...files, '--values']);
    expect(stdout.toString()).toMatch(/^ {2}token +same 1 +same 2 +same 1 +same 2 +other$/m);
  });

  test('fails, and says what, if a value cannot be opened', async () => {
    const both = secret('token', 'x') + secret('file', 'y');
    const app = await createEnvironments({ dev: both, prod: both });
    const files = [app.fileOf('dev'), app.fileOf('prod')];
    await encrypt(tools, files);
    const sealed = await app.text('prod.yml');
    await app.write(
      'prod.yml',
      sealed.replace(/ENC\[v1,(\w+),\w+,.{8}/, 'ENC[v1,$1,00000000,AAAAAAAA'),
    );
    const error = await failureOf(() => compare(tools, files, { values: true }));
    expect(error).toMatchObject({ code: 'tampered', place: { file: app.fileOf('prod') } });
    expect((await compare(tools, files)).parameters).toHaveLength(2);
  });
});

test('no output has a secret, or anything that is made of one', async () => {
  const [one, other] = [createCanary(), createCanary()];
  const both = secret('shared', one) + secret('open', one);
  const app = await createEnvironments({
    dev: `${both}${secret('own', other)}`,
    prod: `${both.replace(/(open, type: )SecureString/, '$1String')}${secret('own', one)}`,
  });
  const again = ['compare', 'dev.yml', 'prod.yml', '--values', '--all', '--debug'];
  const runs: Record<string, string> = {};
  for (const state of ['plaintext', 'encrypted']) {
    for (const format of [[], ['--json']]) {
      const texts: string[] = [];
      for (const _ of [1, 2]) {
        const { stdout, stderr } = await app.succeed([...again, ...format]);
        expectHidden(one, { stdout, stderr });
        expectHidden(other, { stdout, stderr });
        texts.push(stdout.toString());
      }
      // What follows from a value under a key of the call would differ from call to call.
      expect(texts[0]).toBe(texts[1]);
      runs[`${state} ${format.join('')}`] = texts[0] ?? '';
    }
    await encrypt(tools, [app.fileOf('dev'), app.fileOf('prod')]);
  }
  // What follows from a value alone would change with it.
  const [next, last] = [createCanary(), createCanary()];
  const changed = secret('shared', next) + secret('open', next);
  const twin = await createEnvironments({
    dev: `${changed}${secret('own', `${last}, and longer`)}`,
    prod: `${changed.replace(/(open, type: )SecureString/, '$1String')}${secret('own', next)}`,
  });
  const { stdout } = await twin.succeed([...again, '--json']);
  expect(stdout.toString().replaceAll(twin.prefix, app.prefix)).toBe(runs['plaintext --json']);
});

test('refuses a single manifest, and one that is named twice', async () => {
  const app = await createEnvironments({ dev: plain('x', 'y') });
  const [dev, link] = [app.fileOf('dev'), app.path('link.yml')];
  await symlink('dev.yml', link);
  expect(await failureOf(() => compare(tools, [dev]))).toMatchObject({
    code: 'usage',
    message: 'coffer compare needs two manifests or more',
  });
  for (const [files, message] of [
    [[dev, dev], `${dev} is named twice`],
    [[dev, link], `${dev} and ${link} are the same file`],
  ] as const) {
    expect(await failureOf(() => compare(tools, files))).toMatchObject({ code: 'usage', message });
  }
});

test('the command takes folders, patterns and standard input; exits 3 only if asked', async () => {
  const app = await createEnvironments({
    'envs/dev': plain('x', 'a'),
    'envs/prod': plain('x', 'b'),
  });
  const uneven = ['compare', 'envs/dev.yml', '-'];
  const stdin = (await app.text('envs/prod.yml')).replace('name: x', 'name: y');
  for (const args of [['envs'], ['envs/*.yml']]) {
    const { stdout } = await app.succeed(['compare', ...args, '--exit-code', '--all']);
    expect(stdout.toString()).toBe(
      '     dev  prod\n 1 alike\n  x  "a"  "b"\n\n1 name in 2 manifests: 1 alike\n',
    );
  }
  const { stdout, stderr } = await app.succeed(uneven, { stdin });
  expect(stdout.toString()).toContain(
    '     dev  standard input\n 2 missing in some\n  x  yes  -\n  y  -    yes\n',
  );
  expect(stderr).toBe('');
  expect((await app.coffer([...uneven, '--exit-code'], { stdin })).code).toBe(3);
});
