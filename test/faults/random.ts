import { createHash } from 'node:crypto';
import { mulberry32 } from '../../src/sandbox/faults.ts';

/** Dice that fall the same way for the same seed. */
export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    // Neighbouring seeds are to have nothing in common.
    const mixed = createHash('sha256').update(String(seed)).digest().readUInt32LE();
    this.#next = mulberry32(mixed);
  }

  /** From 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** From 1 to `limit`; small ones come more often. */
  early(limit: number): number {
    return 1 + Math.floor(this.#next() ** 2 * limit);
  }

  chance(share: number): boolean {
    return this.#next() < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  }

  /** A few of `items`, in a new order. */
  some<Item>(items: readonly Item[], count: number): Item[] {
    const left = [...items];
    const taken: Item[] = [];
    while (taken.length < count && left.length > 0) {
      taken.push(...left.splice(this.below(left.length), 1));
    }
    return taken;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at++) bytes[at] = this.below(256);
    return bytes;
  }

  hex(length: number): string {
    return this.bytes(length).toString('hex').slice(0, length);
  }
}
