import { createInterface } from 'node:readline/promises';
import { CofferError, type Problem } from '../../errors.ts';
import { createPaint, type Paint } from './paint.ts';
import { renderWarning } from './problems.ts';
import { stopIfAborted } from '../../stores/interrupted.ts';
import { interruption, listenAt } from './interrupt.ts';
import { writeOutput } from './output.ts';
import { createProgress, type Progress, type Unit } from './progress.ts';

/** Where a command reads and writes: data to stdout, everything else to stderr. */
export interface Terminal {
  /** For stderr. */
  paint: Paint;
  /** For data that people read, on stdout. */
  dataPaint: Paint;
  isInteractive: boolean;
  /** Data. */
  write: (data: string | Buffer) => Promise<void>;
  /** What a person may want to know; `--quiet` drops it. */
  note: (text: string) => void;
  warn: (problem: Problem) => void;
  /** Shows how far a long piece of work is: a line that rewrites itself on a TTY, else few lines. */
  progress: (label: string, unit?: Unit) => Progress;
  /** Asks on stderr; an answer other than yes is a no. */
  confirm: (question: string) => Promise<boolean>;
  /** Asks on stderr until the answer is one of `answers`; nothing, if none is given. */
  choose: <Answer extends string>(
    question: string,
    answers: readonly Answer[],
  ) => Promise<Answer | undefined>;
}

export function createTerminal(options: { color: boolean; quiet: boolean }): Terminal {
  const { stdin, stdout, stderr } = process;
  const paint = createPaint(options.color && stderr.isTTY);
  const isInteractive = stdin.isTTY && stderr.isTTY;
  return {
    paint,
    dataPaint: createPaint(options.color && stdout.isTTY),
    isInteractive,
    progress: (label, unit = 'things') => createProgress(label, unit, stderr, options.quiet),
    write: writeOutput,
    note(text) {
      if (!options.quiet) stderr.write(`${text}\n`);
    },
    warn(problem) {
      stderr.write(renderWarning(problem, paint));
    },
    async confirm(question) {
      return /^y(es)?$/i.test((await ask(`${question} [y/N] `)) ?? '');
    },
    async choose(question, answers) {
      for (;;) {
        const given = await ask(question);
        if (given === undefined) return undefined;
        const answer = answers.find((one) => one === given.toLowerCase());
        if (answer !== undefined) return answer;
      }
    },
  };
}

/**
 * Nothing is answered by the end of input.
 * @throws CofferError `interrupted` for Ctrl-C and signals
 */
async function ask(question: string): Promise<string | undefined> {
  const { stdin: input, stderr: output } = process;
  const prompt = createInterface({ input, output });
  const asking = new AbortController();
  const unlisten = listenAt(prompt, () => asking.abort());
  try {
    return (await prompt.question(question, { signal: asking.signal })).trim();
  } catch {
    output.write('\n');
    stopIfAborted(interruption);
    return undefined;
  } finally {
    unlisten();
    prompt.close();
  }
}

/**
 * Goes on only with consent: `--yes`, or a yes at the prompt.
 * @throws CofferError `declined` or `interrupted`
 */
export async function requireConsent(
  terminal: Terminal,
  isGranted: boolean,
  question: string,
): Promise<void> {
  if (isGranted) return;
  if (!terminal.isInteractive) {
    throw new CofferError('declined', 'nobody is there to ask', {
      hint: 'add --yes to go ahead without being asked',
    });
  }
  if (!(await terminal.confirm(question))) throw new CofferError('declined', 'nothing was done');
}
