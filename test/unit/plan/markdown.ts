/** A code span, with as many backticks after as before it. */
const SPAN = /(?<!`)(`+)(?!`)([^\n]*?[^`\n])\1(?!`)/g;
const FENCE = /^(`{3,})diff\n[^]*?\n\1$/gm;

/** The text outside code, by the rules of CommonMark; a mark replaces each code span. */
export function outsideCode(text: string): string {
  return text.replaceAll('\r', '\n').replaceAll(FENCE, '(block)').replaceAll(SPAN, '(span)');
}

/** The content of the code spans. */
export function codeOf(text: string): string[] {
  return [...text.replaceAll(FENCE, '').matchAll(SPAN)].map(([, , content = '']) => content);
}

/** The table rows outside code, split as GitHub does: at each bar without a backslash. */
export function tableRows(text: string): string[][] {
  return text
    .replaceAll(FENCE, '')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| |'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
