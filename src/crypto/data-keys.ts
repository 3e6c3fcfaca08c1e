import { randomBytes } from 'node:crypto';
import { CofferError, isFailure } from '../errors.ts';
import { decodeBase64 } from './base64.ts';
import { commitOf, requireCommit } from './commit.ts';
import {
  bindingOf,
  BOUND_NAMES,
  BOUND_SETTINGS,
  dataKeyContext,
  type Author,
  type Destination,
} from './contexts.ts';
import type { EncryptionContext, Kms } from './kms-port.ts';
import { recoveryDigest, type RecoveryWraps } from './recovery.ts';

/** A data key as a manifest holds it. */
export interface WrappedDataKey {
  /** Wrapped under the file key, base64. */
  key: string;
  /** Of its encryption context: 8 hex digits. */
  binding: string;
  /** What ties the entry to one data key: 32 bytes, base64. */
  commit: string;
  /** `write-only`: its maker may not decrypt, and nobody else seals under it. */
  author?: Author | undefined;
  /** The same for others, if the file has a list of them. */
  recovery?: RecoveryWraps | undefined;
}

/** A new data key: plain, under the file key, and for those in the file's recovery list. */
export interface NewDataKey {
  dataKey: Buffer;
  wrapped: Buffer;
  recovery?: RecoveryWraps | undefined;
}

/** What can be opened without the file key, and what proves that it is the right key. */
interface Rescuable {
  binding: string;
  recovery?: RecoveryWraps | undefined;
  commit: string;
}

/**
 * Opens a data key when its file key cannot be used; any other failure it throws again.
 * @param subject what a message calls the data key
 */
export type Rescue = (
  failure: unknown,
  wrapped: Rescuable,
  context: EncryptionContext,
  subject: string,
) => Promise<Buffer>;

/** Whoever seals never falls back: what recovery opened proves no sender. */
const NO_RESCUE: Rescue = (failure) => Promise.reject(failure);

/** By id, which has 8 hex digits. */
export type WrappedDataKeys = Readonly<Record<string, WrappedDataKey>>;

/** The data keys of one manifest: unwraps each at most once, and adds new ones. */
export class DataKeys {
  readonly #kms: Kms;
  readonly #fileKey: string | undefined;
  readonly #destination: Destination;
  readonly #wrapped: Map<string, WrappedDataKey>;
  readonly #rescue: Rescue;
  readonly #opened = new Map<string, Promise<Buffer>>();

  constructor(
    kms: Kms,
    manifest: {
      destination: Destination;
      encryptedWith?: string | undefined;
      dataKeys: WrappedDataKeys;
    },
    rescue: Rescue = NO_RESCUE,
  ) {
    this.#kms = kms;
    this.#rescue = rescue;
    this.#fileKey = manifest.encryptedWith;
    this.#destination = manifest.destination;
    this.#wrapped = new Map(Object.entries(manifest.dataKeys));
  }

  /** All of them, in order. */
  get ids(): string[] {
    return [...this.#wrapped.keys()].toSorted();
  }

  /** Those that everybody may seal under. */
  get sharedIds(): string[] {
    return this.ids.filter((id) => this.#wrapped.get(id)?.author === undefined);
  }

  /** The wrapped keys by id, sorted, for the manifest. */
  get wrapped(): Record<string, WrappedDataKey> {
    return Object.fromEntries([...this.#wrapped].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The 32 bytes of the data key `id`. */
  open(id: string): Promise<Buffer> {
    let opened = this.#opened.get(id);
    if (!opened) {
      opened = this.#unwrap(id);
      this.#opened.set(id, opened);
    }
    return opened;
  }

  /**
   * Adds a new data key, made by `generate` under the file key.
   * @param author of a key that its maker may not unwrap
   */
  async create(
    generate: (context: EncryptionContext) => Promise<NewDataKey>,
    author?: Author,
  ): Promise<{ id: string; dataKey: Buffer }> {
    const context = dataKeyContext(this.#destination, author);
    const { dataKey, wrapped, recovery } = await generate(context);
    let id: string;
    // A reader of YAML may take another one for a number: 12345678, 1e345678.
    do id = randomBytes(4).toString('hex');
    while (!/^[a-f]/.test(id) || this.#wrapped.has(id));
    this.#wrapped.set(id, {
      key: wrapped.toString('base64'),
      binding: bindingOf(context),
      commit: commitOf(dataKey),
      author,
      recovery,
    });
    this.#opened.set(id, Promise.resolve(dataKey));
    return { id, dataKey };
  }

  /** Whether the caller may unwrap a key that was just made here. One that is not is dropped. */
  async isUsable(id: string): Promise<boolean> {
    this.#opened.delete(id);
    try {
      await this.open(id);
      return true;
    } catch (error) {
      if (!isFailure(error, 'denied')) throw error;
      this.#wrapped.delete(id);
      return false;
    }
  }

  async #unwrap(id: string): Promise<Buffer> {
    const entry = this.#wrapped.get(id);
    const wrapped = decodeBase64(entry?.key ?? '');
    if (!entry || !wrapped?.length) {
      throw new CofferError('tampered', `the data key ${id} is not in data_keys`, {
        hint: 'restore its line from git: a merge may have dropped it',
      });
    }
    const context = dataKeyContext(this.#destination, entry.author);
    const subject = `the data key ${id}`;
    const dataKey = await this.#kms
      .decrypt(wrapped, context, this.#fileKey)
      .catch((error: unknown) => this.#rescue(error, entry, context, subject))
      .catch((error: unknown) => {
        throw explainBinding(error, entry, context);
      });
    requireCommit(dataKey, entry.commit, subject);
    return dataKey;
  }
}

/** Says which change made KMS refuse a wrapped key, where its binding shows it. */
export function explainBinding(error: unknown, made: Bound, context: EncryptionContext): unknown {
  const isRefused = isFailure(error, 'tampered');
  if (!isRefused || made.binding === bindingOf(context)) return error;
  if (isForOtherList(made, context)) {
    const message = `${error.message}: the list under "recovery" is not the one that its data key was made for`;
    return new CofferError('tampered', message, { hint: RESTORE_LIST, cause: error });
  }
  return new CofferError(
    'tampered',
    `${error.message}: its data key was made for another ${BOUND_NAMES}`,
    {
      hint: 'somebody changed them by hand: change them back; coffer check names the coffer move that changes them',
      cause: error,
    },
  );
}

/** A wrapped key, by what it says of itself. */
type Bound = Pick<WrappedDataKey, 'binding' | 'recovery'>;

export const RESTORE_LIST =
  'somebody changed the list by hand: restore it from git; only coffer recovery add and remove change it';

/** Whether a key was made for those whom it is wrapped for, and the file lists others. */
export function isForOtherList({ binding, recovery }: Bound, context: EncryptionContext): boolean {
  const { [BOUND_SETTINGS.recovery]: _, ...others } = context;
  const digest = recoveryDigest(Object.keys(recovery ?? {}));
  const was = digest === undefined ? others : { ...others, [BOUND_SETTINGS.recovery]: digest };
  return binding !== bindingOf(context) && binding === bindingOf(was);
}
