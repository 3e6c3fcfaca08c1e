import { hkdfSync } from 'node:crypto';
import { base64, bindingOf, bytes, flip, hex, TOKEN, type Bound, type Vector } from './common.ts';

interface Settings {
  path: string;
  region?: string;
  regions?: readonly string[];
  kmskey?: string;
  account?: string;
  secret?: string;
}

export const SUPERMAN: Settings = {
  path: '/apps/superman/',
  region: 'us-east-1',
  kmskey: 'alias/superman',
};

const IN_ONE_SECRET = { ...SUPERMAN, store: 'secretsmanager', secret: 'prod/superman' };

/** Sorted by name, as the binding has them. */
export function contextOf(
  settings: Settings,
  more: Record<string, string> = {},
): Record<string, string> {
  const { path, region = '', regions = [region], kmskey, account, secret } = settings;
  const pairs = {
    Client: 'coffer',
    Path: `${path.replace(/\/+$/, '')}/`,
    Region: [...regions].sort().join(','),
    ...(kmskey !== undefined && { KmsKey: kmskey }),
    ...(account !== undefined && { Account: account }),
    // A secret that holds all values of a manifest holds no blob.
    ...(secret !== undefined && more['Name'] === undefined && { Secret: secret }),
    ...more,
  };
  return Object.fromEntries(Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const commitOf = (dataKey: Buffer) =>
  base64(Buffer.from(hkdfSync('sha256', dataKey, '', 'coffer/v1 commit', 32)));

export function dataKey(name: string, settings: Settings, author?: string): Vector {
  const key = bytes(`key ${name}`, 32);
  const context = contextOf(settings, author ? { Author: author } : {});
  return {
    name,
    settings,
    ...(author !== undefined && { author }),
    context,
    binding: bindingOf(JSON.stringify(context)),
    data_key: hex(key),
    commit: commitOf(key),
  };
}

function blobKey(name: string, bound: Bound, settings = SUPERMAN): Vector {
  const key = bytes(`key ${name}`, 32);
  const context = contextOf(settings, { Name: bound.parameter, Type: bound.type });
  return {
    name,
    settings,
    ...bound,
    context,
    binding: bindingOf(JSON.stringify(context)),
    data_key: hex(key),
    commit: commitOf(key),
  };
}

export function dataKeys(): Vector[] {
  const good = dataKey('all settings', { ...SUPERMAN, account: '111122223333' });
  const arn = 'arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000';
  const { path, region, ...keyed } = SUPERMAN;
  const three = ['us-east-1', 'eu-west-1', 'eu-central-1'];
  const several: Settings = { path, ...keyed, regions: three };
  const bad = (refused: string, name: string, change: object): Vector => ({
    ...good,
    name,
    ...change,
    refused,
  });
  const other = bytes('another', 32);
  const without = dataKey('', SUPERMAN);
  return [
    good,
    dataKey('no account', SUPERMAN),
    dataKey('no kmskey and no account', { path, region }),
    dataKey('a path without its slash', { ...SUPERMAN, path: '/apps/superman' }),
    dataKey('a path with two slashes at its end', { ...SUPERMAN, path: '/apps/superman//' }),
    dataKey('the path /', { ...SUPERMAN, path: '/' }),
    dataKey('a kmskey that is an ARN', { ...SUPERMAN, kmskey: arn }),
    dataKey('a kmskey that is an id, as the file spells it', {
      ...SUPERMAN,
      kmskey: '0A1B2C3D-0000-4000-8000-000000000000',
    }),
    dataKey('several regions', several),
    dataKey('several regions in another order', { ...several, regions: three.toReversed() }),
    dataKey('a list of one region', { path, regions: ['us-east-1'] }),
    dataKey('for one secret in Secrets Manager', IN_ONE_SECRET),
    dataKey('an author who may not decrypt', SUPERMAN, 'write-only'),
    blobKey('the key of a blob', { ...TOKEN, parameter: '/apps/superman/tls/keystore' }),
    blobKey('the key of a blob, with several regions', TOKEN, several),
    blobKey('the key of a blob that is a String', { ...TOKEN, type: 'String' }),
    blobKey('the key of a blob, with an account', TOKEN, { ...SUPERMAN, account: '111122223333' }),
    bad('binding', 'another path', { settings: { ...SUPERMAN, path: '/apps/batman/' } }),
    bad('binding', 'one more region', { settings: { ...several, account: '111122223333' } }),
    bad('binding', 'an account was taken away', { settings: SUPERMAN }),
    bad('binding', 'another secret', {
      ...dataKey('', IN_ONE_SECRET),
      name: 'another secret',
      settings: { ...IN_ONE_SECRET, secret: 'prod/batman' },
    }),
    bad('binding', 'another author', { author: 'write-only' }),
    bad('binding', 'the binding of another context', { binding: without['binding'] }),
    bad('commit', 'another data key', { data_key: hex(other) }),
    bad('commit', 'a changed commit', {
      commit: base64(flip(Buffer.from(good['commit'] as string, 'base64'), 31)),
    }),
    bad('commit', 'a commit that is cut short', {
      commit: base64(Buffer.from(good['commit'] as string, 'base64').subarray(0, 31)),
    }),
    bad('key', 'a data key of 16 bytes', {
      data_key: hex(bytes('short', 16)),
      commit: commitOf(bytes('short', 16)),
    }),
    bad('key', 'a data key of 33 bytes', {
      data_key: hex(bytes('long', 33)),
      commit: commitOf(bytes('long', 33)),
    }),
  ];
}
