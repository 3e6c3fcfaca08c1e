import { dirname, relative, resolve } from 'node:path';
import { MOST_LINKS } from '../../files/names.ts';

/**
 * Follows the symbolic links in an absolute path.
 * @param read returns a link's target, or `undefined` if a path is not a link
 */
export async function followLinks(
  path: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<string> {
  let [at, part] = [path, path];
  for (let followed = 0; followed < MOST_LINKS && part !== dirname(part);) {
    const target = await read(part);
    if (target === undefined) part = dirname(part);
    else {
      at = part = resolve(dirname(part), target, relative(part, at));
      followed += 1;
    }
  }
  return at;
}
