import { CofferError } from '../errors.ts';
import { createAws } from '../aws/index.ts';
import { userFolder } from '../files/user-lock.ts';
import { renderCommandHelp, renderOverview } from './help.ts';
import { createPaint } from './terminal/paint.ts';
import { checkArguments, readCall, type Call } from './command-line.ts';
import { EXIT, type Context, type Environment } from './context.ts';
import { GROUPS } from './index.ts';
import { interruption } from './terminal/interrupt.ts';
import { writeOutput } from './terminal/output.ts';
import { GLOBAL_FLAGS } from './specs/flags.ts';
import { createTerminal } from './terminal/terminal.ts';

/** Set by the build. */
declare const COFFER_VERSION: string;

/**
 * Runs one call of the command line; its exit status.
 * @throws CofferError for every expected failure.
 */
export async function main(argv: readonly string[], env: Environment): Promise<number> {
  if (argv[0] === '__complete') {
    const { complete } = await import('./completion/complete.ts');
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
  const json = flags.boolean('json');
  const terminal = createTerminal({
    color: flags.isAllowed('color') && !env['NO_COLOR'],
    quiet: flags.boolean('quiet'),
  });
  return {
    args,
    rest,
    flags,
    json,
    terminal,
    environment: env,
    region: flags.string('region'),
    homeRegion: flags.string('region') || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'],
    aws: createAws({
      profile: flags.string('profile'),
      endpoint: flags.string('endpointUrl') || env['AWS_ENDPOINT_URL'],
      concurrency: flags.count('concurrency') ?? 8,
      interruption,
      log: flags.boolean('debug')
        ? (line) => process.stderr.write(`coffer: debug: ${line}\n`)
        : undefined,
    }),
    fileKey: {
      alias: env['COFFER_KEY_ALIAS'] || env['PSYML_KEY_ALIAS'] || 'alias/coffer',
      region: env['COFFER_KEY_REGION'] || env['PSYML_KEY_REGION'],
      lockFolder: () => userFolder(env),
    },
  };
}
