import { readlink } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { CofferError } from '../errors.ts';
import { realpath } from '../files/at-once.ts';
import { shellFile } from '../files/shell-words.ts';
import { isTracked, repositoryRoot } from '../git/repository.ts';

/** Linux follows at most this many. */
const MOST_LINKS = 40;

/**
 * Refuses a manifest to which a link of git's leads out of its repository: whoever can push a branch
 * could otherwise have coffer read and write another file of the machine. A link that git does not
 * track is the caller's own.
 * @param allowed files and folders that the command line allows
 * @throws CofferError `usage`
 */
export async function refuseOutwardLink(
  file: string,
  allowed: readonly string[] = [],
): Promise<void> {
  const path = await realpath(file).catch(() => undefined);
  // What cannot be found is reported when it is read.
  if (path === undefined || path === resolve(file)) return;
  const link = await findOutward(resolve(file));
  if (link === undefined) return;
  const real = await Promise.all(allowed.map((one) => realpath(one).catch(() => one)));
  if (real.some((one) => isBelow(path, one))) return;
  throw new CofferError(
    'usage',
    `${file} is outside of the repository of the link ${link}: ${path}`,
    {
      hint: `name that file itself, or allow it on the command line: --allow-file ${shellFile(path)}`,
    },
  );
}

/** The first tracked link on the way that leads out of the repository that tracks it. */
async function findOutward(path: string): Promise<string | undefined> {
  let at: string = sep;
  let names = path.split(sep).filter(Boolean);
  for (let links = 0; names.length > 0 && links <= MOST_LINKS;) {
    const [name = '', ...rest] = names;
    const here = join(at, name);
    const target = await readlink(here).catch(() => undefined);
    if (target === undefined) [at, names] = [here, rest];
    else {
      const to = resolve(at, target);
      const root = await repositoryRoot(at);
      if (root !== undefined && !isBelow(to, root) && (await isTracked(here))) return here;
      [at, names] = [sep, [...to.split(sep).filter(Boolean), ...rest]];
      links += 1;
    }
  }
  return undefined;
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
