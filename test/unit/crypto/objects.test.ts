import { randomBytes } from 'node:crypto';
import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createDecipher,
  formatMetadata,
  parseMetadata,
  type ObjectMetadata,
} from '../../../src/crypto/object-format.ts';
import {
  createObjectCipher,
  createObjectDecipher,
  deriveKeys,
} from '../../../src/crypto/object-v3.ts';
import { failureOf } from '../../support/failure.ts';
import { flipBit } from '../../support/flip.ts';
import { HKDF, V1, V2, V3, V3_CONTENT_KEY } from './vectors.ts';

const VECTORS = [V1, V2, V3];

/** Opens a whole body, as a reader does. */
function open(metadata: ObjectMetadata, dataKey: Buffer, body: Buffer): Buffer {
  const decipher = createDecipher(parseMetadata(metadata), dataKey);
  decipher.setAuthTag(body.subarray(-16));
  return Buffer.concat([decipher.update(body.subarray(0, -16)), decipher.final()]);
}

/** Metadata whose base64 value of `name` has one bit flipped. */
function flipIn(metadata: ObjectMetadata, name: string, index: number): ObjectMetadata {
  const bytes = Buffer.from(metadata[name] ?? '', 'base64');
  return { ...metadata, [name]: flipBit(bytes, index).toString('base64') };
}

describe('key derivation', () => {
  test('gives the published content key and commitment', () => {
    const { contentKey, commitment } = deriveKeys(HKDF.dataKey, HKDF.messageId);
    expect(contentKey).toEqual(HKDF.contentKey);
    expect(commitment).toEqual(HKDF.commitment);
  });

  test('gives the content key of the published object', () => {
    const messageId = Buffer.from(V3.metadata['x-amz-i'] ?? '', 'base64');
    expect(deriveKeys(V3.dataKey, messageId).contentKey).toEqual(V3_CONTENT_KEY);
  });
});

describe.each(VECTORS)('the published object of V$version', (vector) => {
  const { version, dataKey, metadata, body, plaintext } = vector;

  test('opens', () => {
    expect(parseMetadata(metadata).version).toBe(version);
    expect(open(metadata, dataKey, body)).toEqual(plaintext);
  });

  test('opens if the store changed the case of metadata names', () => {
    const upper = Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(open(upper, dataKey, body)).toEqual(plaintext);
  });

  test('does not open with any bit of the body or tag flipped', () => {
    for (let index = 0; index < body.length; index += 1) {
      const bad = flipBit(body, index, index % 8);
      expect(() => open(metadata, dataKey, bad), `byte ${index}`).toThrow();
    }
  });

  test('does not open with another key, or a key of another length', () => {
    expect(() => open(metadata, flipBit(dataKey, 0), body)).toThrow();
    expect(() => open(metadata, dataKey.subarray(0, 16), body)).toThrow(/32 bytes/);
  });

  test('does not open without its tag, or truncated', () => {
    expect(() => open(metadata, dataKey, body.subarray(0, -16))).toThrow();
    expect(() => open(metadata, dataKey, body.subarray(0, -1))).toThrow();
  });
});

describe.each([V1, V2])('metadata of V$version', ({ dataKey, metadata, body }) => {
  test('does not open with a bit of the IV flipped', () => {
    for (let index = 0; index < 12; index += 1) {
      expect(() => open(flipIn(metadata, 'x-amz-iv', index), dataKey, body)).toThrow();
    }
  });

  test.each(['x-amz-key-v2', 'x-amz-iv', 'x-amz-wrap-alg', 'x-amz-cek-alg', 'x-amz-matdesc'])(
    'is refused as tampered without %s, or with an empty one',
    async (name) => {
      const { [name]: _, ...rest } = metadata;
      expect((await failureOf(() => parseMetadata(rest))).code).toBe('tampered');
      const empty = { ...metadata, [name]: '' };
      expect((await failureOf(() => parseMetadata(empty))).code).toBe('tampered');
    },
  );

  test.each([
    ['x-amz-cek-alg', 'AES/CBC/PKCS5Padding'],
    ['x-amz-wrap-alg', 'AES/GCM'],
    ['x-amz-tag-len', '96'],
    ['x-amz-iv', 'AAAA'],
    ['x-amz-iv', `${metadata['x-amz-iv']} `],
    ['x-amz-iv', `${metadata['x-amz-iv']?.slice(0, -1)}!`],
    ['x-amz-key-v2', 'd3JhcHBlZA'],
    ['x-amz-key-v2', 'd3Jh\ncHBlZA=='],
    ['x-amz-matdesc', 'no JSON'],
    ['x-amz-matdesc', '["kms_cmk_id"]'],
    ['x-amz-matdesc', '{"kms_cmk_id":1,"aws:x-amz-cek-alg":2}'],
    ['x-amz-matdesc', '{}'],
  ])('is refused as tampered with %s = %j', async (name, value) => {
    const bad = { ...metadata, [name]: value };
    expect((await failureOf(() => parseMetadata(bad))).code).toBe('tampered');
  });
});

