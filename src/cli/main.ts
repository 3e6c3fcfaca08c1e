import { CofferError } from '../errors.ts';
import { renderCommandHelp, renderOverview } from './help.ts';
import { createPaint } from './terminal/paint.ts';
import { checkArguments, readCall, type Call } from './command-line.ts';
import { EXIT, type Context } from './context.ts';
import type { Environment } from './environment.ts';
import { GROUPS } from './index.ts';
import { writeOutput } from './terminal/output.ts';
import { GLOBAL_FLAGS } from './specs/flags.ts';
import { createTerminal } from './terminal/terminal.ts';
import { createTools } from './tools.ts';

/** Set by the build. */
declare const COFFER_VERSION: string;

/**
 * Runs one call of the command line; its exit status.
 * @throws CofferError for every expected failure.
 */
export async function main(argv: readonly string[], env: Environment): Promise<number> {
  if (argv[0] === '__complete') {
    const { complete } = await import('./complete/complete.ts');
    await writeOutput(await complete(argv[1] ?? '', argv[2]));
    return EXIT.ok;
  }
  const call = readCall(argv);
  const { spec, flags, isHelp } = call;
  const isColorful = flags.isAllowed('color') && !env['NO_COLOR'];
  const paint = createPaint(isColorful && process.stdout.isTTY);
  if (flags.boolean('version')) {
    await writeOutput(describeVersion());
    return EXIT.ok;
  }
  if (!spec) {
    await writeOutput(renderOverview(GROUPS, GLOBAL_FLAGS, paint));
    return isHelp ? EXIT.ok : EXIT.usage;
  }
  if (isHelp) {
    const shared = GLOBAL_FLAGS.filter(([flag]) => flag !== '--json' || spec.noJson === undefined);
    await writeOutput(renderCommandHelp(spec, shared, paint));
    return EXIT.ok;
  }
  checkArguments(spec, call.args);
  if (flags.boolean('json') && spec.noJson !== undefined) {
    throw new CofferError('usage', `coffer ${spec.name} has no --json`, { hint: spec.noJson });
  }
  const { run } = await spec.load();
  return run(createContext(call, env));
}

/** Node's version, too, as the AWS SDK goes by it. */
function describeVersion(): string {
  const { node } = process.versions;
  const isOld = Number.parseInt(node, 10) < 22;
  const advice = isOld ? 'From January 2027 new releases of the AWS SDK need Node 22.\n' : '';
  return `coffer ${COFFER_VERSION}, node ${node}\n${advice}`;
}

function createContext({ args, rest, flags }: Call, env: Environment): Context {
  const terminal = createTerminal({
    color: flags.isAllowed('color') && !env['NO_COLOR'],
    quiet: flags.boolean('quiet'),
  });
  return {
    args,
    rest,
    flags,
    json: flags.boolean('json'),
    terminal,
    environment: env,
    tools: createTools(flags, env, terminal, (line) => process.stderr.write(`${line}\n`)),
  };
}
