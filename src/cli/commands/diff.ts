import { CofferError } from '../../errors.ts';
import { renderPlanJson } from '../../plan/json.ts';
import { renderPlanMarkdown } from '../../plan/markdown.ts';
import { renderPlanText } from '../terminal/plan-text.ts';
import { replaceFile } from '../../files/replace.ts';
import type { Change, Plan } from '../../plan/model.ts';
import { parseSelector } from '../../plan/versions.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { diffVersions } from '../../actions/diff-versions.ts';
import { planTargets } from '../../actions/targets.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { flags, terminal } = context;
  if (context.args.some(parseSelector)) {
    if (flags.isAllowed('decrypt')) return diffVersions(context);
    throw new CofferError('usage', '--no-decrypt is for manifests: versions have to be opened');
  }
  const format = flags.string('format') ?? (context.json ? 'json' : 'text');
  const reveal = flags.boolean('reveal');
  if (reveal && format === 'markdown') {
    throw new CofferError('usage', 'markdown is made for pull requests and never reveals a secret');
  }
  const plans = (await planTargets(context)).map(({ plan }) => plan);
  const file = flags.string('markdown');
  if (file !== undefined) await replaceFile(file, renderPlanMarkdown(plans));
  await terminal.write(render(plans, format, reveal, context));
  const isDifferent = plans.some(({ changes }) => changes.some(differs));
  return isDifferent && flags.boolean('exitCode') ? EXIT.different : EXIT.ok;
}

/** What is closed counts as far as it could be compared. */
function differs({ action, actual, differences }: Change): boolean {
  return action === 'closed' ? !actual || differences.length > 0 : action !== 'unchanged';
}

function render(plans: readonly Plan[], format: string, reveal: boolean, context: Context): string {
  switch (format) {
    case 'json':
      return renderPlanJson(plans, reveal);
    case 'markdown':
      return renderPlanMarkdown(plans);
    default:
      return renderPlanText(plans, { paint: context.terminal.dataPaint, reveal });
  }
}
