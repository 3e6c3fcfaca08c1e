import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { pinsOf, type PinnedKey } from '../../../src/formats/coffer-secret.ts';

const TOKEN: PinnedKey = { key: 'token', ssm: { name: '/app/token', version: 7 } };
const STORE: PinnedKey = {
  key: 'Keystore.jks',
  ssm: { name: '/app/keystore.jks', version: 3, object: 'ab'.repeat(32) },
};
const PASSWORD: PinnedKey = {
  key: 'password',
  secretsManager: { secretId: 'prod/db', versionId: 'cd'.repeat(32), property: 'password' },
};
const REGION = 'eu-west-1';

test('the pins are the SHA-256 of the documented JSON, sorted by key', () => {
  const text = JSON.stringify([
    'coffer/pins/v1',
    REGION,
    [
      ['Keystore.jks', 'ssm', '/app/keystore.jks', 3, 'ab'.repeat(32)],
      ['password', 'secretsmanager', 'prod/db', 'cd'.repeat(32), 'password'],
      ['token', 'ssm', '/app/token', 7, null],
    ],
  ]);
  const pins = createHash('sha256').update(text).digest('hex');
  expect(pinsOf({ region: REGION, data: [TOKEN, PASSWORD, STORE] })).toBe(pins);
  expect(pinsOf({ region: REGION, data: [STORE, TOKEN, PASSWORD] })).toBe(pins);
});

test('every part of a reference changes the pins', () => {
  const { ssm } = STORE;
  const { secretsManager } = PASSWORD;
  const specs: [string, PinnedKey][] = [
    [REGION, STORE],
    ['eu-west-2', STORE],
    [REGION, { ...STORE, key: 'other' }],
    [REGION, { key: STORE.key, ssm: { ...ssm, name: '/app/other' } }],
    [REGION, { key: STORE.key, ssm: { ...ssm, version: 4 } }],
    [REGION, { key: STORE.key, ssm: { ...ssm, object: undefined } }],
    [REGION, PASSWORD],
    [REGION, { key: PASSWORD.key, secretsManager: { ...secretsManager, secretId: 'other' } }],
    [REGION, { key: PASSWORD.key, secretsManager: { ...secretsManager, versionId: 'other' } }],
    [REGION, { key: PASSWORD.key, secretsManager: { ...secretsManager, property: undefined } }],
  ];
  const all = specs.map(([region, entry]) => pinsOf({ region, data: [entry] }));
  expect(new Set(all).size).toBe(specs.length);
});
