import { Composer, type Document, Lexer, Parser } from 'yaml';
import type { Faults } from './faults.ts';
import { fromLibrary } from './library.ts';
import {
  CARRIAGE_RETURN,
  CONTROL_CHARACTER,
  MERGE_CONFLICT,
  SEVERAL_DOCUMENTS,
  TOO_DEEP,
  wordSyntaxError,
} from './messages.ts';
import type { Node } from './nodes.ts';

/** Deeper than any manifest, and safe for recursive walks. */
const MAX_DEPTH = 64;

/** The lexer's mark that the next lexeme is a plain or block text. */
const SCALAR_FOLLOWS = '\u001F';

const OPTIONS = {
  // Keeps the source text of every scalar: coffer decides what it means.
  schema: 'failsafe',
  merge: false,
  resolveKnownTags: false,
  stringKeys: true,
  // The library's own search for duplicates is quadratic; survey.ts does it.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/** The YAML nodes of the single document in `text`, or undefined if it has errors. */
export function readSyntax(text: string, faults: Faults): Node | undefined {
  refuseControlCharacters(text, faults);
  if (!faults.isEmpty) return undefined;
  const documents = readDocuments(text, faults);
  const errors = documents.flatMap((document) => document.errors);
  // What YAML makes of git's marks helps nobody.
  const conflicts = errors.length > 0 ? [...text.matchAll(/^<{7} /gm)] : [];
  for (const { index } of conflicts) {
    faults.add(index, MERGE_CONFLICT.message, MERGE_CONFLICT.hint);
  }
  if (conflicts.length > 0) return undefined;
  const lines = new Set<number>();
  for (const error of errors) {
    const offset = Math.max(error.pos[0], 0);
    // One typo often causes several errors on its line.
    const line = text.lastIndexOf('\n', offset - 1);
    if (lines.has(line)) continue;
    lines.add(line);
    const { message, hint } = wordSyntaxError(error);
    faults.add(offset, message, hint);
  }
  const [first, second] = documents;
  if (second) {
    faults.add(second.range[0], SEVERAL_DOCUMENTS.message, SEVERAL_DOCUMENTS.hint);
  }
  return faults.isEmpty && first?.contents ? fromLibrary(first.contents) : undefined;
}

function readDocuments(text: string, faults: Faults): Document.Parsed[] {
  const parser = new Parser();
  const composer = new Composer(OPTIONS);
  const documents: Document.Parsed[] = [];
  let previous = '';
  try {
    for (const lexeme of new Lexer().lex(text)) {
      if (lexeme === '?' && previous !== SCALAR_FOLLOWS) {
        faults.add(parser.offset, 'a key written with a question mark', 'write key: value');
      }
      previous = lexeme;
      for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
      if (parser.stack.length > MAX_DEPTH) {
        faults.add(parser.offset, TOO_DEEP.message, TOO_DEEP.hint);
        return [];
      }
    }
    for (const token of parser.end()) documents.push(...composer.next(token));
    documents.push(...composer.end(true, text.length));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    faults.add(0, TOO_DEEP.message, TOO_DEEP.hint);
  }
  return documents;
}

const FORBIDDEN = /[\0-\u0008\u000B\u000C\u000E-\u001F]|\r(?!\n)/g;

/** Other YAML readers refuse these characters or treat them as line breaks. */
function refuseControlCharacters(text: string, faults: Faults): void {
  const found = [...text.matchAll(FORBIDDEN)];
  const [first] = found;
  if (!first) return;
  const { message, hint } = first[0] === '\r' ? CARRIAGE_RETURN : CONTROL_CHARACTER;
  const more = found.length > 1 ? ` (and ${found.length - 1} more)` : '';
  faults.add(first.index, message + more, hint);
}
