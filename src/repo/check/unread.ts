import { CofferError, type Problem } from '../../errors.ts';
import { errnoOf } from '../../files/errors.ts';

const NO_PERMISSION: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM']);

/**
 * What is left out of a search for manifests: files that are too large for one, and what this user
 * may not read.
 */
export class Unread {
  readonly warnings: Problem[] = [];

  /** Notes the failure to read such a file or folder; throws any other. */
  note(error: unknown): undefined {
    const isLeftOut =
      error instanceof CofferError &&
      (error.code === 'manifest' || NO_PERMISSION.has(errnoOf(error.cause)));
    if (!isLeftOut) throw error;
    this.warnings.push({ message: `not checked: ${error.message}`, hint: error.hint });
  }
}
