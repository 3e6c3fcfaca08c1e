/** A code span: as many backticks behind as in front. */
const SPAN = /(?<!`)(`+)(?!`)([^\n]*?[^`\n])\1(?!`)/g;
const FENCE = /^(`{3,})diff\n[^]*?\n\1$/gm;

/** What a reader of CommonMark does not take for code; code leaves a mark behind. */
export function outsideCode(text: string): string {
  return text.replaceAll('\r', '\n').replaceAll(FENCE, '(block)').replaceAll(SPAN, '(span)');
}

/** The content of the code spans. */
export function codeOf(text: string): string[] {
  return [...text.replaceAll(FENCE, '').matchAll(SPAN)].map(([, , content = '']) => content);
}

/** The rows of the tables outside code, as GitHub cuts them: at each bar without a backslash. */
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
