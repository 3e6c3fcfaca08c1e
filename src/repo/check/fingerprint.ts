import { createHash } from 'node:crypto';
import { ADVANCED_BYTES } from '../../seal/limits.ts';

/** What tells one content from another. */
export interface Fingerprint {
  /** 64 hex digits. */
  sha256: string;
  size: number;
  /** All of it, when it is small enough for SSM and is what stands there. */
  content?: Buffer | undefined;
}

/** Git LFS allows no longer ones. */
const LONGEST_POINTER = 1024;

const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n/;

/** Takes in a content piece by piece; a pointer of Git LFS counts as what it points to. */
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
