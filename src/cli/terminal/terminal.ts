import { createInterface } from 'node:readline/promises';
import { CofferError } from '../../errors.ts';
import { type Host, stopIfAborted } from '../../host.ts';
import { visible } from '../../formats/visible.ts';
import { createPaint, type Paint } from './paint.ts';
import { renderWarning } from './problems.ts';
import { interruption, listenAt, onInterrupt } from './interrupt.ts';
import { writeOutput } from './output.ts';
import { createProgress } from './progress.ts';
import type { Streams } from './streams.ts';

/** The host for people: data goes to stdout, everything else to stderr. */
export interface Terminal extends Host {
  /** For stderr. */
  paint: Paint;
  /** For readable output on stdout. */
  dataPaint: Paint;
  isInteractive: boolean;
  streams: Streams;
  /** Shows what a renderer of coffer made, in colours and lines; it has escaped the texts of others. */
  show: (rendered: string) => void;
  /** Writes data to stdout. */
  write: (data: string | Buffer) => Promise<void>;
  /** Asks on stderr until the answer is one of `answers`; undefined without an answer. */
  choose: <Answer extends string>(
    question: string,
    answers: readonly Answer[],
  ) => Promise<Answer | undefined>;
}

export function createTerminal(
  streams: Streams,
  options: { color: boolean; quiet: boolean },
): Terminal {
  const { stdout, stderr } = streams;
  const paint = createPaint(options.color && stderr.isTTY);
  // Only for who asks: Node loads more when standard input is first used.
  const isInteractive = () => streams.stdin.isTTY === true && stderr.isTTY === true;
  const show = (rendered: string) => {
    if (!options.quiet) stderr.write(`${rendered}\n`);
  };
  const note = (text: string) => show(visible(text));
  return {
    paint,
    dataPaint: createPaint(options.color && stdout.isTTY),
    get isInteractive() {
      return isInteractive();
    },
    streams,
    progress: (label, unit = 'things') => createProgress(label, unit, stderr, options.quiet),
    write: (data) => writeOutput(stdout, data),
    note,
    show,
    warn(problem) {
      stderr.write(renderWarning(problem, paint));
    },
    onStop: () => onInterrupt(note),
    async confirm(question, above = []) {
      if (!isInteractive()) {
        throw new CofferError('declined', 'cannot ask: standard input is not a terminal', {
          hint: 'add --yes to go ahead without asking',
        });
      }
      for (const line of above) stderr.write(`${visible(line)}\n`);
      if (/^y(es)?$/i.test((await ask(streams, `${question} [y/N] `)) ?? '')) return;
      throw new CofferError('declined', 'nothing was done');
    },
    async ask(question) {
      const answer = await ask(streams, question);
      if (answer !== undefined) return answer;
      throw new CofferError('declined', 'nothing was done');
    },
    async choose(question, answers) {
      for (;;) {
        const given = await ask(streams, question);
        if (given === undefined) return undefined;
        const answer = answers.find((one) => one === given.toLowerCase());
        if (answer !== undefined) return answer;
      }
    },
  };
}

/**
 * Returns undefined at the end of input.
 * @throws CofferError `interrupted` for Ctrl-C and signals
 */
async function ask(
  { stdin: input, stderr: output }: Streams,
  question: string,
): Promise<string | undefined> {
  const prompt = createInterface({ input, output });
  const asking = new AbortController();
  const unlisten = listenAt(prompt, () => asking.abort());
  try {
    return (await prompt.question(visible(question), { signal: asking.signal })).trim();
  } catch {
    output.write('\n');
    stopIfAborted(interruption);
    return undefined;
  } finally {
    unlisten();
    prompt.close();
  }
}
