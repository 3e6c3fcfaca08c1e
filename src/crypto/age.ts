import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import { CofferError } from '../errors.ts';

/** A native age identity, and the recipient that it opens for. */
export interface AgeIdentity {
  recipient: string;
  /** `AGE-SECRET-KEY-1…`: never shown. */
  secret: string;
}

const IDENTITY = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/;

/**
 * The identities in an age identity file: one a line, with comments and blank lines between them.
 * @throws CofferError `usage`, which never quotes the file
 */
export async function readIdentities(text: string, file: string): Promise<AgeIdentity[]> {
  const identities: AgeIdentity[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const secret = line.trim();
    if (secret === '' || secret.startsWith('#')) continue;
    const recipient = IDENTITY.test(secret)
      ? await identityToRecipient(secret).catch(() => undefined)
      : undefined;
    if (recipient === undefined) {
      throw new CofferError('usage', `line ${index + 1} of ${file} is not a native age identity`, {
        hint: 'coffer reads the files of age-keygen: no plugins, SSH keys or passphrases',
      });
    }
    identities.push({ recipient, secret });
  }
  if (identities.length > 0) return identities;
  throw new CofferError('usage', `${file} holds no age identity`, {
    hint: 'name a file that age-keygen made',
  });
}

/**
 * Encrypts for one recipient.
 * @throws CofferError `usage` if its checksum is wrong
 */
export async function encryptForAge(recipient: string, payload: string): Promise<Buffer> {
  const encrypter = new Encrypter();
  try {
    encrypter.addRecipient(recipient);
  } catch (error) {
    throw new CofferError('usage', `${recipient} is not an age recipient: its checksum is wrong`, {
      hint: 'copy the whole recipient again, as age-keygen -y prints it',
      cause: error,
    });
  }
  return Buffer.from(await encrypter.encrypt(payload));
}

/** @throws CofferError `tampered` */
export async function decryptWithAge({ secret }: AgeIdentity, sealed: Buffer): Promise<Buffer> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(secret);
  try {
    return Buffer.from(await decrypter.decrypt(sealed));
  } catch (error) {
    throw new CofferError('tampered', 'age does not open it with this identity', {
      hint: 'the wrap was changed, or made for somebody else: restore it from git',
      cause: error,
    });
  }
}
