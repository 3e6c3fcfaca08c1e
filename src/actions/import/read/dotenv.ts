import type { Problem } from '../../../errors.ts';
import { Mistakes, type Entry, type Reading } from './entries.ts';

const START = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*(=?)[ \t]*/;
/** A value that dotenvx encrypted; programs would get the ciphertext. */
const DOTENVX = /^encrypted:[A-Za-z0-9+/]{64,}={0,2}$/;

/**
 * Reads `NAME=value` lines, where dotenv for Node, python-dotenv, godotenv and Docker Compose agree.
 * Where they do not, it names the difference: a guess would seal another value than the program got.
 * @throws CofferError `source` with all such lines
 */
export function readDotenv(text: string, file: string): Reading {
  const mistakes = new Mistakes(file);
  const entries: Entry[] = [];
  const commented: string[] = [];
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const number = at + 1;
    if (/^[ \t]*(?:#|$)/.test(line)) continue;
    const [start = '', name, equals] = START.exec(line) ?? [];
    if (name === undefined) {
      mistakes.add(
        number,
        'this is not a line of the form NAME=value',
        'write it so, or remove it',
      );
      continue;
    }
    const rest = line.slice(start.length);
    if (equals === '') {
      // Its words may be part of a secret that spans lines.
      mistakes.add(number, 'there is no = in this line', 'write NAME=value, or remove the line');
      continue;
    }
    const quote = /^["'`]/.exec(rest)?.[0];
    if (quote === undefined) {
      const value = unquoted(rest, (why, hint) => mistakes.add(number, `${name}: ${why}`, hint));
      if (/\s#/.test(rest)) commented.push(name);
      entries.push({ name, value, line: number });
      continue;
    }
    const last = lines.findIndex(
      (one, i) => i >= at && closes(i === at ? rest.slice(1) : one, quote),
    );
    const end = last < 0 ? lines.length - 1 : last;
    const quoted = [rest.slice(1), ...lines.slice(at + 1, end + 1)].join('\n');
    at = end;
    const [, body, after = ''] = splitQuoted(quoted, quote);
    if (body === undefined || !/^[ \t]*(?:#.*)?$/.test(after)) {
      mistakes.add(
        number,
        body === undefined ? `${name}: the quote does not end` : `${name}: text follows the quote`,
      );
      continue;
    }
    const why = quote === '`' ? 'only dotenv for Node reads backticks' : differenceIn(body, quote);
    if (why !== undefined) {
      mistakes.add(number, `${name}: ${why}`, 'write it in single quotes, or use JSON');
    }
    const value = quote === '"' ? body.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : body;
    entries.push({ name, value, line: number });
  }
  for (const { name, line } of entries.filter(({ value }) => DOTENVX.test(String(value)))) {
    mistakes.add(
      line,
      `${name}: dotenvx encrypted this value`,
      'dotenvx decrypt --stdout | coffer import - --type dotenv --into …',
    );
  }
  mistakes.refuse();
  return { entries, warnings: warningsAbout(commented) };
}

/** Whether a line holds the end of a quoted text. */
function closes(line: string, quote: string): boolean {
  return line.replaceAll(/\\./g, '').includes(quote);
}

function splitQuoted(text: string, quote: string) {
  const inside = quote === '"' ? String.raw`(?:\\[^]|[^"\\])*` : `[^${quote}]*`;
  return new RegExp(`^(${inside})${quote}(.*)$`, 's').exec(text) ?? [];
}

/** Why readers differ about a quoted text, if they do. */
function differenceIn(body: string, quote: string): string | undefined {
  if (quote === "'") {
    return body.endsWith('\\') || body.includes('\\\\')
      ? 'readers differ about a backslash before a quote or a backslash'
      : undefined;
  }
  if (/\\[^nr]/.test(body)) {
    return 'readers differ about every escape but \\n and \\r: dotenv for Node keeps the backslash';
  }
  return body.includes('$')
    ? 'godotenv, python-dotenv and Docker Compose replace $…, dotenv for Node does not'
    : undefined;
}

function unquoted(rest: string, complain: (why: string, hint: string) => void): string {
  const quoteIt = 'write it in single quotes';
  const value = rest.replace(/(?:^|\s)#.*$/, '').trim();
  if (value.includes('#')) complain('dotenv for Node cuts it at the #, others do not', quoteIt);
  if (value.includes('$')) {
    complain(
      'godotenv, python-dotenv and Docker Compose replace $…, dotenv for Node does not',
      quoteIt,
    );
  }
  return value;
}

function warningsAbout(commented: readonly string[]): Problem[] {
  if (commented.length === 0) return [];
  return [
    {
      message: `a comment after a value is left out, as dotenv readers do: ${commented.join(', ')}`,
      hint: 'docker run --env-file keeps it, and quotes too: they are part of the value there',
    },
  ];
}
