/**
 * Splits an unfinished line into words as a shell would, without leading variable assignments. The
 * last word is the unfinished one; it is empty after a blank.
 */
export function splitLine(line: string): string[] {
  const words: string[] = [];
  const rest = line.trimStart().replace(/^(?:\w+=\S*\s+)*/, '');
  // A blank, or one piece of a word: '…', "…", an escaped character, plain text.
  for (const [piece] of ` ${rest}`.matchAll(
    /\s+|'[^']*'?|"(?:\\[^]|[^"\\])*"?|\\[^]?|[^\s'"\\]+/g,
  )) {
    if (/^\s/.test(piece)) words.push('');
    else words.push((words.pop() ?? '') + unquote(piece));
  }
  return words;
}

function unquote(piece: string): string {
  if (piece.startsWith("'")) return piece.replaceAll("'", '');
  if (piece.startsWith('"')) {
    return piece.replaceAll(/^"|(?<!\\)"$/g, '').replaceAll(/\\(["\\$`])/g, '$1');
  }
  return piece.startsWith('\\') ? piece.slice(1) : piece;
}
