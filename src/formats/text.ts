import { isUtf8 } from 'node:buffer';

/** The text that SSM can hold, or `undefined`: it takes no bytes but UTF-8, and no NUL. */
export function asText(bytes: Buffer): string | undefined {
  return isUtf8(bytes) && !bytes.includes(0) ? bytes.toString('utf8') : undefined;
}
