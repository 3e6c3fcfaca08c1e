import { ROLES } from '../../access/policy/roles.ts';
import { policy } from '../../actions/policy.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';

export async function run({ args, flags, terminal, tools }: Context): Promise<ExitCode> {
  const document = await policy(tools, args, {
    for: flags.choice('for', ROLES),
    account: flags.string('account'),
    keyPolicy: flags.boolean('keyPolicy'),
    principals: flags.list('principal'),
  });
  await terminal.write(`${JSON.stringify(document, undefined, 2)}\n`);
  return EXIT.ok;
}
