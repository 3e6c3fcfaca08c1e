import { CofferError, type Problem } from '../../errors.ts';

/** YAML files that are too large for manifests, so that nobody has to read them. */
export class TooLarge {
  readonly warnings: Problem[] = [];

  /** Notes the failure to read such a file; throws any other. */
  note(error: unknown): undefined {
    if (!(error instanceof CofferError) || error.code !== 'manifest') throw error;
    this.warnings.push({ message: `not checked: ${error.message}`, hint: error.hint });
  }
}
