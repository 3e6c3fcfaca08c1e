import { writeSync } from 'node:fs';
import { versionText } from '../version.ts';

/** Answers a call for nothing but the version. Returns whether it could: others are for `main`. */
export function answerVersion(argv: readonly string[]): boolean {
  if (argv.length !== 1 || argv[0] !== '--version') return false;
  try {
    // Texts this short are written whole or not at all.
    writeSync(1, versionText());
    return true;
  } catch {
    // A full pipe, or one without a reader: `main` waits, or says so.
    return false;
  }
}
