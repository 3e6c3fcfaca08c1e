import { decodeBase64 } from '../crypto/base64.ts';
import { TAG_BYTES } from '../crypto/object-v3.ts';
import { blobContext } from '../crypto/contexts.ts';
import { requireCommit } from '../crypto/commit.ts';
import { DataKeys, explainBinding, type Rescue } from '../crypto/data-keys.ts';
import { openInline, parseInline } from '../crypto/inline.ts';
import type { Kms } from '../crypto/kms-port.ts';
import { openPsyml } from '../crypto/psyml.ts';
import { CofferError, type ErrorCode } from '../errors.ts';
import type { Blob, Manifest, Parameter } from '../manifest/model.ts';
import { valueLimit, type SizeLimit } from '../sizes.ts';
import { decryptBlobBody, openBlobBody, openedChunks } from './blob-body.ts';
import { findSource, missingSource, requireCommitted, type SourceFile } from './source.ts';

/** Failures of the key or the caller, not of the ciphertext. */
const OF_THE_KEY: ReadonlySet<ErrorCode> = new Set(['denied', 'key', 'credentials', 'network']);

/** Opens the secrets of one manifest; each data key costs one call to KMS. */
export class Opener {
  readonly #manifest: Manifest;
  readonly #kms: Kms;
  readonly #limit: SizeLimit;
  readonly #rescue: Rescue | undefined;
  readonly dataKeys: DataKeys;
  /** The failures of keys that more than one value shares. */
  readonly #unusable = new Map<string, CofferError>();

  /**
   * @param kms KMS in the file key's region
   * @param rescue for those who only read: opens data keys when the file key cannot be used
   */
  constructor(manifest: Manifest, kms: Kms, rescue?: Rescue) {
    this.#manifest = manifest;
    this.#kms = kms;
    this.#limit = limitOf(manifest);
    this.#rescue = rescue;
    this.dataKeys = new DataKeys(kms, manifest, rescue);
  }

