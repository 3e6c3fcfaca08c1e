import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { createCanary, expectHidden } from '../support/canary.ts';
import type { Outcome } from '../support/cli.ts';
import { createPutScene } from '../support/put.ts';
import { storedIn } from '../support/stored.ts';

const aws = await useAws();
const stored = storedIn(aws);
const DATA = createCanary();
const POINTER = `s3://elsewhere/data/${'0'.repeat(64)}`;
type PutParameter = NonNullable<Parameters<typeof stored.put>[2]>;

/** One error, no stack, nothing on stdout, and nothing of the data. */
function expectRefused({ code, stdout, stderr }: Outcome, status: number, message: string): void {
  expect(code, stderr).toBe(status);
  expect(stdout).toHaveLength(0);
  expect(stderr).toContain(message);
  expect(stderr.match(/error:/g)).toHaveLength(1);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expectHidden(DATA, { stderr });
}

describe('put needs', () => {
  test.each(['path', 'bucket', 'key'])('--%s', async (missing) => {
    const app = await createPutScene(aws);
    const flags = app.target('data');
    flags.splice(flags.indexOf(`--${missing}`), 2);
    expectRefused(await app.coffer(['put', ...flags], { stdin: DATA }), 2, `--${missing}`);
    expect(await stored.values(app.prefix)).toEqual({});
  });
});

describe('put refuses before it uploads anything:', () => {
  test.each([
    ['a path that names nothing', ['--path', '/'], 'invalid parameter name /'],
    ['a path that leads up', ['--path', '../x'], '../x cannot be the prefix'],
    ['a path that stays where it is', ['--path', '.'], '. cannot be the prefix'],
    ['a path with such a part', ['--path', '/apps/./x'], '/apps/./x cannot be the prefix'],
    ['a path with two slashes in a row', ['--path', 'apps//x'], 'apps//x cannot be the prefix'],
    ['a name that SSM refuses', ['--ssm', 'smörgåsbord'], 'smörgåsbord'],
    ['a name that SSM keeps for itself', ['--ssm', '/aws/data'], '/aws/data'],
    ['an invalid extension', ['--extension', '../x'], '--extension'],
    ['an extension that would hide the digest', ['--extension', 'ü'], '--extension'],
    ['a missing file', ['--file', 'nowhere'], 'nowhere'],
    ['a folder', ['--file', '.'], 'is a folder'],
    ['a flag given twice', ['--key', 'alias/other'], '--key'],
    ['an argument', ['data.bin'], 'data.bin'],
    ['a flag that it does not have', ['--buckets', 'x'], '--bucket'],
  ])('%s', async (_, flags, message) => {
    const app = await createPutScene(aws);
    const [name] = flags;
    const target = app.target('data');
    if (name === '--path') target.splice(target.indexOf('--path'), 2);
    const outcome = await app.coffer(['put', ...target, ...flags], { stdin: DATA });
    expectRefused(outcome, 2, message);
    expect(await stored.objects(app.prefix)).toEqual([]);
  });
});

describe('empty input', () => {
  test.each([
    ['from a pipe whose command failed', []],
    ['from a file', ['--file', 'nothing']],
  ])('from %s replaces no secret', async (_, flags) => {
    const app = await createPutScene(aws);
    await app.write('nothing', '');
    const { url } = await app.put('data', DATA);
    const outcome = await app.coffer(['put', ...app.target('data'), ...flags], { stdin: '' });
    expectRefused(outcome, 2, '--allow-empty');
    expect(await stored.values(app.prefix)).toEqual({ data: url });
    expect(await stored.objects(app.prefix)).toHaveLength(1);
  });

  test('is published as an empty object with --allow-empty', async () => {
    const app = await createPutScene(aws);
    await app.put('data', DATA);
    const { url } = await app.put('data', '', ['--allow-empty']);
    expect(await stored.values(app.prefix)).toEqual({ data: url });
    const { stdout } = await app.succeed(['get', `${app.prefix}data`]);
    expect(stdout).toHaveLength(0);
  });
});

describe('put names what is missing in AWS:', () => {
  test('a bucket', async () => {
    const app = await createPutScene(aws);
    const bucket = aws.unique('no-such-bucket');
    const flags = app.target('data').map((flag) => (flag === aws.bucket ? bucket : flag));
    expectRefused(await app.coffer(['put', ...flags], { stdin: DATA }), 1, `s3://${bucket}/`);
    expect(await stored.values(app.prefix)).toEqual({});
  });

  test('a bucket for a multipart upload', async () => {
    const app = await createPutScene(aws);
    const bucket = aws.unique('no-such-bucket');
    const flags = app.target('data').map((flag) => (flag === aws.bucket ? bucket : flag));
    const stdin = Buffer.alloc(17 * 1024 * 1024, DATA);
    expectRefused(await app.coffer(['put', ...flags], { stdin }), 1, `s3://${bucket}/`);
  });

  test('a key', async () => {
    const app = await createPutScene(aws);
    const alias = `alias/${aws.unique('no-such-key')}`;
    const flags = app.target('data').map((flag) => (flag === aws.kmskey ? alias : flag));
    expectRefused(await app.coffer(['put', ...flags], { stdin: DATA }), 1, alias);
    expect(await stored.values(app.prefix)).toEqual({});
    expect(await stored.objects(app.prefix)).toEqual([]);
  });
});

describe('the value of a parameter is not replaced by a pointer', () => {
  test.each<[string, string, PutParameter]>([
    ['a secret', 'text', { Type: 'SecureString', KeyId: aws.kmskey }],
    ['a secret that looks like a pointer', POINTER, { Type: 'SecureString', KeyId: aws.kmskey }],
    ['a text', 'text', { Type: 'String' }],
    ['a list', 'one,two', { Type: 'StringList' }],
  ])('if it is %s, unless --overwrite is given', async (_, value, more) => {
    const app = await createPutScene(aws);
    await stored.put(`${app.prefix}data`, value, more);
    const refused = await app.coffer(['put', ...app.target('data')], { stdin: DATA });
    expectRefused(refused, 1, `${app.prefix}data is a ${more.Type} with a value of its own`);
    expect(refused.stderr).toContain('--overwrite');
    expect(await stored.values(app.prefix)).toEqual({ data: value });
    expect(await stored.objects(app.prefix)).toEqual([]);

    const { url } = await app.put('data', 'content', ['--overwrite']);
    // The type must change too: nothing follows a pointer in a SecureString.
    const parameter = (await stored.parameters(app.prefix)).get('data');
    expect(parameter).toMatchObject({ Type: 'String', Value: url });
  });

  test('but the pointer of s3-kms-ssm-secrets is', async () => {
    const app = await createPutScene(aws);
    await stored.put(`${app.prefix}data`, POINTER);
    const { url } = await app.put('data', 'content');
    expect(await stored.values(app.prefix)).toEqual({ data: url });
  });
});
