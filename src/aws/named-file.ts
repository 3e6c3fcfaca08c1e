import { CofferError, type ErrorCode } from '../errors.ts';
import { readBytes } from '../files/read.ts';
import { SizeLimit } from '../sizes.ts';

/** Thousands of profiles fit. */
const LIMIT = new SizeLimit(8 * 1024 * 1024, { hint: '' });

/**
 * The text of a file that a setting of AWS names. A pipe with a name is refused: its writer may
 * never come.
 * @throws CofferError of `code` if it cannot be read
 */
export async function readNamedFile(
  file: string,
  what: string,
  { code, hint }: { code: ErrorCode; hint: string },
): Promise<string> {
  try {
    return (await readBytes(file, LIMIT)).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof CofferError)) throw cause;
    throw new CofferError(code, `${what}: ${cause.message}`, { hint, cause });
  }
}
