/**
 * The words of a line that is being typed, as a shell would read them, without variables set
 * before the command. The last word is the unfinished one, empty behind a blank.
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
