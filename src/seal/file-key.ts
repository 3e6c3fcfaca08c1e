import type { EncryptionContext } from '../crypto/kms-port.ts';
import type { KmsService } from '../aws/kms.ts';
import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';

/** Which key seals manifests that name none yet. */
export interface FileKeyChoice {
  /** `alias/…`, or any key id. */
  alias: string;
  /** Where that alias is; without it, the manifest's region. */
  region?: string | undefined;
  /** Whether a missing alias is created, with its key. */
  create: boolean;
}

/** The region of the key that sealed, or will seal, a manifest. */
export function fileKeyRegion(manifest: Manifest, choice: Pick<FileKeyChoice, 'region'>): string {
  return regionOfArn(manifest.encryptedWith) ?? choice.region ?? manifest.region;
}

function regionOfArn(arn: string | undefined): string | undefined {
  return arn?.startsWith('arn:') ? arn.split(':')[3] : undefined;
}

/** The key that wraps a manifest's data keys; created on first use when allowed and missing. */
export class FileKey {
  readonly kms: KmsService;
  readonly #choice: FileKeyChoice;
  readonly #isNamedByFile: boolean;
  #id: string;
  #settled: Promise<unknown> | undefined;
  /** The ARN of a key that had to be created. */
  created: string | undefined;

  constructor(kms: KmsService, choice: FileKeyChoice, encryptedWith?: string) {
    this.kms = kms;
    this.#choice = choice;
    this.#isNamedByFile = encryptedWith !== undefined;
    this.#id = encryptedWith ?? choice.alias;
  }

  /** What goes into `encrypted_with`; an ARN once a data key was made. */
  get id(): string {
    return this.#id;
  }

  /** A new data key, plain and wrapped. */
  async generate(context: EncryptionContext): Promise<{ dataKey: Buffer; wrapped: Buffer }> {
    // The first call settles which key it is; the others may then run side by side.
    if (this.#settled) {
      await this.#settled;
      return this.kms.generateDataKey(this.#id, context);
    }
    const first = this.#generateFirst(context);
    this.#settled = first;
    return first;
  }

  /** The key's ARN, once it is sure to exist. */
  async settle(): Promise<string> {
    this.#settled ??= this.#resolve();
    await this.#settled;
    return this.#id;
  }

  async #resolve(): Promise<void> {
    const arn = await this.kms.resolve(this.#id);
    if (arn === undefined) await this.#create();
    else if (!this.#isNamedByFile) this.#id = arn;
  }

  async #generateFirst(context: EncryptionContext) {
    try {
      return await this.#generate(context);
    } catch (error) {
      if (!(error instanceof CofferError) || error.code !== 'not-found') throw error;
      await this.#create(error);
      return this.#generate(context);
    }
  }

  async #create(cause?: CofferError): Promise<void> {
    if (this.#isNamedByFile) throw missing(this.#id, 'encrypted_with names it', cause);
    if (!this.#choice.create) throw missing(this.#id, '--no-create-key forbids making it', cause);
    this.#id = await this.kms.createKey(
      this.#choice.alias,
      'Seals secrets in git, see encrypted_with in coffer manifests',
    );
    this.created = this.#id;
  }

  async #generate(context: EncryptionContext) {
    const made = await this.kms.generateDataKey(this.#id, context);
    if (!this.#isNamedByFile) this.#id = made.keyArn;
    return made;
  }
}

function missing(id: string, why: string, cause: unknown): CofferError {
  return new CofferError('key', `the file key ${id} does not exist, and ${why}`, {
    hint: 'check the account, the region (COFFER_KEY_REGION) and the alias (COFFER_KEY_ALIAS)',
    cause,
  });
}
