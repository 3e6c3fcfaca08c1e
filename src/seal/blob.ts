import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commitOf } from '../crypto/commit.ts';
import type { NewDataKey } from '../crypto/data-keys.ts';
import { bindingOf, blobContext } from '../crypto/contexts.ts';
import { createObjectCipher, sealChunks, type Commitment } from '../crypto/object-v3.ts';
import type { Blob, Manifest, Parameter } from '../manifest/model.ts';
import { explainFileError } from '../files/errors.ts';
import { resolveTarget } from '../files/names.ts';
import { tryRemove } from '../files/remove.ts';
import { StagedFile } from '../files/staged-file.ts';
import { undoAtExit } from '../files/undo.ts';
import { makeWorkFolder, tidyWorkFolder, workFolderOf } from '../files/work-folder.ts';
import {
  blobFolder,
  blobName,
  makeBlobFolder,
  requireBlobFolder,
  tidyBlobFolder,
} from './blob-files.ts';
import type { FileKey } from './file-key.ts';
import { INLINE_LIMIT } from './limits.ts';

/** A sealed blob whose file, if it has one, is not in its place yet. */
export interface StagedBlob {
  blob: Blob;
  /** Moves the file to its place; undone unless `settle` is called. */
  commit: () => void;
  /** Called when a manifest names the file. */
  settle: () => void;
  /** Removes what was written, unless it is settled. */
  discard: () => void;
}

/** The manifest and parameter of a blob. */
export interface BlobPlace {
  manifest: Pick<Manifest, 'file' | 'destination'> & Partial<Pick<Manifest, 'allowedFiles'>>;
  parameter: Pick<Parameter, 'name' | 'fullName' | 'type'>;
}

/** Seals `plaintext` under its own data key; large data goes straight to disk. */
export async function sealBlob(
  place: BlobPlace,
  plaintext: AsyncIterable<Buffer> | Iterable<Buffer>,
  fileKey: FileKey,
): Promise<StagedBlob> {
  const context = blobContext(place.manifest.destination, place.parameter);
  const { dataKey, ...wraps } = await fileKey.generate(context);
  const { cipher, ...header } = createObjectCipher(dataKey);
  const sealed = sealChunks(cipher, plaintext);
  return stageBlob(place, sealed, { ...wraps, commit: commitOf(dataKey), ...header });
}

/** A data key of a blob, wrapped for all who may open it. */
interface BlobKey extends Pick<NewDataKey, 'wrapped' | 'recovery'> {
  commit: string;
}

/** Stores bytes that are already sealed, under the data key in `wrapped`. */
export async function stageBlob(
  { manifest, parameter }: BlobPlace,
  sealed: AsyncIterable<Buffer>,
  header: Commitment & BlobKey,
): Promise<StagedBlob> {
  const target = await resolveTarget(manifest.file);
  const sink = new Sink(target, parameter.name, () => requireBlobFolder(manifest, target));
  try {
    for await (const chunk of sealed) await sink.write(chunk);
    const { sha256, size, body } = await sink.finish();
    return {
      blob: {
        sha256,
        size,
        key: header.wrapped.toString('base64'),
        binding: bindingOf(blobContext(manifest.destination, parameter)),
        commit: header.commit,
        messageId: header.messageId.toString('base64'),
        commitment: header.commitment.toString('base64'),
        recovery: header.recovery,
        body,
      },
      commit: () => sink.commit(),
      settle: () => sink.settle(),
      discard: () => sink.discard(),
    };
  } catch (error) {
    sink.discard();
    throw error;
  }
}

/** Registers a blob that is being staged. */
export type Stage = (staging: Promise<StagedBlob>) => Promise<StagedBlob>;

/**
 * Stages blobs in parallel, and returns them with the result of `work`. On failure, waits for
 * running ones and removes all: nothing continues after the manifest's lock is released.
 */
export async function stageTogether<Result extends object>(
  work: (stage: Stage) => Promise<Result>,
): Promise<Result & { blobs: StagedBlob[] }> {
  const begun: Promise<StagedBlob>[] = [];
  try {
    const result = await work((staging) => {
      begun.push(staging);
      return staging;
    });
    return { ...result, blobs: await Promise.all(begun) };
  } catch (error) {
    for (const end of await Promise.allSettled(begun)) {
      if (end.status === 'fulfilled') end.value.discard();
    }
    throw error;
  }
}

/** Stores sealed bytes: few in memory, more in a file. Never gets plaintext. */
class Sink {
  readonly #target: string;
  readonly #parameter: string;
  readonly #prepare: () => Promise<void>;
  readonly #workFolder: string;
  readonly #hash = createHash('sha256');
  #size = 0;
  #head: Buffer[] = [];
  #file: StagedFile | undefined;
  /** The path of the file. */
  #place: string | undefined;
  #forget: (() => void) | undefined;

  /**
   * @param target the manifest's real path
   * @param prepare runs before the first byte goes to a file, and may throw
   */
  constructor(target: string, parameter: string, prepare: () => Promise<void>) {
    this.#target = target;
    this.#parameter = parameter;
    this.#prepare = prepare;
    this.#workFolder = workFolderOf(target);
  }

  async write(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    if (!this.#file && this.#size <= INLINE_LIMIT) {
      this.#head.push(chunk);
      return;
    }
    try {
      this.#file ??= await this.#spill();
      await this.#file.write(chunk);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** Moves the bytes from memory to a file. */
  async #spill(): Promise<StagedFile> {
    await this.#prepare();
    makeWorkFolder(this.#workFolder);
    const file = await StagedFile.create(this.#workFolder, 0o666);
    this.#file = file;
    for (const held of this.#head) await file.write(held);
    this.#head = [];
    return file;
  }

  async finish(): Promise<Pick<Blob, 'sha256' | 'size' | 'body'>> {
    const sha256 = this.#hash.digest('hex');
    const size = this.#size;
    if (!this.#file) {
      return { sha256, size, body: { data: Buffer.concat(this.#head).toString('base64') } };
    }
    await this.#file.finish().catch((error: unknown) => {
      throw this.#explain(error);
    });
    const folder = blobFolder(this.#target);
    const place = join(dirname(this.#target), folder);
    const name = blobName(
      this.#parameter,
      sha256,
      (name) => existsSync(join(place, name)) || existsSync(join(this.#workFolder, name)),
    );
    // If this process is killed, the next one finds the file by its name and removes it.
    this.#file.moveTo(join(this.#workFolder, name));
    this.#place = join(place, name);
    return { sha256, size, body: { path: `${folder}/${name}` } };
  }

  commit(): void {
    if (!this.#file || !this.#place) return;
    try {
      makeBlobFolder(this.#target);
      this.#file.link(this.#place);
    } catch (error) {
      throw this.#explain(error);
    }
    this.#forget = undoAtExit(() => this.discard());
  }

  settle(): void {
    this.#place = undefined;
    this.discard();
  }

  discard(): void {
    if (!this.#file) return;
    const isGone = !this.#forget || this.#place === undefined || tryRemove(this.#place);
    this.#forget?.();
    // By this file, the next process knows which blob is left.
    if (isGone) this.#file.discard();
    this.#file = undefined;
    tidyBlobFolder(this.#target);
    tidyWorkFolder(this.#workFolder);
  }

  #explain(error: unknown): unknown {
    return explainFileError(error, 'write', `the blob of ${this.#parameter}`);
  }
}
