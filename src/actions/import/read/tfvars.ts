import { Mistakes, type Entry, type Reading } from './entries.ts';

const BLANK = String.raw`(?:\s|(?:#|//)[^\n]*\n|/\*[^*]*\*+(?:[^*/][^*]*\*+)*/)*`;
const STRING = String.raw`"(?:[^"\\\n]|\\.)*"`;
const SCALAR = String.raw`${STRING}|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null`;
const ITEM = String.raw`(?:${SCALAR})${BLANK}`;
const LIST = String.raw`\[${BLANK}(?:${ITEM}(?:,${BLANK}${ITEM})*(?:,${BLANK})?)?\]`;
/** Its last line is the marker alone, indented or not. */
const HEREDOC = String.raw`<<-?(?<marker>[A-Za-z_][\w-]*)\n(?:[^\n]*\n)*?[ \t]*\k<marker>[ \t]*(?=\n|$)`;
const ASSIGNMENT = new RegExp(
  String.raw`([A-Za-z_][\w-]*|${STRING})[ \t]*=[ \t]*(${SCALAR}|${LIST}|${HEREDOC})[ \t]*(?=\n|#|//|/\*|$)`,
  'y',
);
const BLANKS = new RegExp(BLANK, 'y');
/** A piece of what coffer does not read: line breaks and brackets in strings and heredocs are text. */
const PIECE = new RegExp(String.raw`${STRING}|${HEREDOC}|<<-?[A-Za-z_][\w-]*\n[^]*|[^]`, 'y');

/**
 * Reads the literal assignments of a .tfvars file: strings, numbers, truths, null and lists of them.
 * @throws CofferError `source` with everything else, such as an expression or an object
 */
export function readTfvars(text: string, file: string): Reading {
  const mistakes = new Mistakes(file);
  const entries: Entry[] = [];
  // A comment ends with a line break.
  const plain = `${text.replaceAll('\r\n', '\n')}\n`;
  const afterBlanks = (from: number) => from + (matchAt(BLANKS, plain, from)?.[0].length ?? 0);
  for (let at = afterBlanks(0); at < plain.length; at = afterBlanks(at)) {
    const line = lineAt(plain, at);
    const found = matchAt(ASSIGNMENT, plain, at);
    if (!found) {
      mistakes.add(
        line,
        'this is not a name and a literal value',
        'coffer reads strings, numbers, true, false and lists of them; make the rest an output, and import what terraform output -json prints',
      );
      at = endOfExpression(plain, at);
      continue;
    }
    const [whole, key = '', written = ''] = found;
    const name = key.startsWith('"') ? literal(key) : key;
    if (/(?<!\$)\$\{|(?<!%)%\{/.test(written)) {
      mistakes.add(line, `${name}: a template`, 'write the value in its place');
    }
    if (written.startsWith('<<') && text.includes('\r')) {
      mistakes.add(line, `${name}: a heredoc with CRLF`, 'save the file with LF line endings');
    }
    entries.push({ name, value: valueOf(written), line });
    at += whole.length;
  }
  mistakes.refuse();
  return { entries, warnings: [] };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Where a line ends that is not within brackets. */
function endOfExpression(text: string, start: number): number {
  let depth = 0;
  let at = start;
  for (; at < text.length;) {
    const [piece = ''] = matchAt(PIECE, text, at) ?? [];
    if (piece === '\n' && depth <= 0) break;
    if (/^[[({]$/.test(piece)) depth += 1;
    if (/^[\])}]$/.test(piece)) depth -= 1;
    at += piece.length;
  }
  return at;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function valueOf(written: string): Entry['value'] {
  if (written === 'null') return null;
  if (written.startsWith('<<')) return heredoc(written);
  if (!written.startsWith('[')) return literal(written);
  return [...written.matchAll(new RegExp(SCALAR, 'g'))].map(([one]) => literal(one));
}

/** Its lines as they are: a backslash is text there. `<<-` takes off the indentation that all share. */
function heredoc(written: string): string {
  const lines = written.split('\n').slice(1, -1);
  const filled = lines.filter((line) => line.trim() !== '');
  const indents = filled.map((line) => line.length - line.trimStart().length);
  const indent = written.startsWith('<<-') ? Math.min(...indents) : 0;
  return lines
    .map((line) => `${filled.includes(line) ? line.slice(indent) : line}\n`)
    .join('')
    .replaceAll(/([$%])\1\{/g, '$1{');
}

/** A string without its quotes and escapes; anything else as written. */
function literal(written: string): string {
  if (!written.startsWith('"')) return written;
  return written
    .slice(1, -1)
    .replaceAll(
      /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))|([$%])\4\{/g,
      (_, four: string | undefined, eight: string | undefined, one: string, sign?: string) => {
        const code = four ?? eight;
        if (sign !== undefined) return `${sign}{`;
        return code === undefined
          ? (ESCAPES[one] ?? one)
          : String.fromCodePoint(Number.parseInt(code, 16));
      },
    );
}
