const wide = (text: string, bytes: 2 | 4, isBig: boolean): Buffer => {
  const units = bytes === 2 ? text.split('') : Array.from(text);
  const chunks = units.map((unit) => {
    const chunk = Buffer.alloc(bytes);
    const code = bytes === 2 ? unit.charCodeAt(0) : (unit.codePointAt(0) ?? 0);
    if (isBig) chunk.writeUIntBE(code, 0, bytes);
    else chunk.writeUIntLE(code, 0, bytes);
    return chunk;
  });
  return Buffer.concat(chunks);
};

const MARK = '\uFEFF';

/** Every encoding but UTF-8 that an editor or a shell may save a text in, and its name. */
export const ENCODINGS: readonly (readonly [
  what: string,
  name: string,
  encode: (text: string) => Buffer,
])[] = [
  ['UTF-16LE with a mark', 'UTF-16', (text) => wide(MARK + text, 2, false)],
  ['UTF-16LE', 'UTF-16', (text) => wide(text, 2, false)],
  ['UTF-16BE with a mark', 'UTF-16', (text) => wide(MARK + text, 2, true)],
  ['UTF-16BE', 'UTF-16', (text) => wide(text, 2, true)],
  ['UTF-32LE with a mark', 'UTF-32', (text) => wide(MARK + text, 4, false)],
  ['UTF-32LE', 'UTF-32', (text) => wide(text, 4, false)],
  ['UTF-32BE with a mark', 'UTF-32', (text) => wide(MARK + text, 4, true)],
  ['UTF-32BE', 'UTF-32', (text) => wide(text, 4, true)],
  ['Latin-1', 'Latin-1', (text) => Buffer.from(text, 'latin1')],
];
