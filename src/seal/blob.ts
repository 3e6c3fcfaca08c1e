import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createObjectCipher, sealChunks, type Commitment } from '../crypto/object-v3.ts';
import type { EncryptionContext } from '../crypto/kms-port.ts';
import type { Blob, Manifest, Parameter } from '../manifest/model.ts';
import { explainFileError } from '../files/errors.ts';
import { resolveTarget } from '../files/names.ts';
import { StagedFile } from '../files/staged-file.ts';
import { undoAtExit } from '../files/undo.ts';
import { makeWorkFolder, tidyWorkFolder, workFolderOf } from '../files/work-folder.ts';
import { blobFolder, blobName, makeBlobFolder, tidyBlobFolder } from './blob-files.ts';
import type { FileKey } from './file-key.ts';
import { INLINE_LIMIT } from './limits.ts';

/** The context of a blob's data key under the file key. */
export function blobContext(fullName: string): EncryptionContext {
  return { Client: 'coffer', Name: fullName };
}

/** A sealed blob whose file, if it has one, is not in its place yet. */
export interface StagedBlob {
  blob: Blob;
  /** Puts the file in its place, from which it is taken back until `settle`. */
  commit: () => void;
  /** A manifest names the file now. */
  settle: () => void;
  /** Takes back what was written, unless it is settled. */
  discard: () => void;
}

/** Where a blob belongs. */
export interface BlobPlace {
  manifest: Pick<Manifest, 'file'>;
  parameter: Pick<Parameter, 'name' | 'fullName'>;
}

/** Seals `plaintext` under a data key of its own; what is large goes straight to disk. */
export async function sealBlob(
  place: BlobPlace,
  plaintext: AsyncIterable<Buffer> | Iterable<Buffer>,
  fileKey: FileKey,
): Promise<StagedBlob> {
  const { dataKey, wrapped } = await fileKey.generate(blobContext(place.parameter.fullName));
  const { cipher, messageId, commitment } = createObjectCipher(dataKey);
  return stageBlob(place, sealChunks(cipher, plaintext), { wrapped, messageId, commitment });
}

/** Takes in bytes that are sealed already, under a data key that `wrapped` holds. */
export async function stageBlob(
  { manifest, parameter }: BlobPlace,
  sealed: AsyncIterable<Buffer>,
  header: Commitment & { wrapped: Buffer },
): Promise<StagedBlob> {
  const sink = new Sink(await resolveTarget(manifest.file), parameter.name);
  try {
    for await (const chunk of sealed) await sink.write(chunk);
    const { sha256, size, body } = await sink.finish();
    return {
      blob: {
        sha256,
        size,
        key: header.wrapped.toString('base64'),
        messageId: header.messageId.toString('base64'),
        commitment: header.commitment.toString('base64'),
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

/** Takes note of a blob that is being staged. */
export type Stage = (staging: Promise<StagedBlob>) => Promise<StagedBlob>;

/**
 * Stages blobs side by side, and gives them beside what `work` returns. When it fails, those under
 * way are waited for and all are taken back: nothing goes on once the manifest's lock is released.
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

/** Takes the sealed bytes: a few in memory, more in a file. Never sees plaintext. */
class Sink {
  readonly #target: string;
  readonly #parameter: string;
  readonly #workFolder: string;
  readonly #hash = createHash('sha256');
  #size = 0;
  #head: Buffer[] = [];
  #file: StagedFile | undefined;
  /** Where the file goes. */
  #place: string | undefined;
  #forget: (() => void) | undefined;

  /** @param target the manifest, no link */
  constructor(target: string, parameter: string) {
    this.#target = target;
    this.#parameter = parameter;
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

  /** From memory to a file. */
  async #spill(): Promise<StagedFile> {
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
    // Should this process be killed, the next one finds by the name what to take back.
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
    if (this.#forget && this.#place) rmSync(this.#place, { force: true });
    this.#forget?.();
    this.#file.discard();
    this.#file = undefined;
    tidyBlobFolder(this.#target);
    tidyWorkFolder(this.#workFolder);
  }

  #explain(error: unknown): unknown {
    return explainFileError(error, 'write', `the blob of ${this.#parameter}`);
  }
}
