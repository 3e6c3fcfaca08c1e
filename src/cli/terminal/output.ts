import { errnoOf, explainFileError } from '../../files/errors.ts';
import type { Output } from './streams.ts';

/** The reader of the output left before its end, as `head` does. No message is needed. */
export class ReaderLeft extends Error {}

/**
 * Writes data to standard output.
 * @throws ReaderLeft
 */
export function writeOutput(stdout: Output, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(data, (error) => {
      if (error) reject(explainOutputError(error, 'standard output'));
      else resolve();
    });
  });
}

/** `ReaderLeft` for a pipe without a reader; any other error with its file. */
export function explainOutputError(error: unknown, file: string): unknown {
  const errno = errnoOf(error);
  if (errno === 'EPIPE' || errno === 'ECONNRESET') return new ReaderLeft();
  return explainFileError(error, 'write', file);
}
