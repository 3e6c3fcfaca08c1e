/** The same bytes except for one bit, in the byte at `index` (from the end if negative). */
export function flipBit(bytes: Buffer, index: number, bit = 0): Buffer {
  const flipped = Buffer.from(bytes);
  const at = index < 0 ? bytes.length + index : index;
  flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << bit), at);
  return flipped;
}
