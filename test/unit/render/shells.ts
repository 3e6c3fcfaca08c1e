import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The shells that exported lines are for. */
export const SHELLS = ['bash', 'dash', 'zsh'] as const;

/** Why a shell's tests do not run here, for their name; empty when they do. */
export function whyNot(shell: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const isThere = folders.some((folder) => {
    try {
      accessSync(join(folder, shell), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return isThere ? '' : ' (skipped: not on PATH)';
}
