/** Text that needs no look at its characters, so that most calls need not load Unicode's tables. */
const PLAIN = /^(?!\s*::)[\t -"$-~]*$/;

/**
 * Characters that control a terminal, are invisible, or change the reading direction; and what a CI
 * runner takes for a command: `::` at the start of a line, `##[` and `##vso[` anywhere.
 */
const UNSAFE =
  /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?<=^\s*):(?=:)|(?<=#)#(?=\[|vso\[)/gu;

/** Makes a text of others harmless in a line for people; what is harmless stays as it is. */
export function visible(line: string): string {
  if (PLAIN.test(line)) return line;
  return line.replaceAll(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
