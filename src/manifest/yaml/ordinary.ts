import type { MapNode, Node, Pair, ScalarNode, SeqNode } from './nodes.ts';
import { fold, isEscaped, NotOrdinary, unescape } from './ordinary-text.ts';

/**
 * Reads a manifest in the ordinary style, without the YAML library: maps and lists in block style,
 * texts on one line, block scalars, and brackets that close on their line. It is strict: where
 * there is an error, or another reading is possible, a text is not ordinary.
 * @returns the nodes that `readSyntax` would return, or undefined if the text is not ordinary
 */
export function readOrdinary(text: string): MapNode | undefined {
  if (UNUSUAL.test(text)) return undefined;
  try {
    return new Reader(text).read();
  } catch (error) {
    if (error instanceof NotOrdinary) return undefined;
    throw error;
  }
}

/** Control characters, and what YAML 1.1 or an editor may take for a line break or for nothing. */
const UNUSUAL =
  /[\0-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u2028\u2029]|\r(?!\n)|(?!^)\uFEFF/;

/** Less than in `readSyntax`. */
const MAX_DEPTH = 16;
/** A key: plain, in double quotes, or in single quotes; and its colon. YAML allows 1024 characters. */
const KEY =
  /(?:([A-Za-z0-9_][\w./-]{0,1000})|"((?:[^"\\\r\n]|\\[^\r\n]){1,500})"|'([^'\r\n]{1,1000})'):(?=[ \r\n]|$)/y;
/** A plain text inside brackets. */
const WORD = /[A-Za-z0-9_./$][\w./+=@$-]*(?::[\w./+=@$-]+)*/y;
const INDICATORS = new Set(',[]{}#&*!|>%@`"\'');
/** These are indicators if a space follows. */
const SPACED_INDICATOR = /^[-?:](?: |$)/;

