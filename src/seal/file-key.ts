import type { NewDataKey } from '../crypto/data-keys.ts';
import type { EncryptionContext } from '../crypto/kms-port.ts';
import type { RecoveryWraps } from '../crypto/recovery.ts';
import type { KmsService } from '../aws/kms.ts';
import type { SpareKey } from '../aws/spare-key.ts';
import { CofferError, isFailure } from '../errors.ts';
import { withUserLock } from '../files/user-lock.ts';
import type { Manifest } from '../manifest/model.ts';
import type { RecoveryList } from './recovery.ts';

/** The key for manifests that do not name one yet. */
export interface FileKeyAlias {
  /** `alias/…`, or any key id. */
  alias: string;
  /** The alias's region. Default: the manifest's first one. */
  region?: string | undefined;
  /** The folder of a lock for creating it. */
  lockFolder?: (() => string | undefined) | undefined;
}

export interface FileKeyChoice extends FileKeyAlias {
  /** Whether to create a missing alias, with its key. */
  create: boolean;
  /** The ARN of a key that the caller trusts, although the alias names another. */
  accept?: string | undefined;
  /** Which key the alias names, if any; asked of the file key's own KMS unless this does it. */
  findAlias?: ((alias: string) => Promise<string | undefined>) | undefined;
  /** Whether a data key of the committed version of the file opens under the key. */
  opensHead?: ((fileKey: string) => Promise<boolean>) | undefined;
  /** Those who get every new data key besides. */
  recovery?: RecoveryList | undefined;
}

/** The region of the key that sealed, or will seal, a manifest: by default its first one. */
export function fileKeyRegion(
  manifest: Pick<Manifest, 'regions' | 'encryptedWith'>,
  choice: Pick<FileKeyChoice, 'region'>,
): string {
  return regionOfArn(manifest.encryptedWith) ?? choice.region ?? manifest.regions[0];
}

function regionOfArn(arn: string | undefined): string | undefined {
  return arn?.startsWith('arn:') ? arn.split(':')[3] : undefined;
}

/** What vouches for a file key. */
export type Trust = 'alias' | 'HEAD' | 'caller';

function accountOf(arn: string): string | undefined {
  return arn.split(':')[4];
}

/** The key that wraps a manifest's data keys; created on first use if missing and allowed. */
export class FileKey {
  readonly kms: KmsService;
  readonly #choice: FileKeyChoice;
  readonly #isNamedByFile: boolean;
  #id: string;
  #settled: Promise<unknown> | undefined;
  #trust: Promise<Trust> | undefined;
  /** The ARN of the key, if it was created. */
  created: string | undefined;
  /** A created key that lost the race for the alias. */
  spare: SpareKey | undefined;

  constructor(kms: KmsService, choice: FileKeyChoice, encryptedWith?: string) {
    this.kms = kms;
    this.#choice = choice;
    this.#isNamedByFile = encryptedWith !== undefined;
    this.#id = encryptedWith ?? choice.alias;
  }

  get alias(): string {
    return this.#choice.alias;
  }

  /** The value of `encrypted_with`; an ARN after the first data key. */
  get id(): string {
    return this.#id;
  }

  /**
   * Has to be called before anything is sealed: the file does not choose its own trust, since a
   * pull request may have written the name of its author's key there.
   * @returns why the key is trusted
   * @throws CofferError `key` when neither the alias, nor HEAD, nor the caller vouches for it
   */
  requireTrust(): Promise<Trust> {
    this.#trust ??= this.#judge();
    return this.#trust;
  }

  async #judge(): Promise<Trust> {
    const { alias, accept, opensHead, findAlias } = this.#choice;
    const id = this.#id;
    if (!this.#isNamedByFile || id === alias) return 'alias';
    const named = await (findAlias?.(alias) ?? this.kms.resolve(alias));
    const arn = id.startsWith('arn:') ? id : await this.kms.resolve(id);
    if (named !== undefined && named === arn) return 'alias';
    if (accept !== undefined && accept === id) return 'caller';
    const isOfAccount =
      named !== undefined && arn !== undefined && accountOf(named) === accountOf(arn);
    if (isOfAccount && (await opensHead?.(id))) return 'HEAD';
    throw new CofferError(
      'key',
      `encrypted_with names ${id}, which is not the key behind ${alias}${named ? ` (${named})` : ': that alias does not exist'}`,
      {
        hint: `if your team uses that key, set COFFER_KEY_ALIAS=${id} (or its alias) wherever you encrypt, or accept it for one call: --accept-file-key ${id}; if not, restore the line from git`,
      },
    );
  }

