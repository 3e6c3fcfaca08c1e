import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createObjectCipher, sealChunks, type Commitment } from '../crypto/object-v3.ts';
import type { EncryptionContext } from '../crypto/kms-port.ts';
import type { Blob, Manifest, Parameter } from '../manifest/model.ts';
import type { FileKey } from './file-key.ts';
import { INLINE_LIMIT } from './limits.ts';
import { besideManifest } from './source.ts';

/** The context of a blob's data key under the file key. */
export function blobContext(fullName: string): EncryptionContext {
  return { Client: 'coffer', Name: fullName };
}

/** A sealed blob whose file, if it has one, is not in its place yet. */
export interface StagedBlob {
  blob: Blob;
  /** Puts the file in its place. */
  commit: () => Promise<void>;
  /** Takes back what was written. */
  discard: () => Promise<void>;
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
  const sink = new Sink(besideManifest(manifest, '.'));
  try {
    for await (const chunk of sealed) await sink.write(chunk);
    const { sha256, size, data } = await sink.finish();
    const path = blobPath(manifest, parameter, sha256);
    return {
      blob: {
        sha256,
        size,
        key: header.wrapped.toString('base64'),
        messageId: header.messageId.toString('base64'),
        commitment: header.commitment.toString('base64'),
        body: data ? { data: data.toString('base64') } : { path },
      },
      commit: () => sink.moveTo(besideManifest(manifest, path)),
      discard: () => sink.remove(),
    };
  } catch (error) {
    await sink.remove();
    throw error;
  }
}

/** `superman.blobs/tls-keystore-9f86d0.enc`, for the manifest superman.yml. */
function blobPath(
  manifest: BlobPlace['manifest'],
  parameter: BlobPlace['parameter'],
  sha256: string,
): string {
  const stem = basename(manifest.file).replace(/\.(ya?ml|json)$/i, '');
  return `${stem}.blobs/${parameter.name.replaceAll('/', '-')}-${sha256.slice(0, 6)}.enc`;
}

/** Takes the sealed bytes: a few in memory, more in a file. Never sees plaintext. */
class Sink {
  readonly #folder: string;
  readonly #hash = createHash('sha256');
  #size = 0;
  #head: Buffer[] = [];
  #file: { path: string; handle: Awaited<ReturnType<typeof open>> } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    if (!this.#file && this.#size <= INLINE_LIMIT) {
      this.#head.push(chunk);
      return;
    }
    if (!this.#file) {
      const path = join(this.#folder, `.coffer-${randomBytes(6).toString('hex')}.tmp`);
      this.#file = { path, handle: await open(path, 'wx') };
      for (const held of this.#head) await this.#file.handle.writeFile(held);
      this.#head = [];
    }
    await this.#file.handle.writeFile(chunk);
  }

  async finish(): Promise<{ sha256: string; size: number; data?: Buffer }> {
    const sha256 = this.#hash.digest('hex');
    if (!this.#file) return { sha256, size: this.#size, data: Buffer.concat(this.#head) };
    await this.#file.handle.sync();
    await this.#file.handle.close();
    return { sha256, size: this.#size };
  }

  async moveTo(path: string): Promise<void> {
    if (!this.#file) return;
    await mkdir(dirname(path), { recursive: true });
    await rename(this.#file.path, path);
    this.#file.path = path;
  }

  async remove(): Promise<void> {
    if (!this.#file) return;
    await this.#file.handle.close().catch(() => {});
    await rm(this.#file.path, { force: true });
  }
}
