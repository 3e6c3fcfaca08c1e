import { createHash } from 'node:crypto';
import { stubOf, type Stub } from '../../git/stub.ts';
import { ADVANCED_BYTES } from '../../seal/limits.ts';

/** Identifies a content. */
export interface Fingerprint {
  /** 64 hex digits. */
  sha256: string;
  size: number;
  /** The whole content, if it is here and small enough for SSM. */
  content?: Buffer | undefined;
  /** What stands in for the content, if that is not here. */
  stub?: Stub | undefined;
}

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
    const stub = stubOf(this.#head, this.#size);
    const [, sha256, size] = (stub && POINTER.exec(this.#head.toString('latin1'))) || [];
    if (sha256 !== undefined) return { sha256, size: Number(size), stub };
    const content = this.#size <= ADVANCED_BYTES && !stub ? this.#head : undefined;
    return { sha256: this.#hash.digest('hex'), size: this.#size, content, stub };
  }
}

export function fingerprintOf(bytes: Buffer): Fingerprint {
  const fingerprinter = new Fingerprinter();
  fingerprinter.update(bytes);
  return fingerprinter.finish();
}
