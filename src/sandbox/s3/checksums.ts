import { createHash } from 'node:crypto';
import zlib from 'node:zlib';

export const ALGORITHMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;

export type Algorithm = (typeof ALGORITHMS)[number];

interface Hasher {
  update(chunk: Buffer): void;
  digest(): Buffer;
}

export const DIGEST_LENGTH: Readonly<Record<Algorithm | 'md5', number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
  md5: 16,
};

export function hasher(algorithm: Algorithm | 'md5'): Hasher {
  if (algorithm === 'crc32') {
    return crcHasher(nativeCrc32 ?? ((chunk, crc) => tableCrc(CRC32, chunk, crc)));
  }
  if (algorithm === 'crc32c') return crcHasher((chunk, crc) => tableCrc(CRC32C, chunk, crc));
  if (algorithm === 'crc64nvme') return crc64Hasher();
  const hash = createHash(algorithm);
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
}

type Crc = (chunk: Buffer, crc: number) => number;

// Node 20 has it only from 20.15 on.
const nativeCrc32 = (zlib as { crc32?: Crc }).crc32;

const CRC32 = table32(0xedb88320);
const CRC32C = table32(0x82f63b78);

function crcHasher(step: Crc): Hasher {
  let crc = 0;
  return {
    update(chunk) {
      crc = step(chunk, crc);
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc);
      return bytes;
    },
  };
}

function table32(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let entry = index;
    for (let bit = 0; bit < 8; bit += 1) entry = (entry >>> 1) ^ (entry & 1 ? polynomial : 0);
    return entry;
  });
}

function tableCrc(table: Uint32Array, chunk: Buffer, before: number): number {
  let crc = ~before;
  for (const byte of chunk) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

const CRC64 = table64(0x9a6c9329ac4bc9b5n);

/** The table in two halves, because BigInt arithmetic is far too slow. */
function table64(polynomial: bigint): { high: Uint32Array; low: Uint32Array } {
  const entries = Array.from({ length: 256 }, (_, index) => {
    let entry = BigInt(index);
    for (let bit = 0; bit < 8; bit += 1) entry = (entry >> 1n) ^ (entry & 1n ? polynomial : 0n);
    return entry;
  });
  return {
    high: Uint32Array.from(entries, (entry) => Number(entry >> 32n)),
    low: Uint32Array.from(entries, (entry) => Number(entry & 0xffffffffn)),
  };
}

function crc64Hasher(): Hasher {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(chunk) {
      for (const byte of chunk) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (CRC64.low[index] ?? 0);
        high = (high >>> 8) ^ (CRC64.high[index] ?? 0);
      }
    },
    digest() {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(~high >>> 0, 0);
      bytes.writeUInt32BE(~low >>> 0, 4);
      return bytes;
    },
  };
}
