import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { createPaint } from '../cli/terminal/paint.ts';
import { renderError } from '../cli/terminal/problems.ts';
import type { CofferError, Place, Problem } from '../errors.ts';

/** The interface to GitHub's runner: its files and its log. */
export interface Runner {
  output: (name: string, value: string) => Promise<void>;
  summary: (markdown: string) => Promise<void>;
  /** Writes text to the log. */
  log: (text: string) => void;
  /** Reports a problem, which GitHub shows at its place in a file. */
  annotate: (level: 'error' | 'warning', problem: Problem) => void;
  /**
   * Runs work that logs names chosen by others: the runner ignores commands in them. Annotations
   * are commands, so they are written afterwards.
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

/** A failure in the form of the command line. */
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

/** Escapes characters that would end a workflow command. */
function escape(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escape(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
