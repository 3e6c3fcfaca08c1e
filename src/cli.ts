#!/usr/bin/env node
import module from 'node:module';
import type { CofferError } from './errors.ts';
import { EXIT } from './commands/context.ts';

// As it was given, which is what commands that coffer runs are to see of it.
const environment = { ...process.env };

// What the SDK says of this Node's age is for `coffer --version`, not for every command.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
// Newer Nodes keep compiled code between runs.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();

let lost: unknown;
// A reader that has seen enough, such as `| head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  lost = Object.assign(error, { path: 'standard output' });
  void tell(error).then((code) => process.exit(code));
});

const { main } = await import('./commands/main.ts');
try {
  process.exitCode = await main(process.argv.slice(2), environment);
} catch (error) {
  // What awaits the output fails of the same error.
  if (error !== lost) process.exitCode = await tell(error, wantsJson(process.argv));
}

/** Tells of an expected failure; its exit status. */
async function tell(error: unknown, inJson = false): Promise<number> {
  const { createPaint } = await import('./render/paint.ts');
  const { renderError, renderErrorJson, expected } = await import('./render/problems.ts');
  const failure = expected(error);
  if (!failure) throw error;
  if (inJson) process.stdout.write(renderErrorJson(failure));
  process.stderr.write(renderError(failure, createPaint(process.stderr.isTTY)));
  return exitCode(failure);
}

/** Even a call that cannot be read is answered as its caller expects. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).includes('--json');
}

function exitCode({ code }: CofferError): number {
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