class Reader {
  readonly #text: string;
  /** Where to read on: at the content of a line, or inside brackets. */
  #at = 0;
  /** The start of the line, its end without the line break, and the start of the next line. */
  #line = 0;
  #end = 0;
  #next = 0;
  /** Where the content of the line begins; -1 at the end of the text. */
  #column = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): MapNode {
    this.#goTo(this.#text.startsWith('\uFEFF') ? 1 : 0);
    if (this.#text.slice(this.#line, this.#end) === '---') this.#goTo(this.#next);
    if (this.#column !== 0) throw new NotOrdinary();
    const root = this.#map(0);
    if (this.#column >= 0) throw new NotOrdinary();
    return root;
  }

  /** Goes to the first content from the line that begins at `start`. */
  #goTo(start: number): void {
    const text = this.#text;
    this.#next = start;
    while (this.#next < text.length) {
      this.#line = this.#next;
      this.#at = this.#skipSpaces(this.#line);
      const lineBreak = text.indexOf('\n', this.#at);
      this.#next = lineBreak === -1 ? text.length : lineBreak + 1;
      this.#end = lineBreak === -1 ? text.length : this.#endBefore(lineBreak);
      this.#column = this.#at - this.#line;
      if (this.#at < this.#end && text[this.#at] !== '#') return;
    }
    this.#column = -1;
  }

  #endBefore(lineBreak: number): number {
    return this.#text[lineBreak - 1] === '\r' ? lineBreak - 1 : lineBreak;
  }

  #skipSpaces(from: number): number {
    let at = from;
    while (this.#text[at] === ' ') at += 1;
    return at;
  }

  /** Goes on after a value that ends at `at`: only a comment may be beside it. */
  #leaveLine(at: number): void {
    const rest = this.#skipSpaces(at);
    if (rest < this.#end && (rest === at || this.#text[rest] !== '#')) throw new NotOrdinary();
    this.#goTo(this.#next);
  }

  #map(column: number): MapNode {
    this.#enter();
    const start = this.#at;
    const items: Pair[] = [];
    do items.push({ key: this.#key(), value: this.#value(column) });
    while (this.#column === column && !this.#isAtDash());
    this.#leave(column);
    return { kind: 'map', flow: false, items, range: [start, endOf(items.at(-1)?.value)] };
  }

  #list(column: number): SeqNode {
    this.#enter();
    const start = this.#at;
    const items: Node[] = [];
    do {
      this.#at = this.#skipSpaces(this.#at + 1);
      items.push(this.#isAtKey() ? this.#map(this.#at - this.#line) : this.#inline(column));
    } while (this.#column === column && this.#isAtDash());
    this.#leave(column);
    return { kind: 'seq', flow: false, items, range: [start, endOf(items.at(-1))] };
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new NotOrdinary();
  }

  /** What is further to the right might continue a text, or be an error. */
  #leave(column: number): void {
    if (this.#column > column) throw new NotOrdinary();
    this.#depth -= 1;
  }

  #isAtDash(): boolean {
    return this.#column !== -1 && this.#text.startsWith('- ', this.#at);
  }

  #isAtKey(): boolean {
    KEY.lastIndex = this.#at;
    return KEY.test(this.#text);
  }

  #key(): ScalarNode {
    KEY.lastIndex = this.#at;
    const [whole = '', plain, double, single] = KEY.exec(this.#text) ?? [];
    const source = plain ?? (double === undefined ? single : unescape(double));
    if (source === undefined) throw new NotOrdinary();
    const type =
      plain !== undefined ? 'PLAIN' : double !== undefined ? 'QUOTE_DOUBLE' : 'QUOTE_SINGLE';
    const start = this.#at;
    this.#at = start + whole.length;
    return { kind: 'scalar', type, source, range: [start, this.#at - 1] };
  }

  /** The value of a key in a map in block style. */
  #value(column: number): Node {
    this.#at = this.#skipSpaces(this.#at);
    if (this.#at < this.#end && this.#text[this.#at] !== '#') return this.#inline(column);
    this.#goTo(this.#next);
    // A list may be in the column of its key.
    if (this.#column >= column && this.#isAtDash()) return this.#list(this.#column);
    if (this.#column > column) return this.#map(this.#column);
    throw new NotOrdinary();
  }

  /** A value that begins beside its key or dash; the map or list is at `column`. */
  #inline(column: number): Node {
    const first = this.#text[this.#at] ?? '';
    if (first === '|' || first === '>') return this.#block(column);
    const node =
      first === '{' || first === '['
        ? this.#brackets()
        : first === '"' || first === "'"
          ? this.#quoted()
          : this.#plain(first);
    this.#leaveLine(node.range[1]);
    return node;
  }

  #plain(first: string): ScalarNode {
    const start = this.#at;
    const rest = this.#text.slice(start, this.#end);
    const comment = rest.indexOf(' #');
    let length = comment === -1 ? rest.length : comment;
    while (rest[length - 1] === ' ') length -= 1;
    const source = rest.slice(0, length);
    if (length === 0 || INDICATORS.has(first) || SPACED_INDICATOR.test(source)) {
      throw new NotOrdinary();
    }
    if (source.includes(': ') || source.endsWith(':') || source.includes('\t')) {
      throw new NotOrdinary();
    }
    return { kind: 'scalar', type: 'PLAIN', source, range: [start, start + length] };
  }

  #quoted(): ScalarNode {
    const text = this.#text;
    const start = this.#at;
    const quote = text[start] === '"' ? '"' : "'";
    let end = text.indexOf(quote, start + 1);
    while (end !== -1 && (quote === '"' ? isEscaped(text, end) : text[end + 1] === quote)) {
      end = text.indexOf(quote, end + (quote === '"' ? 1 : 2));
    }
    if (end === -1 || end >= this.#end) throw new NotOrdinary();
    const inside = text.slice(start + 1, end);
    const range = [start, end + 1] as const;
    this.#at = end + 1;
    return quote === "'"
      ? { kind: 'scalar', type: 'QUOTE_SINGLE', source: inside.replaceAll("''", "'"), range }
      : { kind: 'scalar', type: 'QUOTE_DOUBLE', source: unescape(inside), range };
  }

  #brackets(): MapNode | SeqNode {
    this.#enter();
    const start = this.#at;
    const isMap = this.#text[start] === '{';
    const pairs: Pair[] = [];
    const items: Node[] = [];
    const close = isMap ? '}' : ']';
    this.#at = this.#skipSpaces(start + 1);
    while (this.#text[this.#at] !== close) {
      if (pairs.length + items.length > 0) {
        if (this.#text[this.#at] !== ',') throw new NotOrdinary();
        this.#at = this.#skipSpaces(this.#at + 1);
      }
      if (isMap) pairs.push({ key: this.#key(), value: this.#inBrackets() });
      else items.push(this.#inBrackets());
      this.#at = this.#skipSpaces(this.#at);
    }
    this.#at += 1;
    this.#depth -= 1;
    const range = [start, this.#at] as const;
    return isMap
      ? { kind: 'map', flow: true, items: pairs, range }
      : { kind: 'seq', flow: true, items, range };
  }

  #inBrackets(): Node {
    this.#at = this.#skipSpaces(this.#at);
    const start = this.#at;
    const first = this.#text[start];
    if (first === '{' || first === '[') return this.#brackets();
    if (first === '"' || first === "'") return this.#quoted();
    WORD.lastIndex = start;
    const [source] = WORD.exec(this.#text) ?? [];
    if (source === undefined) throw new NotOrdinary();
    this.#at = start + source.length;
    return { kind: 'scalar', type: 'PLAIN', source, range: [start, this.#at] };
  }

  /** A block scalar of a map or list at `column`. Lines of spaces are ordinary if they are short. */
  #block(column: number): ScalarNode {
    const text = this.#text;
    const start = this.#at;
    const isFolded = text[start] === '>';
    const [, chomping] = /^.([-+]?) *$/.exec(text.slice(start, this.#end)) ?? [];
    if (chomping === undefined) throw new NotOrdinary();
    const lines: string[] = [];
    let indent = 0;
    let blanks = 0;
    let line = this.#next;
    let end = line;
    while (line < text.length) {
      const at = this.#skipSpaces(line);
      const lineBreak = text.indexOf('\n', at);
      if (lineBreak === -1) throw new NotOrdinary();
      const lineEnd = this.#endBefore(lineBreak);
      const isBlank = at >= lineEnd;
      if (lines.length === 0) indent = at - line;
      if (isBlank) {
        if (lines.length === 0 || at - line > indent) throw new NotOrdinary();
        blanks += 1;
      } else if (at - line < indent) break;
      else {
        for (; blanks > 0; blanks -= 1) lines.push('');
        lines.push(text.slice(line + indent, lineEnd));
      }
      line = lineBreak + 1;
      if (!isBlank || chomping === '+') end = line;
    }
    if (lines.length === 0 || indent <= column) throw new NotOrdinary();
    const body = isFolded ? fold(lines) : lines.join('\n');
    const breaks = chomping === '-' ? 0 : chomping === '+' ? 1 + blanks : 1;
    this.#goTo(line);
    return {
      kind: 'scalar',
      type: isFolded ? 'BLOCK_FOLDED' : 'BLOCK_LITERAL',
      source: body + '\n'.repeat(breaks),
      range: [start, end],
    };
  }
}

function endOf(last: Node | undefined): number {
  if (!last) throw new NotOrdinary();
  return last.range[1];
}
