import { rmSync } from 'node:fs';

/**
 * Removes a file that is not needed any more. Nothing fails for it: the next process that works here
 * finds what is left, and removes it.
 * @returns whether it is gone
 */
export function tryRemove(path: string): boolean {
  try {
    rmSync(path, { force: true });
    return true;
  } catch {
    return false;
  }
}
