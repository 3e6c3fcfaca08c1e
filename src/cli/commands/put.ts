import { put } from '../../actions/put.ts';
import { CofferError } from '../../errors.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import type { Flags } from '../flags.ts';
import { writeReport } from '../report.ts';
import { openInput } from '../terminal/data-input.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { flags, json, terminal, tools } = context;
  const target = {
    path: required(flags, 'path', 'the prefix of the object, such as apps/superman/keystore'),
    bucket: required(flags, 'bucket', 'the bucket for the object'),
    kmskey: required(flags, 'key', 'the KMS key that readers may use, such as alias/superman'),
    parameter: flags.string('ssm'),
    extension: flags.string('extension'),
  };
  const { data, size } = await openInput(terminal.streams.stdin, flags.string('file'));
  const options = {
    allowEmpty: flags.boolean('allowEmpty'),
    overwrite: flags.boolean('overwrite'),
    size,
  };
  const report = await put(tools, data, target, options);
  if (json) await writeReport(context, report);
  else await terminal.write(`${report.url}\n`);
  return EXIT.ok;
}

function required(flags: Flags, name: string, what: string): string {
  const value = flags.string(name);
  if (value) return value;
  throw new CofferError('usage', `coffer put needs --${name}`, { hint: what });
}
