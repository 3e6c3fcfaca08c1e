import { isUtf8 } from 'node:buffer';

/** The text encodings that editors and shells use. */
type Encoding = 'UTF-8' | 'UTF-16' | 'UTF-32' | 'Latin-1';

/** A file's text, as far as it can be decoded, and its encoding. */
export interface Decoded {
  text: string;
  encoding: Encoding;
}

const MARKS: readonly (readonly [mark: string, decode: (bytes: Buffer) => Decoded])[] = [
  ['fffe0000', (bytes) => utf32(bytes, 'readUInt32LE')],
  ['0000feff', (bytes) => utf32(bytes, 'readUInt32BE')],
  ['fffe', (bytes) => utf16(bytes, 'utf-16le')],
  ['feff', (bytes) => utf16(bytes, 'utf-16be')],
];

/** Number of bytes to search for NULs. */
const SAMPLE_BYTES = 4096;

/**
 * Decodes a text in any of these encodings: by its byte order mark, or by the NULs that ASCII
 * characters have in UTF-16 and UTF-32.
 */
export function decodeText(bytes: Buffer): Decoded {
  const marked = MARKS.find(([mark]) => bytes.toString('hex', 0, mark.length / 2) === mark);
  const isWhole = bytes.length % 2 === 0;
  const decode = marked?.[1] ?? (isWhole && decoderOf(bytes.subarray(0, SAMPLE_BYTES)));
  if (decode) return decode(bytes);
  // Buffer's own decoding keeps a byte order mark, which is part of the text.
  if (isUtf8(bytes)) return { text: bytes.toString('utf8'), encoding: 'UTF-8' };
  return { text: bytes.toString('latin1'), encoding: 'Latin-1' };
}

/** The decoder for wide characters without a mark, judged by the first ones. */
function decoderOf(sample: Buffer): ((bytes: Buffer) => Decoded) | undefined {
  if (!sample.includes(0)) return undefined;
  const shares = [0, 1, 2, 3].map((place) => nulShare(sample, place));
  const [first = 0, second = 0, third = 0, fourth = 0] = shares;
  const [utf32le, utf32be, utf16le, utf16be] = MARKS.map(([, decode]) => decode);
  const [even, odd] = [first + third, second + fourth];
  // The highest byte is never used, the next one only by characters such as emoji.
  if (fourth === 1 && third > 0.9) return utf32le;
  if (first === 1 && second > 0.9) return utf32be;
  // A manifest has ASCII keys, so one stray NUL does not mean another encoding.
  if (odd > 0.2 && odd > 3 * even) return utf16le;
  return even > 0.2 && even > 3 * odd ? utf16be : undefined;
}

/** Counts the NULs among every fourth byte, starting here. */
function nulShare(bytes: Buffer, place: number): number {
  const chosen = bytes.filter((_, at) => at % 4 === place);
  return chosen.length === 0 ? 0 : chosen.filter((byte) => byte === 0).length / chosen.length;
}

function utf16(bytes: Buffer, label: 'utf-16le' | 'utf-16be'): Decoded {
  return { text: new TextDecoder(label).decode(bytes), encoding: 'UTF-16' };
}

function utf32(bytes: Buffer, read: 'readUInt32LE' | 'readUInt32BE'): Decoded {
  const points: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = bytes[read](at);
    points.push(point > 0x10ffff ? '\uFFFD' : String.fromCodePoint(point));
  }
  return { text: points.join('').replace(/^\uFEFF/, ''), encoding: 'UTF-32' };
}
