/**
 * Reads an env-file as `docker run --env-file` is documented to: one variable a line, the first `=`
 * ends its name, blanks before it do not count, nothing is unquoted, `#` begins a comment only at
 * the start of a line.
 */
export function readEnvFile(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (Buffer.byteLength(line) >= 64 * 1024) throw new Error('token too long');
    const content = line.trimStart();
    if (content === '' || content.startsWith('#')) continue;
    const equals = content.indexOf('=');
    const name = equals < 0 ? content : content.slice(0, equals);
    if (equals < 0 || name === '' || /\s/.test(name)) throw new Error('poorly formatted');
    variables[name] = content.slice(equals + 1);
  }
  return variables;
}
