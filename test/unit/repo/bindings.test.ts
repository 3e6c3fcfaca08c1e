import { expect, test } from 'vitest';
import { bindingOf, dataKeyContext } from '../../../src/crypto/contexts.ts';
import { checkManifests } from '../../../src/repo/check/check.ts';
import { NOWHERE, ON_A_DAY, sealedBlob, sealedManifest } from '../../support/repository.ts';

async function checkText(text: string): Promise<string[]> {
  const source = { file: 'm.yml', path: '/x/m.yml', bytes: Buffer.from(text) };
  const { problems } = await checkManifests({ ...NOWHERE, sources: [source] }, ON_A_DAY);
  // A command of a hint says what to move.
  for (const { hint = '' } of problems) expect(hint).not.toMatch(/coffer move m\.yml(?! --| OLD )/);
  return problems.map(({ message }) => message);
}

const BINDING_OF_ACCOUNT = bindingOf(
  dataKeyContext({
    path: '/app/',
    region: 'us-east-1',
    kmskey: 'alias/app',
    account: '123456789012',
  }),
);

const WHOLE = sealedManifest(
  `  - {name: other, type: String, value: x}\n${sealedBlob('blob', 'sealed bytes of a blob')}`,
);

test('nothing is told of what is where it was sealed for', async () => {
  expect(await checkText(WHOLE)).toEqual([]);
});

test.each<[string, (text: string) => string, string[]]>([
  [
    'a value was renamed',
    (text) => text.replace('name: sealed', 'name: renamed'),
    ['renamed was sealed for another name, and does not open here'],
  ],
  [
    'two names were swapped',
    (text) =>
      text
        .replace('name: sealed', 'name: X')
        .replace('name: other', 'name: sealed')
        .replace('name: X', 'name: other'),
    ['other was sealed for the name sealed, and does not open here'],
  ],
  [
    'a blob was renamed',
    (text) => text.replace('name: blob', 'name: renamed'),
    [
      'renamed was sealed for another name, type, path, region, kmskey, account, secret or recovery, and does not open here',
    ],
  ],
  [
    "a blob's type was changed",
    (text) => text.replace('blob, type: securestring', 'blob, type: String'),
    ['blob was sealed for the type SecureString, and does not open here'],
  ],
  [
    'the path was changed',
    (text) => text.replace('path: /app/', 'path: /moved/'),
    [
      'the data key 3f9c21ab was made for another path, region, kmskey, account, secret or recovery: what is sealed under it does not open',
      'blob was sealed for another name, type, path, region, kmskey, account, secret or recovery, and does not open here',
    ],
  ],
  [
    'the region was changed',
    (text) => text.replace('us-east-1', 'eu-west-1'),
    [
      'the data key 3f9c21ab was made for the region us-east-1: what is sealed under it does not open',
      'blob was sealed for the region us-east-1, and does not open here',
    ],
  ],
  [
    'a region was added',
    (text) =>
      text
        .replace('region: us-east-1', 'regions: [us-east-1, eu-west-1]')
        .replace('some-bucket', 'some-{region}'),
    [
      'the data key 3f9c21ab was made for the region us-east-1: what is sealed under it does not open',
      'blob was sealed for the region us-east-1, and does not open here',
    ],
  ],
  [
    'the kmskey was changed',
    (text) => text.replace('alias/app', 'alias/other'),
    [
      'the data key 3f9c21ab was made for another path, region, kmskey, account, secret or recovery: what is sealed under it does not open',
      'blob was sealed for another name, type, path, region, kmskey, account, secret or recovery, and does not open here',
    ],
  ],
  [
    'an account was added',
    (text) => text.replace('bucket:', 'account: "111122223333"\nbucket:'),
    [
      'the data key 3f9c21ab was made for no account: what is sealed under it does not open',
      'blob was sealed for no account, and does not open here',
    ],
  ],
  [
    'an account was removed',
    (text) => text.replace(/"binding":"[0-9a-f]{8}"/, `"binding":"${BINDING_OF_ACCOUNT}"`),
    [
      'the data key 3f9c21ab was made for the account 123456789012: what is sealed under it does not open',
    ],
  ],
  [
    'a binding was altered',
    (text) => text.replace(/"binding":"[0-9a-f]{8}"/, '"binding":"deadbeef"'),
    [
      'the data key 3f9c21ab was made for another path, region, kmskey, account, secret or recovery: what is sealed under it does not open',
    ],
  ],
])('check says that %s', async (_, change, messages) => {
  expect(await checkText(change(WHOLE))).toEqual(messages);
});
