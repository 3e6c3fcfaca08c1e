import { type ParsedNode, isAlias, isMap, isScalar } from 'yaml';

/** Puts `replacement` in place of `start` to `end`. */
export interface Splice {
  start: number;
  end: number;
  replacement: string;
}

/** Makes all splices at once. Those at the same place keep their order. */
function applySplices(text: string, splices: readonly Splice[]): string {
  const ordered = splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let done = 0;
  for (const { start, end, replacement } of ordered) {
    if (start < done || end < start) throw new Error(`splices overlap at offset ${start}`);
    result += text.slice(done, start) + replacement;
    done = end;
  }
  return result + text.slice(done);
}

/** A manifest's text, seen as lines, for edits. */
export class Lines {
  /** Ends with a line break, even if the file does not. */
  readonly text: string;
  /** The line break that the file uses. */
  readonly eol: '\n' | '\r\n';
  /** Whether the file's last line lacks its line break. */
  readonly endsOpen: boolean;

  constructor(text: string) {
    const first = text.indexOf('\n');
    this.eol = first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n';
    this.endsOpen = !text.endsWith('\n');
    this.text = this.endsOpen ? text + this.eol : text;
  }

  /** The edited text, ending as the file does. */
  splice(splices: readonly Splice[]): string {
    const result = applySplices(this.text, splices);
    return this.endsOpen ? result.slice(0, -this.eol.length) : result;
  }

  startOf(offset: number): number {
    if (offset === 0) return this.#first;
    return Math.max(this.text.lastIndexOf('\n', offset - 1) + 1, this.#first);
  }

  /** Behind the line break of the line that `offset` stands in. */
  endOf(offset: number): number {
    const at = this.text.indexOf('\n', offset);
    return at === -1 ? this.text.length : at + 1;
  }

  /** A byte order mark belongs to no line. */
  get #first(): number {
    return this.text.startsWith('\uFEFF') ? 1 : 0;
  }

  isBlank(start: number, end: number): boolean {
    return /^[ \t\r\n]*$/.test(this.text.slice(start, end));
  }

  /** Whether nothing but spaces stands before `offset` in its line. */
  isFirstInLine(offset: number): boolean {
    return this.isBlank(this.startOf(offset), offset);
  }

  /** The offset behind spaces and tabs. */
  skipSpaces(offset: number): number {
    let at = offset;
    while (this.text[at] === ' ' || this.text[at] === '\t') at += 1;
    return at;
  }

  /** The offset before spaces and tabs. */
  skipSpacesBack(offset: number): number {
    let at = offset;
    while (this.text[at - 1] === ' ' || this.text[at - 1] === '\t') at -= 1;
    return at;
  }

  /** The offset of the first of the comment lines directly above `start`; none above `bound`. */
  startOfComments(start: number, bound: number): number {
    let first = start;
    while (first > bound) {
      const above = this.startOf(first - 1);
      if (above < bound || above === first || !this.isComment(above)) break;
      first = above;
    }
    return first;
  }

  /** Whether the line that begins at `start` holds nothing but a comment. */
  isComment(start: number): boolean {
    return /^[ \t]*#/.test(this.text.slice(start, this.endOf(start)));
  }

  /** Behind the last line of a node, which takes the comment on that line along. */
  endOfNode(node: ParsedNode): number {
    const last = lastPartOf(node);
    const end = last.range[1];
    // A block scalar's range ends where the next line begins.
    const isComplete = isBlockScalar(last) && this.text[end - 1] === '\n';
    return isComplete ? end : this.endOf(end);
  }
}

export function isBlockScalar(node: ParsedNode): boolean {
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
}

/** Whether the node is a list or map in the style without brackets. */
export function isBlockCollection(
  node: ParsedNode,
): node is Extract<ParsedNode, { items: unknown }> {
  return !isAlias(node) && !isScalar(node) && node.flow !== true;
}

/** What of a list or map without brackets stands in its last line. */
export function lastPartOf(node: ParsedNode): ParsedNode {
  if (!isBlockCollection(node)) return node;
  if (!isMap(node)) {
    const item = node.items.at(-1);
    return item ? lastPartOf(item) : node;
  }
  const pair = node.items.at(-1);
  return pair ? lastPartOf(pair.value ?? pair.key) : node;
}
