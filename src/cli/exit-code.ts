import type { CofferError } from '../errors.ts';
import { EXIT, type ExitCode } from './context.ts';

/** The exit code for an error. */
export function exitCodeOf({ code }: CofferError): ExitCode {
  switch (code) {
    case 'usage':
    case 'manifest':
    case 'source':
    case 'plaintext':
      return EXIT.usage;
    case 'partial':
      return EXIT.partial;
    case 'not-executable':
      return EXIT.notExecutable;
    case 'no-command':
      return EXIT.noCommand;
    default:
      return EXIT.failure;
  }
}