  /** A data key for those in the file's recovery list; undefined without one. */
  async wrapForRecovery(
    dataKey: Buffer,
    context: EncryptionContext,
  ): Promise<RecoveryWraps | undefined> {
    return this.#choice.recovery?.wrap(dataKey, context);
  }

  /** Who gets every data key besides. */
  get recipients(): readonly string[] {
    return this.#choice.recovery?.recipients ?? [];
  }

  /** A new data key, plain and wrapped for all who may open it. */
  async generate(context: EncryptionContext): Promise<NewDataKey> {
    await this.requireTrust();
    await this.#choice.recovery?.requireTrust();
    const { dataKey, wrapped } = await this.#generateOne(context);
    return { dataKey, wrapped, recovery: await this.wrapForRecovery(dataKey, context) };
  }

  async #generateOne(context: EncryptionContext): Promise<{ dataKey: Buffer; wrapped: Buffer }> {
    // The first call decides which key it is; the others may then run in parallel.
    if (this.#settled) {
      await this.#settled;
      return this.kms.generateDataKey(this.#id, context);
    }
    const first = this.#generateFirst(context);
    this.#settled = first;
    // A refusal settles nothing: another context may be allowed.
    first.catch(() => (this.#settled = undefined));
    return first;
  }

  /** The key's ARN; makes sure that the key exists. */
  async settle(): Promise<string> {
    this.#settled ??= this.#resolve();
    await this.#settled;
    return this.#id;
  }

  async #resolve(): Promise<void> {
    if (await this.#isThere()) return;
    await this.#alone(async () => {
      if (!(await this.#isThere())) await this.#create();
    });
  }

  async #isThere(): Promise<boolean> {
    const arn = await this.kms.resolve(this.#id);
    if (arn !== undefined && !this.#isNamedByFile) this.#id = arn;
    return arn !== undefined;
  }

  async #generateFirst(context: EncryptionContext) {
    try {
      return await this.#generate(context);
    } catch (error) {
      refuseOthers(error);
      return this.#alone(() => this.#generateOrCreate(context), error);
    }
  }

  async #generateOrCreate(context: EncryptionContext) {
    try {
      return await this.#generate(context);
    } catch (error) {
      refuseOthers(error);
      await this.#create();
      return this.#generate(context);
    }
  }

  /** Only one process per machine creates the key; the others use it. */
  #alone<Result>(work: () => Promise<Result>, cause?: unknown): Promise<Result> {
    const { alias, create, lockFolder } = this.#choice;
    if (this.#isNamedByFile) throw missing(this.#id, 'encrypted_with names it', cause);
    if (!create) throw missing(this.#id, '--no-create-key forbids creating it', cause);
    return withUserLock(lockFolder?.(), JSON.stringify(['key', this.kms.region, alias]), work);
  }

  async #create(): Promise<void> {
    const { arn, spare } = await this.kms.createKey(
      this.#choice.alias,
      'Encrypts secrets in git, see encrypted_with in coffer manifests',
    );
    this.#id = arn;
    this.spare = spare;
    if (!spare) this.created = arn;
  }

  async #generate(context: EncryptionContext) {
    const made = await this.kms.generateDataKey(this.#id, context);
    if (!this.#isNamedByFile) this.#id = made.keyArn;
    return made;
  }
}

/** @throws any error except `not-found` */
function refuseOthers(error: unknown): void {
  if (!isFailure(error, 'not-found')) throw error;
}

function missing(id: string, why: string, cause: unknown): CofferError {
  return new CofferError('key', `the file key ${id} does not exist, and ${why}`, {
    hint: 'check the account, the region (COFFER_KEY_REGION) and the alias (COFFER_KEY_ALIAS)',
    cause,
  });
}
