import pMap from 'p-map';
import { bindingOf, blobContext, BOUND_SETTINGS, dataKeyContext } from '../crypto/contexts.ts';
import { DataKeys } from '../crypto/data-keys.ts';
import type { EncryptionContext, Kms } from '../crypto/kms-port.ts';
import {
  isAgeRecipient,
  recoveryDigest,
  renderPayload,
  type RecoveryWraps,
} from '../crypto/recovery.ts';
import { isFailure, type Problem } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import type { Manifest } from '../manifest/model.ts';

/** KMS of a region. */
export type KmsOf = (region: string | undefined) => Promise<Kms>;

/** Those who can open a manifest without its file key; wraps its data keys for all of them. */
export class RecoveryList {
  readonly recipients: readonly string[];
  readonly #kmsOf: KmsOf;
  readonly #vouch: () => Promise<void>;
  #vouched: Promise<void> | undefined;

  /**
   * @param vouch returns if the list is the one that the team has chosen: a pull request may have
   * put its author's own key there
   */
  constructor(recipients: readonly string[], kmsOf: KmsOf, vouch: () => Promise<void>) {
    this.recipients = recipients;
    this.#kmsOf = kmsOf;
    this.#vouch = vouch;
  }

  /** Has to be called before a key is made that the recipients will get. */
  async requireTrust(): Promise<void> {
    if (this.recipients.length === 0) return;
    this.#vouched ??= this.#vouch();
    await this.#vouched;
  }

  /**
   * A data key for everyone in the list; undefined without one.
   * @param context of the data key, with the digest of this very list
   */
  async wrap(dataKey: Buffer, context: EncryptionContext): Promise<RecoveryWraps | undefined> {
    if (context[BOUND_SETTINGS.recovery] !== recoveryDigest(this.recipients)) {
      throw new Error('a data key is bound to another recovery list');
    }
    if (this.recipients.length === 0) return undefined;
    await this.requireTrust();
    const wraps = await pMap(
      this.recipients.toSorted(),
      async (recipient) => {
        const wrapped = await this.#wrapFor(recipient, dataKey, context);
        return [recipient, wrapped.toString('base64')] as const;
      },
      { concurrency: 4 },
    );
    return Object.fromEntries(wraps);
  }

  async #wrapFor(recipient: string, dataKey: Buffer, context: EncryptionContext): Promise<Buffer> {
    if (isAgeRecipient(recipient)) {
      const { encryptForAge } = await import('../crypto/age.ts');
      return encryptForAge(recipient, renderPayload(context, dataKey));
    }
    const kms = await this.#kmsOf(regionOfKey(recipient));
    return (await kms.encrypt(recipient, dataKey, context)).wrapped;
  }
}

export function regionOfKey(arn: string): string | undefined {
  return arn.split(':')[3];
}

/**
 * Whether a full data key of the manifest opens under its present list: then somebody who may
 * decrypt has chosen the list. A key of a write-only author proves nothing, nor does that of a blob.
 * @throws CofferError when KMS refuses the key for another reason than the caller's rights
 */
export async function opensFullKey(manifest: Manifest, kms: Kms): Promise<boolean> {
  const dataKeys = new DataKeys(kms, manifest);
  const [id] = dataKeys.sharedIds;
  if (id === undefined) return false;
  try {
    await dataKeys.open(id);
    return true;
  } catch (error) {
    if (isFailure(error, 'denied')) return false;
    throw error;
  }
}

/** Whether wraps are for exactly the recipients of a list. */
export function isComplete(wraps: RecoveryWraps = {}, recipients: readonly string[]): boolean {
  const there = Object.keys(wraps);
  return there.length === recipients.length && recipients.every((one) => there.includes(one));
}

/** What does not fit between the data keys of a manifest and its recovery list. */
export interface Gap {
  /** A data key's id, or the name of a blob's parameter. */
  of: string;
  recipient: string;
  /** `missing`: listed, but cannot open it. `stray`: can open it, but is not listed. */
  kind: 'missing' | 'stray';
}

/**
 * The gaps of data keys and blobs that were made for the present list. Others do not open at all,
 * which is for the check of bindings to say.
 */
export function findGaps({ destination, recovery, dataKeys, parameters }: Manifest): Gap[] {
  const keys = Object.entries(dataKeys).flatMap(([of, dataKey]) => {
    const isBound = dataKey.binding === bindingOf(dataKeyContext(destination, dataKey.author));
    return isBound ? gapsOf(of, dataKey.recovery, recovery) : [];
  });
  const blobs = parameters.flatMap((parameter) => {
    if (parameter.content.kind !== 'blob') return [];
    const { blob } = parameter.content;
    const isBound = blob.binding === bindingOf(blobContext(destination, parameter));
    return isBound ? gapsOf(parameter.name, blob.recovery, recovery) : [];
  });
  return [...keys, ...blobs];
}

function gapsOf(of: string, wraps: RecoveryWraps = {}, recipients: readonly string[]): Gap[] {
  const there = Object.keys(wraps);
  const missing = recipients.filter((one) => !there.includes(one));
  const stray = there.filter((one) => !recipients.includes(one));
  return [
    ...missing.map((recipient) => ({ of, recipient, kind: 'missing' as const })),
    ...stray.map((recipient) => ({ of, recipient, kind: 'stray' as const })),
  ];
}

export function describeGap({ of, recipient, kind }: Gap, file: string): Problem {
  return kind === 'missing'
    ? {
        message: `${of}: its data key is not wrapped for ${recipient}, who is in the recovery list`,
        hint: `coffer refresh ${shellFile(file)} wraps it`,
      }
    : {
        message: `${of}: its data key is wrapped for ${recipient}, who is not in the recovery list`,
        hint: `coffer refresh ${shellFile(file)} removes that; find out in git log who added it`,
      };
}
