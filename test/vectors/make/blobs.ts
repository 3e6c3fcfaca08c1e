import { createCipheriv, hkdfSync } from 'node:crypto';
import { base64, bytes, flip, hex, sha256, type Vector } from './common.ts';
import { commitOf } from './data-keys.ts';

const SUITE = Buffer.of(0x00, 0x73);
const derive = (key: Buffer, salt: Buffer, label: string, size: number) =>
  Buffer.from(hkdfSync('sha512', key, salt, Buffer.concat([SUITE, Buffer.from(label)]), size));

/** The body of a V3 object, and what its reader needs. */
export function sealBody(name: string, plaintext: Buffer) {
  const key = bytes(`key ${name}`, 32);
  const messageId = bytes(`message id ${name}`, 28);
  const contentKey = derive(key, messageId, 'DERIVEKEY', 32);
  const cipher = createCipheriv('aes-256-gcm', contentKey, Buffer.alloc(12, 1)).setAAD(SUITE);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return { key, messageId, commitment: derive(key, messageId, 'COMMITKEY', 28), body };
}

export type Sealed = ReturnType<typeof sealBody>;

/** `blob` is what the manifest has; `body` is the file at its path, or its data decoded. */
export function blob(name: string, sealed: Sealed, change: object = {}) {
  const { key, messageId, commitment, body } = sealed;
  const digest = sha256(body);
  return {
    name,
    data_key: hex(key),
    blob: {
      sha256: digest,
      size: body.length,
      commit: commitOf(key),
      message_id: base64(messageId),
      commitment: base64(commitment),
      ...(body.length <= 8192
        ? { data: base64(body) }
        : { path: `app.blobs/tls-keystore-${digest.slice(0, 6)}.enc` }),
      ...change,
    },
    body: base64(body),
  };
}

export function blobs(): Vector[] {
  const good = (name: string, plaintext: Buffer): Vector => ({
    ...blob(name, sealBody(name, plaintext)),
    plaintext: base64(plaintext),
  });
  const text = Buffer.from('correct horse');
  const sealed = sealBody('bad blobs', text);
  const { key, messageId, commitment, body } = sealed;
  const bad = (
    refused: string,
    name: string,
    changed: Partial<Sealed>,
    change?: object,
  ): Vector => ({
    ...blob(name, { ...sealed, ...changed }, change),
    refused,
  });
  const before = { sha256: sha256(body), size: body.length };
  return [
    good('no bytes', Buffer.alloc(0)),
    good('one byte', Buffer.of(0)),
    good('a text', text),
    good('the largest in the manifest itself', bytes('small', 8192 - 16)),
    good('the smallest in a file', bytes('large', 8192 - 15)),
    bad('digest', 'a changed bit', { body: flip(body, 3) }, before),
    bad('size', 'one byte less', { body: body.subarray(1) }, before),
    bad('size', 'less than a tag', { body: body.subarray(0, 15) }),
    bad(
      'commit',
      'the data key of another blob',
      { key: bytes('another', 32) },
      { commit: commitOf(key) },
    ),
    bad('key', 'a data key of 16 bytes', { key: key.subarray(0, 16) }),
    bad('commitment', 'the message id of another blob', { messageId: flip(messageId, 0) }),
    bad('commitment', 'a changed commitment', { commitment: flip(commitment, 27) }),
    bad('tag', 'a changed bit, and the digest with it', { body: flip(body, 3) }),
    bad('tag', 'a changed bit in the tag, and the digest with it', {
      body: flip(body, body.length - 1),
    }),
    bad('tag', 'cut short, and the digest with it', { body: body.subarray(0, -1) }),
  ];
}
