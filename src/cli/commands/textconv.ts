import { textconv } from '../../actions/textconv.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';

export async function run({ args, flags, terminal, tools }: Context): Promise<ExitCode> {
  const [file = ''] = args;
  await terminal.write(await textconv(tools, file, { reveal: flags.boolean('reveal') }));
  return EXIT.ok;
}
