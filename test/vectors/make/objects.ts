import { HKDF, V1, V2, V3 } from '../../unit/crypto/vectors.ts';
import { sealBody, type Sealed } from './blobs.ts';
import { base64, bytes, flip, hex, sha256, type Vector } from './common.ts';

/** What writers put beside the body, for a data key that KMS wrapped. */
function metadataOf({ messageId, commitment }: Sealed, context: string): Record<string, string> {
  return {
    'x-amz-c': '115',
    'x-amz-3': base64(Buffer.from('wrapped')),
    'x-amz-w': '12',
    'x-amz-i': base64(messageId),
    'x-amz-d': base64(commitment),
    'x-amz-t': context,
  };
}

const context = (name: string) => `{"aws:x-amz-cek-alg":"115","Parameter":"${name}"}`;

export function objects(): Vector[] {
  const parameter = '/apps/superman/tls/keystore';
  const text = Buffer.from('correct horse');
  const object = (
    name: string,
    { sealed, ...change }: { sealed: Sealed; key?: string } & Record<string, unknown>,
  ): Vector => ({
    name,
    parameter,
    key: `${parameter.slice(1)}/v3-${sha256(sealed.body)}`,
    metadata: metadataOf(sealed, context(parameter)),
    data_key: hex(sealed.key),
    body: base64(sealed.body),
    ...change,
  });
  const sealed = sealBody('object', text);
  const metadata = metadataOf(sealed, context(parameter));
  const good = (name: string, plaintext: Buffer, change: object = {}): Vector => ({
    ...object(name, { sealed: sealBody(name, plaintext), ...change }),
    plaintext: base64(plaintext),
  });
  const published = [V1, V2, V3].map(({ version, dataKey, metadata, body, plaintext }): Vector => ({
    name: `the published object of V${version}`,
    parameter,
    // The names of V1's writer hash the plaintext.
    key: `apps/superman/${version === 3 ? sha256(body) : sha256(plaintext)}`,
    metadata,
    data_key: hex(dataKey),
    body: base64(body),
    plaintext: base64(plaintext),
  }));
  const bad = (refused: string, name: string, change: object): Vector => ({
    ...object(name, { sealed, ...change }),
    refused,
  });
  const without = (field: string) => ({
    metadata: Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== field)),
  });
  const field = (name: string, value: string) => ({ metadata: { ...metadata, [name]: value } });
  const older = (index: 0 | 1, change: object = {}) => ({ ...published[index], ...change });
  const [v1, v2] = [V1.metadata, V2.metadata];
  const foreign = { key: `apps/superman/${sha256(sealed.body)}` };
  return [
    good('an object of coffer', text),
    good('an object of coffer with no bytes', Buffer.alloc(0)),
    good('an extension', text, {
      key: `${parameter.slice(1)}/v3-${sha256(sealBody('an extension', text).body)}.tar.gz`,
    }),
    good('names of metadata in upper case', text, {
      metadata: Object.fromEntries(
        Object.entries(
          metadataOf(sealBody('names of metadata in upper case', text), context(parameter)),
        ).map(([name, value]) => [name.toUpperCase(), value]),
      ),
    }),
    good('metadata as an RFC 2047 word', text, {
      metadata: metadataOf(
        sealBody('metadata as an RFC 2047 word', text),
        `=?UTF-8?B?${base64(Buffer.from(context(parameter)))}?=`,
      ),
    }),
    good('an object of others, with a context of theirs', text, {
      key: `any/${sha256(sealBody('an object of others, with a context of theirs', text).body)}`,
      metadata: metadataOf(
        sealBody('an object of others, with a context of theirs', text),
        '{"aws:x-amz-cek-alg":"115","team":"17"}',
      ),
    }),
    ...published,
    bad('metadata', 'no metadata', { metadata: {} }),
    ...['x-amz-c', 'x-amz-3', 'x-amz-w', 'x-amz-i', 'x-amz-d'].map((name) =>
      bad('metadata', `no ${name}`, without(name)),
    ),
    bad('metadata', 'an empty x-amz-d counts as absent', field('x-amz-d', '')),
    bad('metadata', 'another suite', field('x-amz-c', '114')),
    bad('metadata', 'another way to wrap', field('x-amz-w', '11')),
    bad('metadata', 'a message id of 27 bytes', field('x-amz-i', base64(bytes('short', 27)))),
    bad('metadata', 'a commitment of 29 bytes', field('x-amz-d', base64(bytes('long', 29)))),
    bad(
      'metadata',
      'base64 with a space',
      field('x-amz-d', metadata['x-amz-d']?.replace(/.{4}$/, ' $&') ?? ''),
    ),
    bad('metadata', 'a context that is not JSON', field('x-amz-t', '{')),
    bad('metadata', 'a context that is a list', field('x-amz-t', '["115"]')),
    bad('metadata', 'a context with a number', field('x-amz-t', '{"Parameter":1}')),
    bad('metadata', 'V3 with a field of V1', field('x-amz-iv', 'DRjgbHxyWsnjYuHO')),
    bad(
      'metadata',
      'V1 with a field of V3',
      older(0, { metadata: { ...v1, 'x-amz-c': '115' }, plaintext: undefined }),
    ),
    bad(
      'metadata',
      'V1 without authentication',
      older(0, {
        metadata: { ...v1, 'x-amz-cek-alg': 'AES/CBC/PKCS5Padding' },
        plaintext: undefined,
      }),
    ),
    bad(
      'metadata',
      'V1 with a short tag',
      older(0, { metadata: { ...v1, 'x-amz-tag-len': '96' }, plaintext: undefined }),
    ),
    bad(
      'metadata',
      'V1 without the id of its key',
      older(0, { metadata: { ...v1, 'x-amz-matdesc': '{}' }, plaintext: undefined }),
    ),
    bad(
      'metadata',
      'V2 whose context names another algorithm',
      older(1, {
        metadata: { ...v2, 'x-amz-matdesc': '{"aws:x-amz-cek-alg":"AES/CBC/PKCS5Padding"}' },
        plaintext: undefined,
      }),
    ),
    bad(
      'metadata',
      'V2 with an IV of 3 bytes',
      older(1, { metadata: { ...v2, 'x-amz-iv': 'AAAA' }, plaintext: undefined }),
    ),
    bad(
      'parameter',
      'the object of another parameter',
      field('x-amz-t', context('/apps/superman/other')),
    ),
    bad('parameter', 'no parameter', field('x-amz-t', '{"aws:x-amz-cek-alg":"115"}')),
    bad('parameter', 'no context', without('x-amz-t')),
    bad(
      'parameter',
      'one pair more',
      field('x-amz-t', context(parameter).replace('}', ',"team":"17"}')),
    ),
    bad('parameter', 'another parameter in an object that others named', {
      ...foreign,
      ...field('x-amz-t', context('/apps/superman/other')),
    }),
    bad(
      'version',
      'V1 under a name that promises V3',
      older(0, { key: `${parameter.slice(1)}/v3-${sha256(V1.body)}`, plaintext: undefined }),
    ),
    bad(
      'version',
      'V2 under a name that promises V3',
      older(1, { key: `${parameter.slice(1)}/v3-${sha256(V2.body)}`, plaintext: undefined }),
    ),
    bad('size', 'shorter than a tag', { body: base64(sealed.body.subarray(0, 15)) }),
    bad('key', 'a data key of 16 bytes', { data_key: hex(sealed.key.subarray(0, 16)) }),
    bad('commitment', 'another data key', { data_key: hex(bytes('another', 32)) }),
    bad('commitment', 'another message id', field('x-amz-i', base64(flip(sealed.messageId, 0)))),
    bad('commitment', 'a changed commitment', field('x-amz-d', base64(flip(sealed.commitment, 0)))),
    bad('tag', 'a changed bit in the body', { body: base64(flip(sealed.body, 0)) }),
    bad(
      'tag',
      'V1 with a changed bit',
      older(0, { body: base64(flip(V1.body, 0)), plaintext: undefined }),
    ),
    bad('digest', 'another whole object under the name', {
      key: `${parameter.slice(1)}/v3-${sha256('another')}`,
    }),
    bad(
      'digest',
      'V1 under the digest of another text',
      older(0, { key: `apps/superman/${sha256('another')}`, plaintext: undefined }),
    ),
  ];
}

export function keys(): Vector[] {
  const { dataKey, messageId, contentKey, commitment } = HKDF;
  return [
    {
      name: 'the published derivation of V3',
      data_key: hex(dataKey),
      message_id: hex(messageId),
      content_key: hex(contentKey),
      commitment: hex(commitment),
    },
  ];
}
