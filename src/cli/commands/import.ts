import { importPath, type ImportTarget } from '../../actions/import.ts';
import { CofferError } from '../../errors.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeOptions } from '../options.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const [path = ''] = args;
  const options = { ...writeOptions(flags), allowForeign: flags.boolean('allowForeign') };
  await importPath(tools, path, targetOf(context, path), options);
  return EXIT.ok;
}

function targetOf({ flags, terminal }: Context, path: string): ImportTarget {
  const merge = flags.string('merge');
  const output = flags.string('output');
  const kmskey = flags.string('kmskey');
  if (merge === undefined) {
    if (output !== undefined) return { file: output, kmskey };
    return { file: fileFor(path), kmskey, write: (text) => terminal.write(text) };
  }
  for (const [flag, value] of Object.entries({ output, kmskey })) {
    if (value === undefined) continue;
    throw new CofferError(
      'usage',
      `--${flag} cannot be used with --merge: it is for a new manifest`,
    );
  }
  return { merge };
}

/** The file to which people usually redirect standard output. */
function fileFor(path: string): string {
  return `${path.split('/').findLast((part) => part !== '') ?? 'root'}.yml`;
}
