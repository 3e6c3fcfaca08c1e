import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { controlOf } from '../support/control.ts';
import { createScene, secret } from '../support/scene.ts';

const aws = await useAws();
const control = controlOf(aws);
const fileKey = await aws.createKey(aws.fileKeyAlias);

const MANY = Array.from({ length: 200 }, (_, i) => secret(`s${i}`, `value ${i}`)).join('');
const BLOBS = ['a', 'b', 'c']
  .map((name) => `  - {name: ${name}, type: SecureString, store: s3, value: blob ${name}}\n`)
  .join('');

/** The calls that a successful command makes, by operation. */
async function callsOf(app: Awaited<ReturnType<typeof createScene>>, ...args: string[]) {
  return control.callsOf(() => app.succeed(args));
}

describe('the number of calls:', () => {
  test('one data key to encrypt 200 new secrets', async () => {
    const app = await createScene(aws, MANY);
    expect(await callsOf(app, 'encrypt', 'app.yml')).toEqual({
      'kms:GenerateDataKey': 1,
      // Whoever may not open it must not share it.
      'kms:Decrypt': 1,
    });
    expect((await app.text('app.yml')).match(/ENC\[v1,/g)).toHaveLength(200);
  });

  test('the first encrypt of an account also creates the key', async () => {
    const app = await createScene(aws, MANY);
    const env = { COFFER_KEY_ALIAS: `alias/${aws.unique('first')}` };
    const calls = await control.callsOf(() => app.succeed(['encrypt', 'app.yml'], { env }));
    expect(calls).toEqual({
      'kms:GenerateDataKey': 3,
      'kms:Decrypt': 1,
      'kms:CreateKey': 1,
      'kms:EnableKeyRotation': 1,
      'kms:CreateAlias': 1,
    });
  });

  test('encrypting one secret more opens its data key, and looks which key the alias names', async () => {
    const app = await createScene(aws, MANY);
    await app.succeed(['encrypt', 'app.yml']);
    await app.write('app.yml', (await app.text('app.yml')) + secret('more', 'more'));
    expect(await callsOf(app, 'encrypt', 'app.yml')).toEqual({
      'kms:Decrypt': 1,
      'kms:DescribeKey': 1,
    });
  });

  test('none to encrypt nothing', async () => {
    const app = await createScene(aws, MANY);
    await app.succeed(['encrypt', 'app.yml']);
    expect(await callsOf(app, 'encrypt', 'app.yml')).toEqual({});
  });

  test('one call for each data key to compare the secrets of two manifests', async () => {
    const app = await createScene(aws, MANY + BLOBS);
    await app.succeed(['encrypt', 'app.yml']);
    await app.write('twin.yml', await app.read('app.yml'));
    const lone = (await app.text('app.yml')).replaceAll('- {name: ', '- {name: lone/');
    await app.write('lone.yml', lone);
    const args = ['compare', 'app.yml', 'twin.yml', 'lone.yml'];
    expect(await callsOf(app, ...args)).toEqual({});
    // One for the values and one for each blob, in two manifests; nobody else has what is in the third.
    expect(await callsOf(app, ...args, '--values')).toEqual({ 'kms:Decrypt': 2 * (1 + 3) });
  });

  test.each(['decrypt', 'export'])('one call for %s of 200 secrets', async (command) => {
    const app = await createScene(aws, MANY);
    await app.succeed(['encrypt', 'app.yml']);
    expect(await callsOf(app, command, 'app.yml')).toEqual({ 'kms:Decrypt': 1 });
  });

  test('one data key for each blob, and none for inline values', async () => {
    const app = await createScene(aws, BLOBS);
    expect(await callsOf(app, 'encrypt', 'app.yml')).toEqual({ 'kms:GenerateDataKey': 3 });
    expect(await callsOf(app, 'decrypt', 'app.yml')).toEqual({ 'kms:Decrypt': 3 });
  });

  test('save: one write for each parameter, and one look at each object', async () => {
    const app = await createScene(aws, secret('x', 'x') + secret('y', 'y') + BLOBS, {
      header: `kmskey: ${aws.kmskey}\nbucket: ${aws.bucket}\ntags: {team: t17}\n`,
    });
    await app.succeed(['encrypt', 'app.yml']);
    expect(await callsOf(app, 'save', 'app.yml')).toEqual({
      'kms:Decrypt': 1,
      'kms:ReEncrypt': 3,
      's3:PutObject': 3,
      's3:HeadObject': 3,
      'ssm:PutParameter': 5,
      'ssm:AddTagsToResource': 5,
    });
  });

  test('diff of blobs: one look at each object, and one at their key for all manifests', async () => {
    const app = await createScene(aws, BLOBS);
    const other = (await app.text('app.yml')).replace(/^path: .*$/m, `path: ${app.prefix}more/`);
    await app.write('other.yml', other);
    const files = ['app.yml', 'other.yml'];
    await app.succeed(['encrypt', ...files]);
    const ssm = { 'ssm:DescribeParameters': 2, 'ssm:GetParameters': 2 };
    const looks = { ...ssm, 'kms:DescribeKey': 1, 's3:HeadObject': 6 };
    expect(await callsOf(app, 'diff', ...files)).toEqual(looks);
    expect(await callsOf(app, 'sync', ...files, '--yes')).toEqual({
      ...looks,
      's3:HeadObject': 6 + 6,
      'kms:ReEncrypt': 6,
      's3:PutObject': 6,
      'ssm:PutParameter': 6,
    });
    expect(await callsOf(app, 'diff', ...files)).toEqual(looks);
    expect(await callsOf(app, 'sync', ...files, '--yes')).toEqual(looks);
    await app.succeed(['nuke', 'other.yml', '--yes']);
    expect(await callsOf(app, 'diff', 'app.yml')).toEqual({
      'kms:DescribeKey': 1,
      's3:HeadObject': 3,
      'ssm:DescribeParameters': 1,
      'ssm:GetParameters': 1,
    });
  });

  test('report: as many as diff, and with history one more for each parameter', async () => {
    const app = await createScene(aws, MANY + BLOBS);
    const other = (await app.text('app.yml')).replace(/^path: .*$/m, `path: ${app.prefix}more/`);
    await app.write('other.yml', other);
    const files = ['app.yml', 'other.yml'];
    await app.succeed(['encrypt', ...files]);
    await app.succeed(['sync', ...files, '--yes']);
    const calls = await callsOf(app, 'diff', ...files);
    expect(calls).toMatchObject({ 'kms:Decrypt': 2, 'ssm:GetParameters': 42 });
    expect(await callsOf(app, 'report', ...files)).toEqual(calls);
    expect(await callsOf(app, 'report', ...files, '--history')).toEqual({
      ...calls,
      'ssm:GetParameterHistory': 406,
    });
    expect(await callsOf(app, 'report', ...files, '--offline')).toEqual({});
  });

  test('an existing object is not sent again', async () => {
    const app = await createScene(aws, BLOBS);
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['save', 'app.yml']);
    const text = await app.text('app.yml');
    await app.write('app.yml', text.replace('name: a,', 'name: a, description: new,'));
    expect((await callsOf(app, 'sync', 'app.yml', '--yes'))['s3:PutObject']).toBeUndefined();
  });

  test('refresh: one call for each wrapped key, and two to know the new key and trust the old one', async () => {
    const app = await createScene(aws, MANY + BLOBS);
    await app.succeed(['encrypt', 'app.yml']);
    const alias = `alias/${aws.unique('next')}`;
    await aws.createKey(alias);
    const env = { COFFER_KEY_ALIAS: alias };
    const args = ['refresh', 'app.yml', '--accept-file-key', fileKey];
    const calls = await control.callsOf(() => app.succeed(args, { env }));
    expect(calls).toEqual({ 'kms:DescribeKey': 2, 'kms:ReEncrypt': 4 });
  });

  test('nuke: one call for ten parameters, and one for all objects', async () => {
    const app = await createScene(
      aws,
      Array.from({ length: 22 }, (_, i) => secret(`n${i}`, 'x')).join('') + BLOBS,
    );
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['save', 'app.yml']);
    expect(await callsOf(app, 'nuke', 'app.yml', '--yes')).toEqual({
      'ssm:DeleteParameters': 3,
      's3:DeleteObjects': 1,
    });
  });

  test('put: one look at the parameter, unless it is overwritten unseen', async () => {
    const app = await createScene(aws, BLOBS);
    const args = [
      'put',
      '-p',
      `${app.prefix}put`,
      '-b',
      aws.bucket,
      '-k',
      aws.kmskey,
      '-f',
      'app.yml',
    ];
    const calls = {
      'kms:GenerateDataKey': 1,
      's3:HeadObject': 1,
      's3:PutObject': 1,
      'ssm:PutParameter': 1,
    };
    expect(await callsOf(app, ...args, '--overwrite')).toEqual(calls);
    expect(await callsOf(app, ...args)).toEqual({ ...calls, 'ssm:GetParameter': 1 });
  });

  test('get of a large value: one call to each service', async () => {
    const app = await createScene(aws, BLOBS);
    await app.succeed(['encrypt', 'app.yml']);
    await app.succeed(['save', 'app.yml']);
    expect(await callsOf(app, 'get', `${app.prefix}a`)).toEqual({
      'ssm:GetParameter': 1,
      's3:GetObject': 1,
      'kms:Decrypt': 1,
    });
  });
});

describe('the number of calls of pin:', () => {
  test('one for ten parameters, and none to KMS; from a report and for Secrets Manager none', async () => {
    const names = Array.from({ length: 25 }, (_, i) => secret(`s${i}`, `value ${i}`)).join('');
    const app = await createScene(aws, names);
    await app.succeed(['encrypt', 'app.yml']);
    const { stdout } = await app.succeed(['sync', 'app.yml', '--yes', '--json']);
    await app.write('sync.json', stdout);
    const pin = ['pin', 'app.yml', '--name', 'app'];
    const reads = { 'ssm:GetParameters': 3 };
    expect(await callsOf(app, ...pin)).toEqual(reads);
    expect(await callsOf(app, ...pin, '--from-report', 'sync.json')).toEqual({});
    await app.write('app.yaml', (await app.succeed(pin)).stdout);
    expect(await callsOf(app, 'pin', '--check', 'app.yaml')).toEqual(reads);

    const text = await app.text('app.yml');
    await app.write('app.yml', text.replace(/bucket: .*/, 'store: secretsmanager'));
    expect(await callsOf(app, ...pin)).toEqual({});
  });
});
