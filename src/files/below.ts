import { lstat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Problem } from '../errors.ts';
import { undefinedIfMissing } from './errors.ts';

const OTHER = 'choose another folder';

/**
 * What is at a path below a folder for output: a file, nothing, or what keeps a file from being
 * written there. No link leads on from such a folder: whoever made it would choose where.
 */
export async function lookBelow(
  folder: string,
  path: string,
): Promise<'file' | 'nothing' | Problem> {
  const parts = path.split(sep);
  for (const index of parts.keys()) {
    const at = join(folder, ...parts.slice(0, index + 1));
    const stats = await lstat(at).catch(undefinedIfMissing);
    if (!stats) return 'nothing';
    if (stats.isSymbolicLink()) {
      const hint = `remove the link, or ${OTHER}`;
      return { message: `${at} is a link, which leads to another place`, hint };
    }
    const isLast = index === parts.length - 1;
    if (isLast ? !stats.isFile() : !stats.isDirectory()) {
      return { message: `${at} is ${isLast ? 'not a regular file' : 'not a folder'}`, hint: OTHER };
    }
  }
  return 'file';
}
