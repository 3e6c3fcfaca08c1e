import { createHash } from 'node:crypto';

/** What tells one content from another. */
export interface Fingerprint {
  /** 64 hex digits. */
  sha256: string;
  size: number;
}

/** Git LFS allows no longer ones. */
const LONGEST_POINTER = 1024;

const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n/;

/** Takes in a content piece by piece; a pointer of Git LFS counts as what it points to. */
export class Fingerprinter {
  readonly #hash = createHash('sha256');
  #size = 0;
  #head = '';

  update(chunk: Buffer): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    if (this.#head.length < LONGEST_POINTER) {
      this.#head += chunk.toString('latin1', 0, LONGEST_POINTER);
    }
  }

  finish(): Fingerprint {
    const [, sha256, size] = (this.#size <= LONGEST_POINTER && POINTER.exec(this.#head)) || [];
    if (sha256 !== undefined) return { sha256, size: Number(size) };
    return { sha256: this.#hash.digest('hex'), size: this.#size };
  }
}

export function fingerprintOf(bytes: Buffer): Fingerprint {
  const fingerprinter = new Fingerprinter();
  fingerprinter.update(bytes);
  return fingerprinter.finish();
}
