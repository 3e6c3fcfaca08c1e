import { describe, expect, test } from 'vitest';
import { checkManifests } from '../../../src/repo/check/check.ts';
import { createCanary, expectHidden } from '../../support/canary.ts';
import {
  NOWHERE,
  ON_A_DAY,
  sealedBlob,
  sealedManifest,
  unusedDataKey,
} from '../../support/repository.ts';

async function check(text: string) {
  const source = { file: 'm.yml', path: '/x/m.yml', bytes: Buffer.from(text) };
  const { problems, warnings } = await checkManifests({ ...NOWHERE, sources: [source] }, ON_A_DAY);
  return { problems, warnings, messages: [...problems, ...warnings].map(({ message }) => message) };
}

const P = (...lines: string[]) => lines.map((line) => `  - {${line}}\n`).join('');

describe('reports', () => {
  test.each<[string, string, string[]]>([
    ['no problem', sealedManifest(P('name: n, type: String, value: 1')), []],
    [
      'plaintext secrets',
      sealedManifest(
        P('name: a, type: SecureString, value: x', 'name: b, type: securestring, value: y'),
      ),
      ['a is a secret but not encrypted', 'b is a secret but not encrypted'],
    ],
    [
      'secrets whose file: or generate: has not been used',
      sealedManifest(
        P(
          'name: f, type: SecureString, file: f.txt',
          'name: g, type: SecureString, generate: {length: 9}',
        ),
      ),
      ['f is a secret but not encrypted', 'g is a secret but not encrypted'],
    ],
    [
      'a value to be generated that is no secret',
      sealedManifest(P('name: g, type: String, generate: {length: 9}')),
      ['g is not generated yet'],
    ],
    [
      'a plain value that only S3 can hold',
      sealedManifest(P(`name: big, type: String, value: ${'x'.repeat(4097)}`)),
      ['big goes to S3 but is not encrypted for it'],
    ],
    [
      'a plain value that nothing can hold',
      sealedManifest(P(`name: big, type: String, value: ${'x'.repeat(4097)}`), ''),
      ["big: its 4097 bytes exceed SSM's limit of 4096 in tier Standard"],
    ],
    ['a blob in itself', sealedManifest(sealedBlob('b', 'sealed bytes of a blob')), []],
    [
      'a blob and no bucket',
      sealedManifest(sealedBlob('b', 'sealed bytes of a blob'), ''),
      ['b goes to S3, but the manifest has no bucket'],
    ],
    [
      'a blob of other bytes',
      sealedManifest(sealedBlob('b', 'sealed bytes of a blob').replace('c2VhbGVk', 'U2VhbGVk')),
      ['b: the sealed bytes do not match the manifest'],
    ],
    [
      'a blob of another size',
      sealedManifest(sealedBlob('b', 'sealed bytes of a blob').replace('"size":22', '"size":23')),
      ['b: the sealed bytes do not match the manifest'],
    ],
    [
      'a blob whose file is missing',
      sealedManifest(sealedBlob('b', 'sealed bytes of a blob', 'm.blobs/b.enc')),
      ['b: m.blobs/b.enc is missing'],
    ],
    [
      'a file to be published that is missing',
      sealedManifest(P('name: f, type: String, file: f.txt')),
      ['f: f.txt is missing'],
    ],
    [
      'names that differ in case alone, or become one variable',
      sealedManifest(
        P(
          'name: a/b, type: String, value: 1',
          'name: A/B, type: String, value: 2',
          'name: a-b, type: String, value: 3',
        ),
      ),
      ['a/b and A/B would both be exported as A_B', 'a/b and a-b would both be exported as A_B'],
    ],
    [
      'ciphertext that is damaged',
      sealedManifest(P('name: c, type: securestring, value: "ENC[v1,3f9c21ab,0a1b2c3d,AAAA]"')),
      ['parameter "c": the value begins with ENC[ but is not ciphertext'],
    ],
    [
      'ciphertext under a data key that is gone',
      sealedManifest('').replace(/ {2}3f9c21ab: /, '  00000000: '),
      [
        'parameter "sealed": the value is encrypted under a data key that "data_keys" does not list',
      ],
    ],
    [
      'several problems, all of them',
      sealedManifest(P('nmae: c, type: String, value: 1', 'name: d, type: Sting, value: 1')),
      [
        'parameter 2: the key "name" is missing',
        'parameter 2: unknown key "nmae"',
        'parameter "d": "type" must be String, StringList or SecureString',
      ],
    ],
  ])('%s', async (_, text, expected) => {
    const { messages, problems } = await check(text);
    expect(messages).toEqual(expected);
    for (const { place, hint } of problems) {
      expect(place?.file).toBe('m.yml');
      expect(place?.line).toBeGreaterThan(0);
      expect(hint).toBeTruthy();
    }
  });
});

test("a blob needs another kmskey than AWS's own, and the hint says how to get there", async () => {
  const blob = sealedManifest(sealedBlob('b', 'sealed bytes of a blob'));
  const { problems } = await check(blob.replace('alias/app', 'alias/aws/ssm'));
  expect(problems).toContainEqual(
    expect.objectContaining({
      message:
        'b goes to S3, but kmskey is alias/aws/ssm, a key that AWS lets only its own service use',
      hint: 'name a key of your own: coffer move m.yml --kmskey alias/NAME, which coffer bootstrap can create',
    }),
  );
});

test('warns about an unused data key at its line', async () => {
  const { problems, warnings } = await check(
    sealedManifest('').replace('data_keys:', `data_keys:\n${unusedDataKey('00000000')}`),
  );
  expect(problems).toEqual([]);
  expect(warnings).toMatchObject([
    {
      message: 'no value uses the data key 00000000',
      place: { file: 'm.yml', line: 7, column: 4 },
    },
  ]);
});

test('lists problems of a file in the order of its lines', async () => {
  const { problems } = await check(
    sealedManifest(
      P(
        'name: x, type: SecureString, value: v',
        'name: X, type: String, value: 1',
        'name: z, type: SecureString, value: v',
      ),
    ),
  );
  expect(problems.map(({ place }) => place?.line)).toEqual([10, 11, 12]);
});

test('reports a file that is not UTF-8', async () => {
  const bytes = Buffer.from([0x70, 0xff, 0xfe]);
  const source = { file: 'm.yml', path: '/x/m.yml', bytes };
  const { problems } = await checkManifests({ ...NOWHERE, sources: [source] }, ON_A_DAY);
  expect(problems).toMatchObject([{ message: 'the file is not UTF-8 text' }]);
});

test('never shows a secret', async () => {
  const secret = createCanary();
  const found = await check(
    sealedManifest(
      P(
        `name: a, type: SecureString, value: ${secret}`,
        `name: b, type: securestring, value: "ENC[${secret}"`,
      ),
    ),
  );
  expect(found.problems.length).toBeGreaterThan(0);
  expectHidden(secret, { found: JSON.stringify(found) });
});
