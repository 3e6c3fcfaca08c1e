import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { Refusal } from '../refusal.ts';

export type Context = Readonly<Record<string, string>>;

/**
 * `01 02 02 00`, the key's UUID, padding, iv, ciphertext, tag; everything before the ciphertext is
 * authenticated. The padding gives it about the length of AWS's, by which tools may recognise it.
 */
const MAGIC = Buffer.from([1, 2, 2, 0]);
const ID_END = MAGIC.length + 16;
const IV_START = ID_END + 104;
const IV_END = IV_START + 12;
const TAG = 16;

export function sealBlob(
  key: { id: string; material: string },
  context: Context,
  plaintext: Buffer,
): Buffer {
  const iv = randomBytes(IV_END - IV_START);
  const filling = randomBytes(IV_START - ID_END);
  const id = Buffer.from(key.id.replaceAll(/^mrk-|-/g, ''), 'hex');
  const head = Buffer.concat([MAGIC, id, filling, iv]);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.material, 'base64'), iv);
  cipher.setAAD(Buffer.concat([head, canonical(context)]));
  return Buffer.concat([head, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** The ids that the key of a blob may have, which holds its digits. */
export function keyIdsOf(blob: Buffer): [single: string, multiRegion: string] {
  if (blob.length < IV_END + TAG || !blob.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw invalidCiphertext();
  }
  const hex = blob.toString('hex', MAGIC.length, ID_END);
  return [hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), `mrk-${hex}`];
}

export function openBlob(material: string, context: Context, blob: Buffer): Buffer {
  const decipher = createDecipheriv(
    'aes-256-gcm',
    Buffer.from(material, 'base64'),
    blob.subarray(IV_START, IV_END),
    { authTagLength: TAG },
  );
  decipher.setAAD(Buffer.concat([blob.subarray(0, IV_END), canonical(context)]));
  decipher.setAuthTag(blob.subarray(-TAG));
  try {
    return Buffer.concat([decipher.update(blob.subarray(IV_END, -TAG)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

/** AWS sends no message with this error. */
export function invalidCiphertext(): Refusal {
  return new Refusal('InvalidCiphertextException', '');
}

function canonical(context: Context): Buffer {
  const pairs = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}
