import { appendFile } from 'node:fs/promises';
import { exportSecrets } from '../../actions/export.ts';
import { CofferError } from '../../errors.ts';
import { FORMAT_NAMES, loadFormat, type FormatName } from '../../formats/index.ts';
import { SHELLS } from '../../formats/shell-names.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import type { Environment } from '../environment.ts';
import { secretOptions, variableOptions } from '../options.ts';

export async function run({
  args,
  environment,
  flags,
  terminal,
  tools,
}: Context): Promise<ExitCode> {
  const format = flags.choice('format', FORMAT_NAMES);
  const file = format && (await fileOfJob(format, environment));
  const { text, appendix } = await exportSecrets(tools, args, {
    ...secretOptions(flags),
    ...variableOptions(flags),
    format,
    shell: flags.choice('shell', SHELLS),
    name: flags.string('name'),
    namespace: flags.string('namespace'),
    outDir: flags.string('outDir'),
  });
  await terminal.write(text);
  // Only after its secrets are masked.
  if (file !== undefined && appendix !== undefined) await appendFile(file, appendix);
  return EXIT.ok;
}

/** The file that a format appends to, if any. Checked before any secret is decrypted. */
async function fileOfJob(name: FormatName, environment: Environment): Promise<string | undefined> {
  const format = await loadFormat(name);
  if (!('rules' in format) || !format.appendix) return undefined;
  const { path, hint } = format.appendix;
  const file = environment[path];
  if (file) return file;
  throw new CofferError('usage', `--format ${name} needs ${path}, the file of the job`, { hint });
}
