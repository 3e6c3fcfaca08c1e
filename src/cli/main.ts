import { CofferError } from '../errors.ts';
import { visible } from '../formats/visible.ts';
import { renderCommandHelp, renderEverything, renderOverview } from './help.ts';
import { createPaint } from './terminal/paint.ts';
import { checkArguments, readCall, type Call } from './command-line.ts';
import { EXIT, type Context, type OwnProcess } from './context.ts';
import type { Environment } from './environment.ts';
import { exitCodeOf } from './exit-code.ts';
import { GROUPS } from './index.ts';
import { expandManifests } from './manifest-arguments.ts';
import { refuseMistaken } from './mistaken-words.ts';
import { offInterrupt } from './terminal/interrupt.ts';
import { ReaderLeft, writeOutput } from './terminal/output.ts';
import { GLOBAL_FLAGS } from './specs/flags.ts';
import type { Streams } from './terminal/streams.ts';
import { createTerminal } from './terminal/terminal.ts';
import { createTools, readInput } from './tools.ts';
import { versionText } from './version.ts';

/**
 * Runs one call of the command line and prints its failure; returns the exit status.
 */
export async function main(
  argv: readonly string[],
  env: Environment,
  streams: Streams,
  self?: OwnProcess,
): Promise<number> {
  try {
    return await runCall(argv, env, streams, self);
  } catch (error) {
    return await printFailure(argv, env, streams, error);
  } finally {
    offInterrupt();
  }
}

/** @throws CofferError for every expected failure. */
async function runCall(
  argv: readonly string[],
  env: Environment,
  streams: Streams,
  self: OwnProcess | undefined,
): Promise<number> {
  const { stdout } = streams;
  if (argv[0] === '__complete') {
    const { complete } = await import('./complete/complete.ts');
    await writeOutput(stdout, await complete(argv[1] ?? '', argv[2]));
    return EXIT.ok;
  }
  const call = readCall(argv);
  const { spec, flags, isHelp } = call;
  const isColorful = flags.isAllowed('color') && !env['NO_COLOR'];
  const paint = createPaint(isColorful && stdout.isTTY);
  if (flags.boolean('version')) {
    await writeOutput(stdout, versionText());
    return EXIT.ok;
  }
  if (!spec) {
    const text = flags.boolean('all')
      ? renderEverything(GROUPS, GLOBAL_FLAGS, paint)
      : renderOverview(GROUPS, paint);
    await writeOutput(stdout, text);
    return isHelp ? EXIT.ok : EXIT.usage;
  }
  if (isHelp) {
    const shared = GLOBAL_FLAGS.filter(([flag]) => flag !== '--json' || spec.noJson === undefined);
    await writeOutput(stdout, renderCommandHelp(spec, shared, paint));
    return EXIT.ok;
  }
  await refuseMistaken(call);
  checkArguments(spec, call.args);
  if (flags.boolean('json') && spec.noJson !== undefined) {
    throw new CofferError('usage', `coffer ${spec.name} does not support --json`, {
      hint: spec.noJson,
    });
  }
  const { run } = await spec.load();
  return run({ ...(await createContext(call, env, streams)), ...self });
}

/** Prints an expected failure; throws other errors again. */
async function printFailure(
  argv: readonly string[],
  env: Environment,
  { stdout, stderr }: Streams,
  error: unknown,
): Promise<number> {
  if (error instanceof ReaderLeft) return EXIT.readerLeft;
  const { renderError, renderErrorJson, expected } = await import('./terminal/problems.ts');
  const failure = expected(error);
  if (!failure) throw error;
  stderr.write(
    renderError(
      failure,
      createPaint(stderr.isTTY && !env['NO_COLOR'] && !wants(argv, '--no-color')),
    ),
  );
  if (wants(argv, '--json')) await writeOutput(stdout, renderErrorJson(failure)).catch(() => {});
  return exitCodeOf(failure);
}

/** A call that cannot be parsed still gets its error as JSON, or plain, if it asks for that. */
function wants(argv: readonly string[], flag: '--json' | '--no-color'): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).includes(flag);
}

async function createContext(call: Call, env: Environment, streams: Streams): Promise<Context> {
  const { rest, flags } = call;
  const args = await expandManifests(call);
  const terminal = createTerminal(streams, {
    color: flags.isAllowed('color') && !env['NO_COLOR'],
    quiet: flags.boolean('quiet'),
  });
  const debug = (line: string) => void streams.stderr.write(`${visible(line)}\n`);
  const tools = await createTools(flags, env, terminal, debug);
  return {
    args,
    rest,
    flags,
    json: flags.boolean('json'),
    terminal,
    environment: env,
    tools: { ...tools, input: readInput(streams) },
  };
}
