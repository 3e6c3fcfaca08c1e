/** Escapes characters that control a terminal, are invisible, or change the reading direction. */
export function visible(line: string): string {
  return line.replaceAll(/(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
