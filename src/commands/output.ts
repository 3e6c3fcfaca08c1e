/** Whoever reads the output left before its end, as `head` does. There is nobody to tell. */
export class ReaderLeft extends Error {}

/**
 * Writes data to standard output.
 * @throws ReaderLeft
 */
export function writeOutput(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => {
      if (error) reject(explainOutputError(error, 'standard output'));
      else resolve();
    });
  });
}

/** What a pipe says when it has no reader, as `ReaderLeft`; anything else with its place. */
export function explainOutputError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EPIPE' || code === 'ECONNRESET') return new ReaderLeft();
  return error instanceof Error ? Object.assign(error, { path }) : error;
}