  /**
   * Returns the value, in any form.
   * @throws CofferError such as `oversize`, for a large value before it is read
   */
  async open(parameter: Parameter): Promise<Buffer> {
    const { content } = parameter;
    if (content.kind === 'absent') return readOrigin(this.#manifest, parameter);
    if (content.kind === 'blob') return this.#openBlob(parameter, content.blob);
    const value = await this.#openInline(parameter, content);
    this.#limit.take(parameter.name, value.length);
    return value;
  }

  async #openInline(
    parameter: Parameter,
    content: Exclude<Parameter['content'], { kind: 'absent' | 'blob' }>,
  ): Promise<Buffer> {
    switch (content.kind) {
      case 'plain':
        return Buffer.from(content.text, 'utf8');
      case 'sealed':
        return Buffer.from(await this.#openSealed(parameter, content.text), 'utf8');
      case 'psyml':
        return Buffer.from(
          await openPsyml(this.#kms, content.ciphertext, parameter.name).catch((error: unknown) =>
            this.#failPsyml(error, parameter),
          ),
        );
    }
  }

  /** The same value in chunks, the large ones never as a whole; it is verified only after the last. */
  async *chunks(parameter: Parameter): AsyncGenerator<Buffer> {
    const { content, encoding } = parameter;
    if (content.kind === 'blob') {
      this.#limit.take(parameter.name, content.blob.size - TAG_BYTES);
      yield* this.stream(parameter, content.blob);
    } else if (content.kind === 'absent' && encoding === undefined) {
      yield* (await takeSource(this.#manifest, parameter)).stream();
    } else {
      yield await this.open(parameter);
    }
  }

  /** The plaintext of a blob, in chunks; it is verified only after the last one. */
  async *stream(parameter: Parameter, blob: Blob): AsyncGenerator<Buffer> {
    const body = await openBlobBody(this.#manifest, parameter, blob);
    try {
      yield* openedChunks(body, blob, await this.openBlobKey(parameter, blob));
    } finally {
      await body.close();
    }
  }

  /**
   * Opens one key to see whether that works: a shared one rather than a write-only author's or a
   * blob's.
   * @returns false if there is none
   */
  async openAnyKey(): Promise<boolean> {
    const { sharedIds, ids } = this.dataKeys;
    const id = sharedIds[0] ?? ids[0];
    if (id !== undefined) {
      await this.dataKeys.open(id);
      return true;
    }
    for (const parameter of this.#manifest.parameters) {
      if (parameter.content.kind !== 'blob') continue;
      await this.openBlobKey(parameter, parameter.content.blob);
      return true;
    }
    return false;
  }

  async openBlobKey(parameter: Parameter, blob: Blob): Promise<Buffer> {
    const context = blobContext(this.#manifest.destination, parameter);
    const subject = 'its data key';
    try {
      const wrapped = decodeBase64(blob.key) ?? Buffer.alloc(0);
      const dataKey = await this.#kms
        .decrypt(wrapped, context, this.#manifest.encryptedWith)
        .catch((error: unknown) => this.rescue(error, blob, context, subject));
      requireCommit(dataKey, blob.commit, subject);
      return dataKey;
    } catch (error) {
      return fail(explainBinding(error, blob, context), parameter);
    }
  }

  /** Opens a data key without the file key, where this opener may. */
  readonly rescue: Rescue = (failure, ...wrapped) =>
    this.#rescue ? this.#rescue(failure, ...wrapped) : Promise.reject(failure);

  async #openSealed(parameter: Parameter, text: string): Promise<string> {
    const value = parseInline(text);
    if (!value) throw new CofferError('tampered', `the ciphertext of ${parameter.name} is damaged`);
    const { keyId } = value;
    const dataKey = await this.dataKeys.open(keyId).catch((error: unknown) => {
      const others = this.#manifest.parameters.filter(
        ({ content }) => content.kind === 'sealed' && parseInline(content.text)?.keyId === keyId,
      );
      return this.#failTogether(error, parameter, others, `under the data key ${keyId}`);
    });
    try {
      return openInline(value, dataKey, parameter);
    } catch (error) {
      return fail(error, parameter);
    }
  }

  /** Each psyml value needs its own call; a failure of their key affects all of them. */
  #failPsyml(error: unknown, parameter: Parameter): never {
    if (!(error instanceof CofferError) || !OF_THE_KEY.has(error.code)) fail(error, parameter);
    const others = this.#manifest.parameters.filter(({ content }) => content.kind === 'psyml');
    return this.#failTogether(error, parameter, others, 'by psyml');
  }

  /** One failure for all values with the same key. */
  #failTogether(
    error: unknown,
    parameter: Parameter,
    others: readonly Parameter[],
    how: string,
  ): never {
    if (!(error instanceof CofferError) || others.length < 2) fail(error, parameter);
    const message = `${others.length} values encrypted ${how} cannot be decrypted: ${error.message}`;
    const known = this.#unusable.get(message);
    if (known) throw known;
    const { code, hint, cause } = error;
    const failure = new CofferError(code, message, { hint, cause, place: others[0]?.place });
    this.#unusable.set(message, failure);
    throw failure;
  }

  async #openBlob(parameter: Parameter, blob: Blob): Promise<Buffer> {
    this.#limit.take(parameter.name, blob.size - TAG_BYTES);
    const body = await openBlobBody(this.#manifest, parameter, blob);
    try {
      const dataKey = await this.openBlobKey(parameter, blob);
      return await decryptBlobBody(body, blob, dataKey).catch((error: unknown) =>
        fail(error, parameter),
      );
    } finally {
      await body.close();
    }
  }
}

/** A value that stands in a file and is published as it is. */
export function openPublished(manifest: Manifest, parameter: Parameter): Promise<Buffer> {
  return readOrigin(manifest, parameter, { isPublished: true });
}

async function readOrigin(
  manifest: Manifest,
  parameter: Parameter,
  { isPublished = false } = {},
): Promise<Buffer> {
  const source = await takeSource(manifest, parameter);
  const bytes = await source.read();
  if (isPublished) await requireCommitted(parameter, source.file, source.located, bytes);
  return encodeSource(parameter, bytes);
}

/** The file that holds the value, counted as read. */
async function takeSource(
  manifest: Manifest,
  parameter: Parameter,
): Promise<SourceFile & { file: string }> {
  if (!parameter.origin || 'generate' in parameter.origin) {
    throw new CofferError('source', `${parameter.name} is not generated yet`, {
      place: parameter.place,
      hint: 'run coffer encrypt',
    });
  }
  const { file } = parameter.origin;
  const source = await findSource(manifest, parameter, file);
  if (!source) throw missingSource(parameter, file);
  limitOf(manifest).take(`${parameter.name}: file ${file}`, source.size);
  return { ...source, file };
}

/** The limit of the call, which all its manifests share. */
function limitOf({ limit }: Manifest): SizeLimit {
  return limit ?? valueLimit();
}

/** Converts a file's content to a value. */
export function encodeSource(parameter: Parameter, bytes: Buffer): Buffer {
  return parameter.encoding === 'base64' ? Buffer.from(bytes.toString('base64')) : bytes;
}

/** The same failure, with this parameter and its place. */
function fail(error: unknown, parameter: Parameter): never {
  if (!(error instanceof CofferError)) throw error;
  throw new CofferError(error.code, `${parameter.name} cannot be decrypted: ${error.message}`, {
    place: error.place ?? parameter.place,
    hint: error.hint,
    cause: error.cause,
  });
}
