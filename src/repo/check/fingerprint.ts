import { createHash } from 'node:crypto';
import { ADVANCED_BYTES } from '../../seal/limits.ts';

/** Identifies a content. */
export interface Fingerprint {
  /** 64 hex digits. */
  sha256: string;
  size: number;
  /** The whole content, if it is small enough for SSM and not a pointer of Git LFS. */
  content?: Buffer | undefined;
}

/** Git LFS's limit for pointers. */
const LONGEST_POINTER = 1024;

const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n/;

/** Computes a fingerprint from chunks; a pointer of Git LFS counts as its target. */
export class Fingerprinter {
  readonly #hash = createHash('sha256');
  #size = 0;
  #head = Buffer.alloc(0);

  update(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    const room = ADVANCED_BYTES - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)]);
  }

  finish(): Fingerprint {
    const [, sha256, size] =
      (this.#size <= LONGEST_POINTER && POINTER.exec(this.#head.toString('latin1'))) || [];
    if (sha256 !== undefined) return { sha256, size: Number(size) };
    const content = this.#size <= ADVANCED_BYTES ? this.#head : undefined;
    return { sha256: this.#hash.digest('hex'), size: this.#size, content };
  }
}

export function fingerprintOf(bytes: Buffer): Fingerprint {
  const fingerprinter = new Fingerprinter();
  fingerprinter.update(bytes);
  return fingerprinter.finish();
}
