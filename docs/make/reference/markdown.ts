/**
 * Plain text as Markdown: flags and IAM actions become code, and nothing else has a meaning. Line
 * breaks of the source are spaces.
 */
export function inMarkdown(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/g, ' ')
    .split(/(`[^`]*`|(?<![\w-])--[a-z][\w-]*|\b[a-z0-9]+:[A-Z]\w+)/)
    .map((part, i) =>
      i % 2 === 1 ? asCode(part) : part.replaceAll(/[\\*_<>[\]]/g, String.raw`\$&`),
    )
    .join('');
}

/** The same in a cell of a table. */
export function inCell(text: string): string {
  return inMarkdown(text).replaceAll('|', String.raw`\|`);
}

/** A code span. */
export function asCode(text: string): string {
  return text.startsWith('`') ? text : `\`${text}\``;
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}
