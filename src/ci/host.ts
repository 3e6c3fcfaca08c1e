import { onInterrupt } from '../cli/terminal/interrupt.ts';
import { createPaint } from '../cli/terminal/paint.ts';
import { renderWarning } from '../cli/terminal/problems.ts';
import { createProgress } from '../cli/terminal/progress.ts';
import { CofferError } from '../errors.ts';
import { visible } from '../formats/visible.ts';
import type { Host } from '../host.ts';
import type { Runner } from './runner.ts';

/** The host for a job: notes go to its log, warnings also become annotations, questions fail. */
export function createHost(runner: Runner, { quiet }: { quiet: boolean }): Host {
  const note = (text: string) => {
    if (!quiet) runner.log(visible(text));
  };
  return {
    note,
    warn(problem) {
      runner.log(renderWarning(problem, createPaint(false)).trimEnd());
      runner.annotate('warning', problem);
    },
    progress: (label, unit = 'things') => createProgress(label, unit, process.stdout, quiet),
    confirm: (question) =>
      Promise.reject(new CofferError('declined', `cannot ask in a job: ${question}`)),
    onStop: () => onInterrupt(note),
  };
}
