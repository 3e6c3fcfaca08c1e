import { CHECK_THE_KEY, isOutOfUse } from '../aws/errors.ts';
import { decodeBase64 } from '../crypto/base64.ts';
import { requireCommit } from '../crypto/commit.ts';
import { isForOtherList, type Rescue } from '../crypto/data-keys.ts';
import type { EncryptionContext } from '../crypto/kms-port.ts';
import { isAgeRecipient, readPayload } from '../crypto/recovery.ts';
import { CofferError } from '../errors.ts';
import { readBytes } from '../files/read.ts';
import { shellFile } from '../files/shell-words.ts';
import type { Manifest } from '../manifest/model.ts';
import { MANIFEST_LIMIT } from '../sizes.ts';
import { regionOfKey, type KmsOf } from './recovery.ts';

/** How to open without the file key. */
export interface RescueOptions {
  kmsOf: KmsOf;
  /** Files with age identities. */
  identityFiles: readonly string[];
  /** Called once, when recovery opened the first key. */
  onOpened: (recipient: string, failure: CofferError) => void;
}

/**
 * Opens data keys for the recipients of a manifest: with age identities first, which need no
 * network, then with KMS keys. Only when the file key cannot be used: whoever is denied it, or
 * meets a wrong context, gets nothing here.
 */
export function createRescue(manifest: Manifest, options: RescueOptions): Rescue {
  const { recovery: recipients } = manifest;
  const { kmsOf, identityFiles, onOpened } = options;
  let found: ReturnType<typeof readAll> | undefined;
  let isTold = false;

  const openFor = async (recipient: string, wrapped: Buffer, context: EncryptionContext) => {
    if (!isAgeRecipient(recipient)) {
      return (await kmsOf(regionOfKey(recipient))).decrypt(wrapped, context, recipient);
    }
    const identity = (await (found ??= readAll(identityFiles))).find(
      (one) => one.recipient === recipient,
    );
    if (!identity) return undefined;
    const { decryptWithAge } = await import('../crypto/age.ts');
    return readPayload(await decryptWithAge(identity, wrapped), context);
  };

  const hintFor = () => {
    if (!recipients.some(isAgeRecipient)) return undefined;
    return identityFiles.length === 0
      ? 'its age recipients can open it: add --identity FILE'
      : 'the identities of --identity are for none of its age recipients';
  };

  return async (failure, entry, context, subject) => {
    const { recovery = {}, commit } = entry;
    if (!(failure instanceof CofferError) || !isOutOfUse(failure)) throw failure;
    const failures: CofferError[] = [];
    const order = recipients.toSorted(
      (a, b) => Number(isAgeRecipient(b)) - Number(isAgeRecipient(a)),
    );
    for (const recipient of order) {
      const wrapped = decodeBase64(recovery[recipient] ?? '');
      if (!wrapped?.length) continue;
      try {
        const dataKey = await openFor(recipient, wrapped, context);
        if (!dataKey) continue;
        requireCommit(dataKey, commit, subject);
        if (!isTold) onOpened(recipient, failure);
        isTold = true;
        return dataKey;
      } catch (error) {
        if (!(error instanceof CofferError)) throw error;
        failures.push(explain(error, recipient));
      }
    }
    // A wrap or a list that is wrong says more than a key that is out of use.
    const wrong = failures.find(({ code }) => code === 'tampered');
    if (wrong) throw wrong;
    if (isForOtherList(entry, context)) {
      throw new CofferError('tampered', 'recovery does not open it either');
    }
    // KMS keys of the list need credentials as well, so whoever has none hears first how to sign in.
    const first = failure.code === 'credentials' ? failure.hint : failures[0]?.message;
    const hints = [first, hintFor()].filter((text) => text !== undefined);
    throw repeat(failure, hints.length > 0 ? hints.join('; ') : failure.hint);
  };
}

/** For commands that publish: says how, and opens nothing. */
export function refuseRescue({ recovery: recipients }: Manifest): Rescue {
  return (failure) => {
    const canOpen = failure instanceof CofferError && isOutOfUse(failure) && recipients.length > 0;
    // Nothing is published without credentials, with recovery or without.
    if (!canOpen || failure.code === 'credentials') return Promise.reject(failure);
    const hint =
      'recovery can open it: coffer decrypt shows it, sync and save publish it with --use-recovery, coffer recovery restore encrypts it under a new file key';
    return Promise.reject(repeat(failure, hint));
  };
}

/**
 * For commands that seal, which never fall back to recovery: adds to the failure of a file key what
 * would bring it back.
 */
export function hintToRestore(error: unknown, manifests: readonly Manifest[]): unknown {
  if (!(error instanceof CofferError) || error.problems.length > 1) return error;
  const isPlain = error.hint === undefined || error.hint === CHECK_THE_KEY;
  if (!isPlain || !['key', 'not-found'].includes(error.code) || !isOutOfUse(error)) return error;
  const mine = manifests.find(
    ({ encryptedWith, recovery }) =>
      recovery.length > 0 && encryptedWith !== undefined && error.message.includes(encryptedWith),
  );
  if (!mine) return error;
  return repeat(
    error,
    `enable the key; or, if it is gone, let recovery encrypt the file under a new one: coffer recovery restore ${shellFile(mine.file)}`,
  );
}

async function readAll(files: readonly string[]) {
  if (files.length === 0) return [];
  const { readIdentities } = await import('../crypto/age.ts');
  const read = files.map(async (file) =>
    readIdentities(
      (await readBytes(file, MANIFEST_LIMIT, { mayBePipe: true })).toString('utf8'),
      file,
    ),
  );
  return (await Promise.all(read)).flat();
}

function explain(error: CofferError, recipient: string): CofferError {
  const { code, message, hint, cause } = error;
  return new CofferError(code, `recovery with ${recipient}: ${message}`, { hint, cause });
}

function repeat({ code, message, cause }: CofferError, hint: string | undefined): CofferError {
  return new CofferError(code, message, { hint, cause });
}
