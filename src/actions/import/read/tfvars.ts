import { Mistakes, type Entry, type Reading } from './entries.ts';

const BLANK = String.raw`(?:\s|(?:#|//)[^\n]*\n|/\*[^*]*\*+(?:[^*/][^*]*\*+)*/)*`;
const STRING = String.raw`"(?:[^"\\\n]|\\.)*"`;
const SCALAR = String.raw`${STRING}|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null`;
const ITEM = String.raw`(?:${SCALAR})${BLANK}`;
const LIST = String.raw`\[${BLANK}(?:${ITEM}(?:,${BLANK}${ITEM})*(?:,${BLANK})?)?\]`;
const ASSIGNMENT = new RegExp(
  String.raw`${BLANK}(?:([A-Za-z_][\w-]*|${STRING})[ \t]*=[ \t]*(${SCALAR}|${LIST})[ \t]*(?=\n|#|//|/\*|$))`,
  'dy',
);
const END = new RegExp(`${BLANK}$`, 'y');

/**
 * Reads the literal assignments of a .tfvars file: strings, numbers, truths, null and lists of them.
 * @throws CofferError `source` for anything else, such as an expression, an object or a heredoc
 */
export function readTfvars(text: string, file: string): Reading {
  const mistakes = new Mistakes(file);
  const entries: Entry[] = [];
  // A comment ends with a line break.
  const plain = `${text.replaceAll('\r\n', '\n')}\n`;
  let at = 0;
  for (;;) {
    END.lastIndex = at;
    if (END.test(plain)) break;
    ASSIGNMENT.lastIndex = at;
    const found = ASSIGNMENT.exec(plain);
    const line = lineAt(plain, found?.indices?.[1]?.[0] ?? at);
    if (!found) {
      mistakes.add(
        line,
        'this is not a name and a literal value',
        'coffer reads strings, numbers, true, false and lists of them; terraform output -json gives the rest as JSON',
      );
      break;
    }
    const [whole, key = '', written = ''] = found;
    const name = key.startsWith('"') ? literal(key) : key;
    if (/(?<!\$)\$\{|(?<!%)%\{/.test(written)) {
      mistakes.add(line, `${name}: a template`, 'write the value in its place');
    }
    const items = [...written.matchAll(new RegExp(SCALAR, 'g'))].map(([one]) => literal(one));
    const value = written.startsWith('[') ? items : written === 'null' ? null : literal(written);
    entries.push({ name, value, line });
    at += whole.length;
  }
  mistakes.refuse();
  return { entries, warnings: [] };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

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
