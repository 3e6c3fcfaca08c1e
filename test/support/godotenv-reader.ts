/**
 * Reads a .env file of quoted values as godotenv 1.5 does: a quote after a backslash does not close
 * the value, quotes are trimmed from both ends, and `$NAME` is replaced in double quotes.
 */
export function readGodotenv(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  let rest = text.replaceAll('\r\n', '\n');
  for (;;) {
    const [start, name = '', quote = ''] = /^\s*([\w.]+)=(['"])/.exec(rest) ?? [];
    if (start === undefined) break;
    const body = rest.slice(start.length);
    const end = findEnd(body, quote);
    if (end < 0) throw new Error('unterminated quoted value');
    const value = trim(body.slice(0, end), quote);
    variables[name] = quote === '"' ? expand(value, variables) : value;
    rest = body.slice(end + 1);
  }
  if (rest.trim() !== '') throw new Error('unexpected character in variable name');
  return variables;
}

function findEnd(body: string, quote: string): number {
  for (let i = 0; i < body.length; i++) {
    if (body[i] === quote && body[i - 1] !== '\\') return i;
  }
  return -1;
}

function trim(value: string, quote: string): string {
  return value.replaceAll(new RegExp(`^${quote}+|${quote}+$`, 'g'), '');
}

function expand(value: string, variables: Readonly<Record<string, string>>): string {
  return value
    .replaceAll(/\\([nr])/g, (_, letter) => (letter === 'n' ? '\n' : '\r'))
    .replaceAll(/\\([^$])/g, '$1')
    .replaceAll(/\$\{?([A-Z0-9_]+)\}?/g, (_, name: string) => variables[name] ?? '');
}
