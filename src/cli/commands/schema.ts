import { manifestSchema } from '../../manifest/schema.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';

export async function run({ terminal }: Context): Promise<ExitCode> {
  await terminal.write(manifestSchema());
  return EXIT.ok;
}
