import { readsAsString } from '../yaml/scalars.ts';
import { looksInline } from '../../crypto/inline.ts';

/** A rendered value: the text beside its key, and the whole lines below. */
export interface Rendering {
  inline: string;
  /** Indented lines, without line breaks. */
  below: readonly string[];
}

/** Line breaks of any YAML version, and invisible characters that a reader might drop or refuse. */
const UNUSUAL =
  /[\0-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF\uD800-\uDFFF]/u;

/** Indicators, document markers, and special words of YAML 1.1. */
const UNSAFE_START = /^(?:[,[\]{}#&*!|>'"%@`\s]|[-?:](?:\s|$)|---|\.\.\.|(?:=|<<)$)/;
const UNSAFE_INSIDE = /:(?:\s|$)|\s#|[\t\n]/;

/** A double-quoted scalar, valid in both YAML and JSON. */
export function doubleQuoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether `text` as a plain scalar, after a key in block style, reads back unchanged everywhere. */
export function isSafePlain(text: string): boolean {
  return (
    readsAsString(text) &&
    !UNSAFE_START.test(text) &&
    !UNSAFE_INSIDE.test(text) &&
    !UNUSUAL.test(text) &&
    !/\s$/.test(text)
  );
}

/** What is plain inside brackets: the words that `readOrdinary` reads there, without colons. */
const WORD = /^[A-Za-z0-9_./$][\w./+=@$-]*$/;

/** A text on one line; JSON has all texts in quotes. */
export function inlineText(text: string, style: 'block' | 'flow' | 'json'): string {
  const fits = style === 'block' || (style === 'flow' && WORD.test(text));
  return fits && isSafePlain(text) ? text : doubleQuoted(text);
}

/** Whether `text` as a plain key reads back unchanged, in block and flow style. */
export function isSafeKey(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/.test(text) && readsAsString(text);
}

/**
 * A text as a literal block, indented by `column`, if every reader agrees on it and an editor that
 * strips trailing spaces does no harm. `|+` would absorb the blank lines that follow.
 */
export function literalBlock(text: string, column: number, keep: boolean): Rendering | undefined {
  if (!text.includes('\n') || UNUSUAL.test(text)) return undefined;
  if (/^\s/.test(text) || /[\t ]$/m.test(text)) return undefined;
  const [body, breaks] = splitTrailingBreaks(text);
  if (breaks > 1 && !keep) return undefined;
  const lines = body.split('\n');
  for (let extra = 1; extra < breaks; extra += 1) lines.push('');
  const indent = ' '.repeat(column);
  const below = lines.map((line) => (line === '' ? '' : indent + line));
  return { inline: breaks === 0 ? '|-' : breaks === 1 ? '|' : '|+', below };
}

function splitTrailingBreaks(text: string): [body: string, breaks: number] {
  const body = text.replace(/\n+$/, '');
  return [body, text.length - body.length];
}

/** Whether a manifest can hold `text` as plaintext at all. */
export function isWritable(text: string): boolean {
  return text !== '' && !looksInline(text);
}
