import { isUtf8 } from 'node:buffer';

/** The text, or `undefined` if SSM cannot hold it: it accepts only UTF-8, without NUL. */
export function asText(bytes: Buffer): string | undefined {
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8') : undefined;
}
