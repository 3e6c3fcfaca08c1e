import { ROLES } from '../../access/policy/roles.ts';
import { explainPolicy, policy } from '../../actions/policy.ts';
import { CofferError } from '../../errors.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';
import { renderExplanations } from '../terminal/explanations.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  const options = { for: flags.choice('for', ROLES), account: flags.string('account') };
  const [keyPolicy, principals] = [flags.boolean('keyPolicy'), flags.list('principal')];
  if (!flags.boolean('explain')) {
    const document = await policy(tools, args, { ...options, keyPolicy, principals });
    await terminal.write(`${JSON.stringify(document, undefined, 2)}\n`);
    return EXIT.ok;
  }
  if (keyPolicy || principals.length > 0) {
    throw new CofferError('usage', '--explain cannot be used with --key-policy or --principal', {
      hint: 'it explains the policy of a role: coffer policy app.yml --for ci --explain',
    });
  }
  const explanation = await explainPolicy(tools, args, options);
  if (json) await writeReport(context, explanation);
  else await terminal.write(renderExplanations(explanation.statements));
  return EXIT.ok;
}
