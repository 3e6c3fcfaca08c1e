import { CofferError } from '../errors.ts';
import type { Applied } from '../plan/apply.ts';
import { EXIT, type ExitCode } from './context.ts';

/**
 * The exit code of writes that all went well.
 * @throws CofferError when some failed: `partial`, or what all of them failed of when none was done.
 */
export function reportFailures(results: readonly Applied[], howToFinish: string): ExitCode {
  const failed = results.flatMap((result) => result.failed);
  const done = results.reduce((sum, result) => sum + result.done.length, 0);
  const [first] = failed;
  if (!first) return EXIT.ok;
  const problems = failed.map(({ name, error }) => ({
    message: `${name}: ${error.message}`,
    hint: error.hint,
  }));
  throw new CofferError(
    done > 0 ? 'partial' : first.error.code,
    `${failed.length} of ${failed.length + done} failed`,
    {
      problems: [
        ...problems,
        { message: `${failed.length} failed, ${done} done`, hint: howToFinish },
      ],
    },
  );
}
