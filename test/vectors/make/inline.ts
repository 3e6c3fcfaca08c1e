import { createCipheriv } from 'node:crypto';
import { base64, bindingOf, bytes, flip, hex, TOKEN, type Bound, type Vector } from './common.ts';

const KEY = bytes('data key', 32);
export const ID = '3f9c21ab';

const aadOf = ({ parameter, type }: Bound) => JSON.stringify(['coffer/v1', parameter, type]);

/** The padded sizes, up to a little more than SSM can hold. */
export function* classes(): Generator<{ padded: number; least: number; most: number }> {
  for (let least = 0; least <= 8192;) {
    const exponent = Math.floor(Math.log2(least + 1));
    const bits = Math.floor(Math.log2(exponent)) + 1;
    const padded = least + (least < 256 ? 32 : 2 ** (exponent - bits));
    yield { padded, least, most: padded - 1 };
    least = padded;
  }
}

function pad(text: Buffer): Buffer {
  const { padded = 0 } = [...classes()].find(({ most }) => text.length <= most) ?? {};
  return Buffer.concat([text, Buffer.of(0x80), Buffer.alloc(padded - text.length - 1)]);
}

/** Any padded bytes, sealed: also those that no writer may seal. */
function sealPadded(padded: Buffer, bound: Bound, iv: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', KEY, iv).setAAD(Buffer.from(aadOf(bound)));
  return Buffer.concat([iv, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
}

const write = (sealed: Buffer, bound: Bound, binding = bindingOf(aadOf(bound))) =>
  `ENC[v1,${ID},${binding},${base64(sealed)}]`;

export function goodInline(name: string, plaintext: string, bound = TOKEN): Vector {
  const sealed = sealPadded(pad(Buffer.from(plaintext)), bound, bytes(`iv ${name}`, 12));
  return { name, data_key: hex(KEY), ...bound, value: write(sealed, bound), plaintext };
}

function badInline(refused: string, name: string, value: string, bound = TOKEN): Vector {
  return { name, data_key: hex(KEY), ...bound, value, refused };
}

const mark = (text: string | Buffer, size = 32) =>
  Buffer.concat([Buffer.from(text), Buffer.of(0x80), Buffer.alloc(size)]).subarray(0, size);

const elsewhere = (bound: Partial<Bound>) => ({ ...TOKEN, ...bound });

export function inline(): Vector[] {
  const sizes = [...classes()].flatMap(({ least, most }) =>
    [0, 32, 224, 256, 496, 512, 992, 1024, 4096, 8192].includes(least) ? [least, most] : [],
  );
  const types = ['String', 'StringList', 'SecureString'];
  const iv = bytes('iv', 12);
  const sealed = sealPadded(pad(Buffer.from('correct horse')), TOKEN, iv);
  const good = write(sealed, TOKEN);
  const changed = (at: number) => write(flip(sealed, at), TOKEN);
  const raw = (padded: Buffer | string) => write(sealPadded(Buffer.from(padded), TOKEN, iv), TOKEN);
  return [
    ...sizes.map((size) => goodInline(`${size} bytes`, 'x'.repeat(size))),
    ...types.map((type) => goodInline(`type ${type}`, 'a,b', { ...TOKEN, type })),
    goodInline('text of several bytes a character', 'grün 鍵 🔑'),
    goodInline('line breaks and control characters', 'a\r\nb\n\t\u0000\u007f'),
    goodInline('a byte order mark is text', '\ufeffx'),
    goodInline('text that ends with the mark of the padding', '\u0080'),
    goodInline('text that ends with zeros', 'x\u0000\u0000'),
    goodInline('a name in a deep path', 'x', elsewhere({ parameter: '/a/b/c/d/e/f/g/h.i_j-k' })),
    goodInline('a name directly below the root', 'x', elsewhere({ parameter: '/x' })),
    goodInline('a name with letters of other scripts', 'x', elsewhere({ parameter: '/ü/鍵/🔑' })),
    goodInline('a name with quotes', 'x', elsewhere({ parameter: '/a"b\\c' })),
    badInline('form', 'another version', good.replace('v1', 'v2')),
    badInline('form', 'an upper-case id', good.replace(ID, ID.toUpperCase())),
    badInline('form', 'a short id', good.replace(ID, ID.slice(1))),
    badInline('form', 'no binding', good.replace(/,[0-9a-f]{8},(?=[^,]*$)/, ',')),
    badInline(
      'form',
      'an upper-case binding',
      good.replace(/(?<=,)[0-9a-f]{8}(?=,[^,]*$)/, 'ABCDEF01'),
    ),
    badInline('form', 'a space before it', ` ${good}`),
    badInline('form', 'a line break after it', `${good}\n`),
    badInline('form', 'a space in the base64', good.replace(/.{8}(?=\]$)/, ' $&')),
    badInline(
      'form',
      'base64 without its padding',
      write(sealPadded(mark('a', 64), TOKEN, iv), TOKEN).replace('=', ''),
    ),
    badInline(
      'form',
      'base64 for URLs',
      `ENC[v1,${ID},${bindingOf(aadOf(TOKEN))},${Buffer.alloc(60, 0xff).toString('base64url')}]`,
    ),
    badInline(
      'form',
      'unused bits in the base64',
      `ENC[v1,${ID},${bindingOf(aadOf(TOKEN))},${base64(Buffer.alloc(124)).replace('A==', 'B==')}]`,
    ),
    badInline('form', 'nothing sealed', `ENC[v1,${ID},${bindingOf(aadOf(TOKEN))},]`),
    badInline('form', 'less than an IV and a tag', write(bytes('short', 27), TOKEN)),
    badInline(
      'form',
      'an IV and a tag, and no text',
      write(sealPadded(Buffer.alloc(0), TOKEN, iv), TOKEN),
    ),
    badInline('form', 'a size that no padding gives', raw(mark('x', 33))),
    badInline('form', 'a size between two classes of Padmé', raw(mark('x'.repeat(260), 288 + 8))),
    badInline('tag', 'another name', good, elsewhere({ parameter: '/apps/superman/api_tokem' })),
    badInline('tag', 'another path', good, elsewhere({ parameter: '/apps/batman/api_token' })),
    badInline('tag', 'another type', good, elsewhere({ type: 'String' })),
    badInline('tag', 'the type as the file spells it', good, elsewhere({ type: 'securestring' })),
    badInline(
      'tag',
      'another name in Unicode form D',
      goodInline('', 'x', elsewhere({ parameter: '/\u00fc' }))['value'] as string,
      elsewhere({ parameter: '/u\u0308' }),
    ),
    { ...badInline('tag', 'another data key', good), data_key: hex(bytes('another', 32)) },
    badInline('tag', 'a changed bit in the IV', changed(0)),
    badInline('tag', 'a changed bit in the ciphertext', changed(12)),
    badInline('tag', 'a changed bit in the tag', changed(sealed.length - 1)),
    badInline(
      'tag',
      'cut to a smaller class',
      write(sealPadded(mark('x'.repeat(40), 64), TOKEN, iv).subarray(0, 60), TOKEN),
    ),
    badInline('padding', 'no mark', raw('x'.repeat(32))),
    badInline('padding', 'only zeros', raw(Buffer.alloc(32))),
    badInline('padding', 'another mark', raw(Buffer.from(mark('x')).fill(0x81, 1, 2))),
    badInline('padding', 'more padding than the text needs', raw(mark('x', 64))),
    badInline('padding', 'something after the mark', raw(Buffer.from(mark('x')).fill(1, 31))),
    badInline('utf-8', 'a byte that begins nothing', raw(mark(Buffer.of(0xff)))),
    badInline('utf-8', 'an overlong form', raw(mark(Buffer.of(0xc0, 0xaf)))),
    badInline('utf-8', 'half a surrogate pair', raw(mark(Buffer.of(0xed, 0xa0, 0xbd)))),
    badInline(
      'binding',
      'the binding of another name',
      write(sealed, TOKEN, bindingOf(aadOf(elsewhere({ parameter: '/x' })))),
    ),
  ];
}