test('V2 uses the whole stored map as context, including a foreign kms_cmk_id', () => {
  const context = { kms_cmk_id: 'alias/a', 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding', team: '17' };
  const header = parseMetadata({ ...V2.metadata, 'x-amz-matdesc': JSON.stringify(context) });
  expect(header.context).toEqual(context);
});

test('refuses V2 if its map names another algorithm than its metadata', async () => {
  const bad = { ...V2.metadata, 'x-amz-matdesc': '{"aws:x-amz-cek-alg":"AES/CBC/PKCS5Padding"}' };
  expect((await failureOf(() => parseMetadata(bad))).code).toBe('tampered');
});

describe('metadata of V3', () => {
  const { dataKey, metadata, body } = V3;

  test.each(['x-amz-i', 'x-amz-d'])('does not open with any byte of %s altered', async (name) => {
    for (let index = 0; index < 28; index += 1) {
      const failure = await failureOf(() => open(flipIn(metadata, name, index), dataKey, body));
      expect(failure.code).toBe('tampered');
      expect(failure.message).toContain('commitment');
    }
  });

  test.each(['x-amz-c', 'x-amz-3', 'x-amz-w', 'x-amz-i', 'x-amz-d'])(
    'is refused as tampered without %s, or with an empty one',
    async (name) => {
      const { [name]: _, ...rest } = metadata;
      expect((await failureOf(() => parseMetadata(rest))).code).toBe('tampered');
      const empty = { ...metadata, [name]: '' };
      expect((await failureOf(() => parseMetadata(empty))).code).toBe('tampered');
    },
  );

  test.each([
    ['x-amz-c', '114'],
    ['x-amz-w', '11'],
    ['x-amz-w', 'kms+context'],
    ['x-amz-i', 'AAAA'],
    ['x-amz-d', 'AAAA'],
    ['x-amz-d', metadata['x-amz-d']?.replace('==', '') ?? ''],
    ['x-amz-d', ` ${metadata['x-amz-d']}`],
    ['x-amz-t', '{'],
    ['x-amz-t', '"115"'],
    ['x-amz-t', 'null'],
  ])('is refused as tampered with %s = %j', async (name, value) => {
    const bad = { ...metadata, [name]: value };
    expect((await failureOf(() => parseMetadata(bad))).code).toBe('tampered');
  });

  test('has the empty context if there is none', () => {
    const { 'x-amz-t': _, ...rest } = metadata;
    expect(parseMetadata(rest).context).toEqual({});
    expect(parseMetadata({ ...metadata, 'x-amz-t': '' }).context).toEqual({});
  });
});

test.each([V1, V2])('is refused as tampered if V3 contains a field of V$version', async (old) => {
  // A reader does not use these two.
  const idle = new Set(['x-amz-tag-len', 'x-amz-unencrypted-content-length']);
  for (const [name, value] of Object.entries(old.metadata)) {
    if (idle.has(name)) continue;
    const failure = await failureOf(() => parseMetadata({ ...V3.metadata, [name]: value }));
    expect(failure.code, name).toBe('tampered');
    const empty = parseMetadata({ ...V3.metadata, [name]: '' });
    expect(empty.version, `an empty ${name} counts as absent`).toBe(3);
  }
  for (const [name, value] of Object.entries(V3.metadata)) {
    const failure = await failureOf(() => parseMetadata({ ...old.metadata, [name]: value }));
    expect(failure.code, name).toBe('tampered');
  }
});

test.each<ObjectMetadata>([
  {},
  { 'content-type': 'text/plain' },
  { 'x-amz-key': 'AAAA', 'x-amz-iv': 'AAAA' },
])('refuses an object with the metadata %j', async (metadata) => {
  expect((await failureOf(() => parseMetadata(metadata))).code).toBe('tampered');
});

test.each([
  ['base64', '=?UTF-8?B?eyJ0ZWFtIjoiYsOkciJ9?='],
  ['quoted-printable', '=?utf-8?Q?{"team":"b=C3=A4r"}?='],
  ['two words', '=?UTF-8?B?eyJ0ZWFt?= =?UTF-8?B?IjoiYsOkciJ9?='],
])('reads a context that S3 returns as RFC 2047 (%s)', (_, text) => {
  expect(parseMetadata({ ...V3.metadata, 'x-amz-t': text }).context).toEqual({ team: 'bär' });
});

test.each([
  [
    'UTF-8 that S3 took for Latin-1',
    '=?UTF-8?B?eyJhd3M6eC1hbXotY2VrLWFsZyI6IjExNSIsInRlYW0iOiJyw4PCtmQifQ==?=',
    'röd',
  ],
  ['Latin-1 that is no UTF-8', '=?UTF-8?Q?{"aws:x-amz-cek-alg":"115","team":"r=C3=B6d"}?=', 'röd'],
  [
    'other scripts',
    `=?UTF-8?B?${Buffer.from('{"aws:x-amz-cek-alg":"115","team":"鍵"}').toString('base64')}?=`,
    '鍵',
  ],
])('a context that was encoded once or twice is read: %s', (_, text, team) => {
  const { context } = parseMetadata({ ...V3.metadata, 'x-amz-t': text });
  expect(context).toEqual({ 'aws:x-amz-cek-alg': '115', team });
});

test('the context is written in ASCII, and names the parameter', () => {
  const commitment = { messageId: Buffer.alloc(28), commitment: Buffer.alloc(28) };
  const text = formatMetadata(Buffer.alloc(1), commitment, '/app/ü鍵')['x-amz-t'];
  expect(text).toBe('{"aws:x-amz-cek-alg":"115","Parameter":"/app/\\u00fc\\u9375"}');
});

function seal(plaintext: Uint8Array) {
  const dataKey = randomBytes(32);
  const { cipher, ...commitment } = createObjectCipher(dataKey);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return {
    dataKey,
    body,
    commitment,
    metadata: formatMetadata(randomBytes(184), commitment, '/app/x'),
  };
}

describe('an object that coffer seals', () => {
  test('opens again, for any bytes', () => {
    assert(
      property(uint8Array({ maxLength: 300 }), (plaintext) => {
        const { dataKey, body, metadata } = seal(plaintext);
        expect(body).toHaveLength(plaintext.length + 16);
        expect(open(metadata, dataKey, body)).toEqual(Buffer.from(plaintext));
      }),
    );
  });

  test('is different each time', () => {
    const [a, b] = [seal(Buffer.from('same')), seal(Buffer.from('same'))];
    expect(a.body).not.toEqual(b.body);
    expect(a.commitment.messageId).not.toEqual(b.commitment.messageId);
  });

  test('does not open with the body of another object under the same data key', () => {
    const dataKey = randomBytes(32);
    const bodies = ['one', 'two'].map((text) => {
      const { cipher, ...commitment } = createObjectCipher(dataKey);
      const body = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
      return { body, metadata: formatMetadata(randomBytes(184), commitment, '/app/x') };
    });
    const [one, two] = bodies;
    if (!one || !two) throw new Error('two objects were sealed');
    expect(open(one.metadata, dataKey, one.body)).toEqual(Buffer.from('one'));
    expect(() => open(one.metadata, dataKey, two.body)).toThrow();
  });

  test('needs a commitment of the right length', async () => {
    const { dataKey, commitment } = seal(Buffer.from('x'));
    const short = { ...commitment, commitment: commitment.commitment.subarray(0, 27) };
    expect((await failureOf(() => createObjectDecipher(dataKey, short))).code).toBe('tampered');
  });
});
