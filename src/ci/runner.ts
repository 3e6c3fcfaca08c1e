import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { createPaint } from '../cli/terminal/paint.ts';
import { renderError } from '../cli/terminal/problems.ts';
import type { CofferError, Place, Problem } from '../errors.ts';

/** The files and the log by which a step speaks to GitHub's runner. */
export interface Runner {
  output: (name: string, value: string) => Promise<void>;
  summary: (markdown: string) => Promise<void>;
  /** Text for whoever reads the log. */
  log: (text: string) => void;
  /** A problem that GitHub shows at its place of a file. */
  annotate: (level: 'error' | 'warning', problem: Problem) => void;
  /**
   * Does what logs names that others chose: the runner takes none of them for a command meanwhile.
   * Annotations, which are commands, come afterwards.
   */
  shield: <T>(work: () => Promise<T>) => Promise<T>;
}

export function createRunner(
  env: Readonly<Record<string, string | undefined>>,
  write: (text: string) => void,
): Runner {
  const held: string[] = [];
  let isShielded = false;
  return {
    output(name, value) {
      const end = `end-${randomUUID()}`;
      return append(env['GITHUB_OUTPUT'], `${name}<<${end}\n${value}\n${end}\n`);
    },
    summary: (markdown) => append(env['GITHUB_STEP_SUMMARY'], `${markdown}\n`),
    log: (text) => write(`${text}\n`),
    annotate(level, { message, place }) {
      const command = `::${level}${properties(place)}::${escape(message)}\n`;
      if (isShielded) held.push(command);
      else write(command);
    },
    async shield(work) {
      const word = randomUUID();
      write(`::stop-commands::${word}\n`);
      isShielded = true;
      try {
        return await work();
      } finally {
        isShielded = false;
        write(`::${word}::\n${held.splice(0).join('')}`);
      }
    },
  };
}

/** A failure as the command line tells it. */
export function logFailure(runner: Runner, failure: CofferError): void {
  runner.log(renderError(failure, createPaint(false)).trimEnd());
}

/** Shows every problem of a failure at its place. */
export function annotateAll(runner: Runner, { problems }: Pick<CofferError, 'problems'>): void {
  for (const problem of problems) runner.annotate('error', problem);
}

async function append(file: string | undefined, text: string): Promise<void> {
  if (file) await appendFile(file, text);
}

function properties(place: Place | undefined): string {
  if (!place) return '';
  const { file, line, column } = place;
  return ` file=${escapeProperty(file)},line=${line},col=${column}`;
}

/** What a workflow command would take for its end. */
function escape(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escape(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
