import { blob, sealBody } from './blobs.ts';
import { base64, bytes, type Vector } from './common.ts';
import { dataKey, SUPERMAN } from './data-keys.ts';
import { goodInline, ID } from './inline.ts';
import { DIGEST } from './pointers.ts';

/** The texts of manifests, and what a reader gets from each. */
const keysOf = (id: string, fields: string) =>
  `encrypted_with: alias/coffer\ndata_keys:\n  ${id}:\n${fields}`;

const read = (name: string, text: string, parameters: object): Vector => ({
  name,
  manifest: text,
  parameters,
});

const bad = (name: string, text: string): Vector => ({
  name,
  manifest: text,
  refused: 'manifest',
});

export function manifests(): Vector[] {
  const head =
    'path: /apps/superman\nregion: us-east-1\nkmskey: alias/superman\nbucket: superman-secrets\n';
  const key = base64(bytes('wrapped', 184));
  const entry = dataKey('', SUPERMAN);
  const commit = entry['commit'] as string;
  const fields = `    key: ${key}\n    binding: ${entry['binding'] as string}\n    commit: ${commit}\n`;
  const sealed = `${head}${keysOf(`"${ID}"`, fields)}`;
  const value = goodInline('in a manifest', 'x')['value'] as string;
  const token = `parameters:\n  - name: api_token\n    type: securestring\n    value: ${value}\n`;
  const { blob: content } = blob('in a manifest', sealBody('in a manifest', Buffer.from('x')));
  const whole: Record<string, unknown> = { ...content, key, binding: '01234567' };
  const blobOf = (change: object) =>
    `${head}parameters:\n  - name: key\n    type: securestring\n    blob: ${JSON.stringify({ ...whole, ...change })}\n`;
  const inlineOf = { '/apps/superman/api_token': { type: 'SecureString', value } };
  const several =
    'path: /apps/superman\nregions: [us-east-1, eu-west-1]\nkmskey: alias/superman\nbucket: superman-{region}\n';
  const plain = 'parameters:\n  - {name: n, type: String, value: x}\n';
  const valueOf = { '/apps/superman/n': { type: 'String', value: 'x' } };
  return [
    read('an inline value', sealed + token, inlineOf),
    read(
      'types in any letter case',
      sealed + token.replace('securestring', 'SECUREstring'),
      inlineOf,
    ),
    read('line breaks of Windows', (sealed + token).replaceAll('\n', '\r\n'), inlineOf),
    read('a byte order mark', `\ufeff${sealed}${token}`, inlineOf),
    read(
      'an id that YAML reads as a number',
      `${head}${keysOf('01234567', fields)}${token.replaceAll(ID, '01234567')}`,
      {
        '/apps/superman/api_token': { type: 'SecureString', value: value.replace(ID, '01234567') },
      },
    ),
    read('a blob in the manifest', blobOf({}), {
      '/apps/superman/key': { type: 'SecureString', data: whole['data'] },
    }),
    read(
      'a blob in the manifest, in several lines',
      blobOf({}).replace(
        JSON.stringify(whole),
        `\n${Object.entries(whole)
          .map(([name, field]) =>
            name === 'data'
              ? `      data: |\n        ${(field as string).slice(0, 8)}\n        ${(field as string).slice(8)}\n`
              : `      ${name}: ${JSON.stringify(field)}\n`,
          )
          .join('')}`,
      ),
      {
        '/apps/superman/key': { type: 'SecureString', data: whole['data'] },
      },
    ),
    read('a blob in a file', blobOf({ data: undefined, path: 'app.blobs/key-012345.enc' }), {
      '/apps/superman/key': { type: 'SecureString', path: 'app.blobs/key-012345.enc' },
    }),
    read(
      'plain values are their text in the file',
      `${head}parameters:\n${['1.10', '0123', 'yes', '1e3'].map((text, index) => `  - {name: n${index}, type: String, value: ${text}}\n`).join('')}`,
      {
        '/apps/superman/n0': { type: 'String', value: '1.10' },
        '/apps/superman/n1': { type: 'String', value: '0123' },
        '/apps/superman/n2': { type: 'String', value: 'yes' },
        '/apps/superman/n3': { type: 'String', value: '1e3' },
      },
    ),
    read(
      'a list is joined by commas',
      `${head}parameters:\n  - {name: hosts, type: StringList, value: [a, b]}\n`,
      {
        '/apps/superman/hosts': { type: 'StringList', value: 'a,b' },
      },
    ),
    read('several regions', several + plain, valueOf),
    read('a list of one region', several.replace(', eu-west-1', '') + plain, valueOf),
    bad('region and regions', `region: us-east-1\n${several}${plain}`),
    bad('neither region nor regions', several.replace(/regions: .*\n/, '') + plain),
    bad('no regions in the list', several.replace(/\[.*\]/, '[]') + plain),
    bad('the same region twice', several.replace('eu-west-1', 'us-east-1') + plain),
    bad('regions of two partitions', several.replace('eu-west-1', 'cn-north-1') + plain),
    bad('several regions and one bucket', several.replace('-{region}', '') + plain),
    bad(
      'several regions and a key of one',
      several.replace('alias/superman', '0a1b2c3d-0000-4000-8000-000000000000') + plain,
    ),
    bad('two keys of one name', `${sealed}${token}    value: ${value}\n`),
    bad('two parameters of one name', `${sealed}${token}${token.replace('parameters:\n', '')}`),
    bad('two documents', `${sealed}${token}---\n${sealed}${token}`),
    bad(
      'an alias of a sealed value',
      `${sealed}${token.replace('ENC', '&value ENC')}  - {name: other, type: securestring, value: *value}\n`,
    ),
    bad('a tag', `${sealed}${token.replace('ENC', '!!binary ENC')}`),
    bad('an unknown key', `${sealed}secrets: 1\n${token}`),
    bad('another type', `${sealed}${token.replace('securestring', 'secret')}`),
    bad(
      'a sealed value that is not a SecureString',
      `${sealed}${token.replace('securestring', 'string')}`,
    ),
    bad('a sealed value whose data key is not listed', `${sealed}${token.replace(ID, '00000000')}`),
    bad('a sealed value in another version', `${sealed}${token.replace('v1', 'v2')}`),
    bad(
      'no kmskey beside a SecureString',
      `${sealed.replace('kmskey: alias/superman\n', '')}${token}`,
    ),
    bad('an upper-case id', `${head}${keysOf(ID.toUpperCase(), fields)}${token}`),
    bad('an entry without a commit', `${sealed.replace(/ {4}commit: .*\n/, '')}${token}`),
    bad('a commit of 31 bytes', `${sealed.replace(commit, base64(bytes('short', 31)))}${token}`),
    bad(
      'a commit with unused bits',
      `${sealed.replace(commit, commit.replace(/.=$/, '9='))}${token}`,
    ),
    bad('a wrapped key that is not base64', `${sealed.replace(key, '"*"')}${token}`),
    bad('a binding of 7 digits', `${sealed.replace(/binding: ./, 'binding: ')}${token}`),
    bad('an unknown author', `${sealed}    author: admin\n${token}`),
    bad('an unknown field of a data key', `${sealed}    note: x\n${token}`),
    bad('a blob with data and a path', blobOf({ path: 'app.blobs/key-012345.enc' })),
    bad('a blob with neither', blobOf({ data: undefined })),
    bad('a blob in an absolute path', blobOf({ data: undefined, path: '/etc/passwd' })),
    bad(
      'a blob outside of the folder',
      blobOf({ data: undefined, path: 'app.blobs/../../key.enc' }),
    ),
    bad('a blob smaller than a tag', blobOf({ size: 15 })),
    bad('a blob without a commit', blobOf({ commit: undefined })),
    bad('a message id of 27 bytes', blobOf({ message_id: base64(bytes('short', 27)) })),
    bad('a commitment of 29 bytes', blobOf({ commitment: base64(bytes('long', 29)) })),
    bad('a digest in upper case', blobOf({ sha256: DIGEST.toUpperCase() })),
    bad('a value and a blob', blobOf({}).replace('blob:', 'value: x\n    blob:')),
  ];
}
