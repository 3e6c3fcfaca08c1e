import { array, nat, type Arbitrary } from 'fast-check';

/**
 * Any text, of characters from all of Unicode. `string({ unit: 'binary' })` makes the same, but takes
 * a second to set up.
 */
export function anyText(
  lengths: { minLength?: number; maxLength?: number } = {},
): Arbitrary<string> {
  const character = nat(0x10ffff - 0x800).map((at) =>
    // The range of surrogates holds no characters.
    String.fromCodePoint(at < 0xd800 ? at : at + 0x800),
  );
  return array(character, lengths).map((characters) => characters.join(''));
}
