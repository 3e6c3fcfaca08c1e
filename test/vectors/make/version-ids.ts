import { sha256, type Vector } from './common.ts';

type Row = readonly [name: string, type: string, ciphertext: string];

const PASSWORD: Row = [
  'password',
  'SecureString',
  'ENC[v1,a0b1c2d3,3ad5f1c2,c29tZSBjaXBoZXJ0ZXh0LCB3aGljaCBpcyBub3Q=]',
];
const USERNAME: Row = ['username', 'String', 'app'];

/** By code unit, as JavaScript and Python sort ASCII. */
const idOf = (secret: string, rows: readonly Row[]) =>
  sha256(JSON.stringify(['coffer/sm/v1', secret, rows.toSorted(([a], [b]) => (a < b ? -1 : 1))]));

const good = (name: string, secret: string, ...parameters: Row[]): Vector => ({
  name,
  secret,
  parameters,
  version_id: idOf(secret, parameters),
});

export function versionIds(): Vector[] {
  return [
    good('all values in one secret', 'prod/superman', PASSWORD, USERNAME),
    good('in another order, the same', 'prod/superman', USERNAME, PASSWORD),
    good('in another secret', 'prod/batman', PASSWORD, USERNAME),
    good('a secret of one parameter', 'apps/superman/password', PASSWORD),
    good('a StringList', 'apps/hosts', ['hosts', 'StringList', 'a.example.com,b.example.com']),
    good('a text with quotes, and of another alphabet', 'x', ['x', 'String', '"grün" \\ \n']),
    good('sealed bytes, by their digest', 'apps/tls/key', ['tls/key', 'SecureString', sha256('x')]),
    good('capital letters before small ones', 'x', ['a', 'String', '1'], ['B', 'String', '2']),
  ];
}
