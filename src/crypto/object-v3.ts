import {
  createCipheriv,
  createDecipheriv,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type CipherGCM,
  type DecipherGCM,
} from 'node:crypto';
import { CofferError } from '../errors.ts';
import type { EncryptionContext } from './kms-port.ts';

// Amazon S3 Encryption Client, algorithm suite 0x0073 (115): AES_256_GCM_HKDF_SHA512_COMMIT_KEY.
const SUITE = Buffer.from([0x00, 0x73]);
// Each key is used once, so the IV is fixed: twelve bytes of 0x01 by the specification.
const IV = Buffer.alloc(12, 0x01);

export const MESSAGE_ID_BYTES = 28;
export const COMMITMENT_BYTES = 28;
export const TAG_BYTES = 16;
/**
 * How much goes through a cipher at once. Each output is new memory: from this size on, it comes from
 * the system page by page, which can take longer than the cipher itself.
 */
export const CIPHER_BYTES = 64 * 1024;
/** The largest plaintext of one object. */
const MAX_PLAINTEXT_BYTES = 2 ** 36 - 32;

/** The pair that other readers put there by themselves, */
const ALGORITHM = { 'aws:x-amz-cek-alg': '115' } as const;
/** and the one that binds an object to the parameter that points to it. */
export const PARAMETER_PAIR = 'Parameter';

/** The context of the data key in an object's metadata. */
export function objectContext(parameter: string): EncryptionContext {
  return { ...ALGORITHM, [PARAMETER_PAIR]: parameter };
}

/** What a reader needs besides the wrapped key. */
export interface Commitment {
  /** 28 random bytes. */
  messageId: Buffer;
  /** The key commitment: 28 bytes. */
  commitment: Buffer;
}

/**
 * A cipher for one object's body; the body is its output followed by its tag.
 * @param messageId of a body that is sealed once more only to compare it: for anything that is
 * kept, every body has a new one
 */
export function createObjectCipher(
  dataKey: Buffer,
  messageId: Buffer = randomBytes(MESSAGE_ID_BYTES),
): Commitment & { cipher: CipherGCM } {
  const { contentKey, commitment } = deriveKeys(dataKey, messageId);
  const cipher = createCipheriv('aes-256-gcm', contentKey, IV).setAAD(SUITE);
  return { messageId, commitment, cipher };
}

/**
 * A decipher for one object's body without its tag. Its output is verified only when the tag is set
 * and `final` has returned.
 * @throws CofferError `tampered` if the data key does not match the key commitment
 */
export function createObjectDecipher(dataKey: Buffer, header: Commitment): DecipherGCM {
  if (dataKey.length !== 32) throw new CofferError('tampered', 'the data key is not 32 bytes long');
  const { contentKey, commitment } = deriveKeys(dataKey, header.messageId);
  if (
    header.commitment.length !== COMMITMENT_BYTES ||
    !timingSafeEqual(header.commitment, commitment)
  ) {
    throw new CofferError('tampered', 'the key commitment does not match');
  }
  return createDecipheriv('aes-256-gcm', contentKey, IV, { authTagLength: TAG_BYTES }).setAAD(
    SUITE,
  );
}

/**
 * An object's body in small chunks: the ciphertext, then the tag.
 * @throws CofferError `oversize` past the largest plaintext of one object
 */
export async function* sealChunks(
  cipher: CipherGCM,
  plaintext: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of plaintext) {
    size += chunk.length;
    if (size > MAX_PLAINTEXT_BYTES) {
      throw new CofferError('oversize', `one object holds at most ${MAX_PLAINTEXT_BYTES} bytes`, {
        hint: 'split the data',
      });
    }
    for (let at = 0; at < chunk.length; at += CIPHER_BYTES) {
      yield cipher.update(chunk.subarray(at, at + CIPHER_BYTES));
    }
  }
  yield cipher.final();
  yield cipher.getAuthTag();
}

export function deriveKeys(
  dataKey: Buffer,
  messageId: Buffer,
): { contentKey: Buffer; commitment: Buffer } {
  const derive = (label: string, length: number) =>
    Buffer.from(
      hkdfSync('sha512', dataKey, messageId, Buffer.concat([SUITE, Buffer.from(label)]), length),
    );
  return { contentKey: derive('DERIVEKEY', 32), commitment: derive('COMMITKEY', COMMITMENT_BYTES) };
}
