import { isMap, isScalar, isSeq, type MapNode, type Node, type SeqNode } from '../yaml/nodes.ts';

/** Replaces the text from `start` to `end`. */
export interface Splice {
  start: number;
  end: number;
  replacement: string;
}

/** Applies all splices at once. Splices at the same offset keep their order. */
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

/** A manifest's text as lines, for edits. */
export class Lines {
  /** The text, with a final line break even if the file has none. */
  readonly text: string;
  /** The line break that the file uses. */
  readonly eol: '\n' | '\r\n';
  /** Whether the file's last line has no line break. */
  readonly endsOpen: boolean;

  constructor(text: string) {
    const first = text.indexOf('\n');
    this.eol = first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n';
    this.endsOpen = !text.endsWith('\n');
    this.text = this.endsOpen ? text + this.eol : text;
  }

  /** The edited text, with or without a final line break, like the file. */
  splice(splices: readonly Splice[]): string {
    const result = applySplices(this.text, splices);
    return this.endsOpen ? result.slice(0, -this.eol.length) : result;
  }

  startOf(offset: number): number {
    if (offset === 0) return this.#first;
    return Math.max(this.text.lastIndexOf('\n', offset - 1) + 1, this.#first);
  }

  /** The end of the line at `offset`, after its line break. */
  endOf(offset: number): number {
    const at = this.text.indexOf('\n', offset);
    return at === -1 ? this.text.length : at + 1;
  }

  /** A byte order mark is not part of a line. */
  get #first(): number {
    return this.text.startsWith('\uFEFF') ? 1 : 0;
  }

  isBlank(start: number, end: number): boolean {
    return /^[ \t\r\n]*$/.test(this.text.slice(start, end));
  }

  /** Whether only spaces precede `offset` in its line. */
  isFirstInLine(offset: number): boolean {
    return this.isBlank(this.startOf(offset), offset);
  }

  /** Skips spaces and tabs after `at`. */
  skipSpaces(offset: number): number {
    let at = offset;
    while (this.text[at] === ' ' || this.text[at] === '\t') at += 1;
    return at;
  }

  /** Skips spaces and tabs before `at`. */
  skipSpacesBack(offset: number): number {
    let at = offset;
    while (this.text[at - 1] === ' ' || this.text[at - 1] === '\t') at -= 1;
    return at;
  }

  /** The start of the comment lines directly above `start`, not above `bound`. */
  startOfComments(start: number, bound: number): number {
    let first = start;
    while (first > bound) {
      const above = this.startOf(first - 1);
      if (above < bound || above === first || !this.isComment(above)) break;
      first = above;
    }
    return first;
  }

  /** Whether the line that begins at `start` is only a comment. */
  isComment(start: number): boolean {
    return /^[ \t]*#/.test(this.text.slice(start, this.endOf(start)));
  }

  /** The end of a node's last line, its comment included. */
  endOfNode(node: Node): number {
    const last = lastPartOf(node);
    const end = last.range[1];
    // The range of a block scalar ends at the start of the next line.
    const isComplete = isBlockScalar(last) && this.text[end - 1] === '\n';
    return isComplete ? end : this.endOf(end);
  }
}

export function isBlockScalar(node: Node): boolean {
  return isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
}

/** Whether the node is a list or map in block style. */
export function isBlockCollection(node: Node): node is MapNode | SeqNode {
  return (isMap(node) || isSeq(node)) && !node.flow;
}

/** The node at the end of the last line of a list or map in block style. */
export function lastPartOf(node: Node): Node {
  if (!isBlockCollection(node)) return node;
  if (!isMap(node)) {
    const item = node.items.at(-1);
    return item ? lastPartOf(item) : node;
  }
  const pair = node.items.at(-1);
  return pair ? lastPartOf(pair.value) : node;
}
