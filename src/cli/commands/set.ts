import { set } from '../../actions/set.ts';
import { PARAMETER_TYPES } from '../../manifest/model.ts';
import { CofferError } from '../../errors.ts';
import type { Destination } from '../../manifest/new-manifest.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';
import { writeReports } from '../report.ts';
import { destinationOf, isWhole, refuseIncomplete } from './init.ts';
import { readValue } from '../terminal/value-input.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, terminal, tools } = context;
  const [file = '', name = ''] = args;
  const options = {
    ...writeOptions(flags),
    type: flags.choice('type', PARAMETER_TYPES),
    description: flags.string('description'),
    init: newDestination(context),
  };
  const input = {
    file: flags.string('fromFile'),
    keepNewline: flags.boolean('keepNewline'),
    limit: tools.limit,
  };
  const value = (wanted: string) => readValue(terminal, wanted, input);
  await writeReports(context, [await set(tools, file, name, value, options)]);
  return EXIT.ok;
}

/** With --init, where the secrets of a new manifest go. */
function newDestination(context: Context): Destination | undefined {
  const { flags } = context;
  const given = destinationOf(context);
  if (flags.boolean('init')) {
    if (isWhole(given)) return given;
    throw refuseIncomplete(given, 'coffer set --init');
  }
  for (const name of ['path', 'regions', 'kmskey', 'bucket', 'account']) {
    if (flags.string(name) === undefined) continue;
    throw new CofferError('usage', `--${name} is for a new manifest: add --init`);
  }
  return undefined;
}
