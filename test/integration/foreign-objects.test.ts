import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { useAws } from '../support/aws.ts';
import { coffer } from '../support/cli.ts';
import { byLength } from '../support/length.ts';
import { materials, writeOlder, type Fields, type Older } from '../support/older-writer.ts';
import { storedIn } from '../support/stored.ts';
import { createWorkspace } from '../support/workspace.ts';

const aws = await useAws();
const stored = storedIn(aws);
const [V1, V2] = [materials(1, aws.kmskey), materials(2, aws.kmskey)];

async function expectReadable({ name, url }: Older, plaintext: Buffer): Promise<void> {
  const { folder, read } = await createWorkspace();
  const outcome = await coffer(['get', `${name}@1`], { cwd: folder, env: aws.env });
  expect(outcome.code, outcome.stderr).toBe(0);
  expect(outcome.stdout.equals(plaintext)).toBe(true);
  const toFile = await coffer(['get', url, '-o', 'out'], { cwd: folder, env: aws.env });
  expect(toFile.code, toFile.stderr).toBe(0);
  expect((await read('out')).equals(plaintext)).toBe(true);
}

describe('get reads, through its pointer and by its URL, an object of', () => {
  test.each([
    ['s3-kms-ssm-secrets (V1)', V1],
    ['a V2 client', V2],
    ['a V2 client that kept kms_cmk_id', { ...V2, context: { ...V1.context, ...V2.context } }],
    ['a V1 client with a description', { ...V1, context: { ...V1.context, team: '17' } }],
  ])('%s', async (_, material) => {
    const plaintext = randomBytes(100_000);
    await expectReadable(
      await writeOlder(aws, plaintext, { ...material, extension: '.tar' }),
      plaintext,
    );
  });

  test('s3-kms-ssm-secrets that is empty', async () => {
    await expectReadable(await writeOlder(aws, Buffer.alloc(0), V1), Buffer.alloc(0));
  });

  test.runIf(byLength(false, true))('s3-kms-ssm-secrets that needs the spool', async () => {
    const plaintext = randomBytes(65 * 1024 * 1024);
    await expectReadable(await writeOlder(aws, plaintext, V1), plaintext);
  });
});

// The writer chooses the names in a description, so S3 may return it as RFC 2047 words.
const DESCRIBED = { ...V1, context: { ...V1.context, équipe: 'Ünïcode 17' } };
const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

function inBase64Words(json: string): string {
  return [json.slice(0, 20), json.slice(20)]
    .map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`)
    .join(' ');
}

function inQuotedWord(json: string): string {
  return `=?utf-8?q?${[...Buffer.from(json)].map((byte) => `=${hex(byte, 2).toUpperCase()}`).join('')}?=`;
}

function inEscapes(json: string): string {
  return json.replaceAll(/[^ -~]/g, (character) => `\\u${hex(character.charCodeAt(0), 4)}`);
}

describe('get reads metadata', () => {
  const plaintext = Buffer.from('content');

  test.each([
    ['in RFC 2047 words of base64', inBase64Words],
    ['in a quoted RFC 2047 word', inQuotedWord],
    ['in JSON escapes', inEscapes],
  ])('%s', async (_, write) => {
    const alter = (fields: Fields) => ({
      ...fields,
      'x-amz-matdesc': write(fields['x-amz-matdesc'] ?? ''),
    });
    await expectReadable(await writeOlder(aws, plaintext, { ...DESCRIBED, alter }), plaintext);
  });
});

describe('prints text as text', () => {
  test.each([
    ['the URL of an object without a digest', 's3://some-bucket/some/key'],
    ['a digest that is too short', `s3://some-bucket/key/${'a'.repeat(63)}`],
    ['a digest in capitals', `s3://some-bucket/key/${'A'.repeat(64)}`],
    ['a pointer with something after it', `s3://some-bucket/key/${'a'.repeat(64)} `],
    ['a pointer with a line before it', `see\ns3://some-bucket/key/${'a'.repeat(64)}`],
    ['another scheme', `https://some-bucket/key/${'a'.repeat(64)}`],
  ])('if it looks like %s', async (_, text) => {
    const { folder } = await createWorkspace();
    const name = `/${aws.unique('text')}`;
    await stored.put(name, text);
    const { code, stdout, stderr } = await coffer(['get', name], { cwd: folder, env: aws.env });
    expect(code, stderr).toBe(0);
    expect(stdout.toString()).toBe(text);
  });

  test('of a SecureString or a list, even if it is a pointer', async () => {
    const { folder } = await createWorkspace();
    const { url } = await writeOlder(aws, Buffer.from('content'), V1);
    for (const more of [
      { Type: 'SecureString', KeyId: aws.kmskey },
      { Type: 'StringList' },
    ] as const) {
      const name = `/${aws.unique('text')}`;
      await stored.put(name, url, more);
      const { stdout } = await coffer(['get', name], { cwd: folder, env: aws.env });
      expect(stdout.toString()).toBe(url);
    }
  });
});
