import { CofferError } from '../errors.ts';
import type { SizeLimit } from '../sizes.ts';
import { readAtOnce, stat } from './at-once.ts';
import { explainFileError } from './errors.ts';
import { leadsToDevices } from './private-file.ts';

export interface ReadOptions {
  /** Where it is, if that is not its name in messages. */
  path?: string | undefined;
  /** Whether a pipe with a name may be read, which waits for whoever writes to it. */
  mayBePipe?: boolean | undefined;
}

/**
 * Reads a whole file, or what a pipe or device gives up to the limit.
 *
 * Waits only for a pipe that may be one: opening any other pipe without a writer would never end.
 * What the shell passes, `/dev/stdin` or the `/dev/fd/63` of `<(command)`, has a writer.
 * @throws CofferError that names it as `file`
 */
export async function readBytes(
  file: string,
  limit: SizeLimit,
  { path = file, mayBePipe = false }: ReadOptions = {},
): Promise<Buffer> {
  try {
    const found = await stat(path);
    if (found.isFile() || found.isDirectory()) {
      const pieces = readAtOnce(path, (stats) => {
        if (!stats.isFile() && !stats.isDirectory()) throw notRegular(file);
        limit.refuseLarger(file, stats.size);
      });
      return await limit.gather(file, pieces);
    }
    if (!mayBePipe && !(await leadsToDevices(path))) throw notRegular(file);
    const { openPipe } = await import('./pipe.ts');
    return await limit.gather(file, openPipe(path));
  } catch (error) {
    throw explainFileError(error, 'read', file);
  }
}

function notRegular(file: string): CofferError {
  return new CofferError('usage', `cannot read ${file}: it is not a regular file`, {
    hint: 'copy its content into a regular file, or pass it with <(command)',
  });
}
