#!/usr/bin/env node
import module from 'node:module';
import { EXIT } from './context.ts';
import { exitCodeOf } from './exit-code.ts';
import { endIfInterrupted } from './terminal/interrupt.ts';
import { ReaderLeft, writeOutput } from './terminal/output.ts';

// As it was given, which is what commands that coffer runs are to see of it.
const environment = { ...process.env };

// Newer Nodes keep compiled code between runs.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

// Without a reader of its messages, a write that is under way still goes on to its end.
process.stderr.on('error', () => {});
// Whoever writes to it is told by writeOutput.
process.stdout.on('error', () => {});

const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2), environment).catch(tell);
// What was done all the same was not interrupted.
if (process.exitCode !== EXIT.ok) endIfInterrupted();
// Once all output is out, a call to AWS that nobody waits for any more keeps nobody.
await writeOutput('').catch(() => {});
process.exit();

/**
 * Prints an expected failure. Other errors are thrown again.
 * @returns the exit status.
 */
async function tell(error: unknown): Promise<number> {
  if (error instanceof ReaderLeft) return EXIT.readerLeft;
  const { createPaint } = await import('./terminal/paint.ts');
  const { renderError, renderErrorJson, expected } = await import('./terminal/problems.ts');
  const failure = expected(error);
  if (!failure) throw error;
  process.stderr.write(renderError(failure, createPaint(process.stderr.isTTY)));
  if (wantsJson(process.argv)) await writeOutput(renderErrorJson(failure)).catch(() => {});
  return exitCodeOf(failure);
}

/** Even a call that cannot be read is answered as its caller expects. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).includes('--json');
}
