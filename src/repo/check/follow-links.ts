import { dirname, relative, resolve } from 'node:path';

/** As many as Linux follows before it takes them for a circle. */
const MOST_LINKS = 40;

/**
 * Where an absolute path leads when symbolic links are followed.
 * @param read what a link holds; `undefined` when a path is none
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
