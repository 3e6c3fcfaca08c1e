import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Why the tests of a program do not run here, for their names; empty if they do. */
export function whyNot(program: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const isThere = folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return isThere ? '' : ' (skipped: not on PATH)';
}
