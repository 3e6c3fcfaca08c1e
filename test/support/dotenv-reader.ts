/**
 * Reads a .env file as the package dotenv does: by one expression, in which a backslash keeps a
 * quote from being the closing one, although it stays in the value.
 */
export function readDotenv(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [, name = '', written = ''] of text.replaceAll(/\r\n?/g, '\n').matchAll(LINE)) {
    const trimmed = written.trim();
    const value = trimmed.replaceAll(/^(['"`])([^]*)\1$/gm, '$2');
    variables[name] = trimmed.startsWith('"')
      ? value.replaceAll('\\n', '\n').replaceAll('\\r', '\r')
      : value;
  }
  return variables;
}

const LINE =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm;
