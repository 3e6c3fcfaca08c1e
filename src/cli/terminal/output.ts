import { errnoOf, explainFileError } from '../../files/errors.ts';
import type { Output } from './streams.ts';

/** Whoever reads the output left before its end, as `head` does. There is nobody to tell. */
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

/** What a pipe says when it has no reader, as `ReaderLeft`; anything else with its place. */
export function explainOutputError(error: unknown, file: string): unknown {
  const errno = errnoOf(error);
  if (errno === 'EPIPE' || errno === 'ECONNRESET') return new ReaderLeft();
  return explainFileError(error, 'write', file);
}
