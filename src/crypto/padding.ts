/** Up to here, a padded text has a multiple of so many bytes; longer ones grow as Padmé has it. */
const STEP = 32;
const LARGEST_STEPPED = 256;
const MARK = 0x80;

/** The size that a text of `size` bytes has once it is padded. */
function paddedSize(size: number): number {
  // At least the mark is added.
  const least = size + 1;
  if (least <= LARGEST_STEPPED) return Math.ceil(least / STEP) * STEP;
  const exponent = Math.floor(Math.log2(least));
  const mantissaBits = Math.floor(Math.log2(exponent)) + 1;
  const granule = 2 ** (exponent - mantissaBits);
  return Math.ceil(least / granule) * granule;
}

/** The sizes of texts that are padded to `padded` bytes; undefined when there are none. */
export function sizesOf(padded: number): { least: number; most: number } | undefined {
  const most = padded - 1;
  if (most < 0 || paddedSize(most) !== padded) return undefined;
  // Within a factor of two the sizes grow evenly; a search finds the first one.
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (paddedSize(middle) < padded) low = middle + 1;
    else high = middle;
  }
  return { least: low, most };
}

/** What may be told of a secret's length: the least and most bytes of its class. */
export function lengthClassOf(text: string): { least: number; most: number } {
  const padded = paddedSize(Buffer.byteLength(text));
  return sizesOf(padded) ?? { least: 0, most: padded - 1 };
}

/** ISO/IEC 7816-4: one byte 0x80, then zeros. */
export function pad(bytes: Buffer): Buffer {
  const padded = Buffer.alloc(paddedSize(bytes.length));
  bytes.copy(padded);
  padded[bytes.length] = MARK;
  return padded;
}

/** The text without its padding; undefined when that is not exactly what `pad` adds. */
export function unpad(padded: Buffer): Buffer | undefined {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end -= 1;
  if (end < 0 || padded[end] !== MARK || paddedSize(end) !== padded.length) return undefined;
  return padded.subarray(0, end);
}
