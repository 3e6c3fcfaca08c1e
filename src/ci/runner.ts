import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';

/** The files and the log by which a step speaks to GitHub's runner. */
export interface Runner {
  output: (name: string, value: string) => Promise<void>;
  summary: (markdown: string) => Promise<void>;
  /** A message that GitHub shows at a place of a file. */
  annotate: (level: 'error' | 'warning', message: string, place?: Place) => void;
  /** Does what logs names that others chose: none of them is taken for a command meanwhile. */
  shield: <T>(work: () => Promise<T>) => Promise<T>;
}

interface Place {
  file?: string | undefined;
  line?: number | undefined;
  column?: number | undefined;
}

export function createRunner(env: Readonly<Record<string, string | undefined>>): Runner {
  return {
    output(name, value) {
      const end = `end-${randomUUID()}`;
      return append(env['GITHUB_OUTPUT'], `${name}<<${end}\n${value}\n${end}\n`);
    },
    summary: (markdown) => append(env['GITHUB_STEP_SUMMARY'], `${markdown}\n`),
    annotate(level, message, { file, line, column } = {}) {
      const place = Object.entries({ file, line, col: column })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
      process.stdout.write(
        `::${[level, place.join(',')].filter(Boolean).join(' ')}::${escape(message)}\n`,
      );
    },
    async shield(work) {
      const word = randomUUID();
      process.stdout.write(`::stop-commands::${word}\n`);
      try {
        return await work();
      } finally {
        process.stdout.write(`::${word}::\n`);
      }
    },
  };
}

async function append(file: string | undefined, text: string): Promise<void> {
  if (file) await appendFile(file, text);
}

/** What a workflow command would take for its end. */
function escape(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escape(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
