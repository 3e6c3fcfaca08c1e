import { CofferError } from '../errors.ts';
import { renderPlanJson } from '../render/plan-json.ts';
import { renderPlanMarkdown } from '../render/plan-markdown.ts';
import { renderPlanText } from '../render/plan-text.ts';
import type { Plan } from '../plan/model.ts';
import { parseSelector } from '../plan/versions.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { diffVersions } from './diff-versions.ts';
import { planTargets } from './targets.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { flags, terminal } = context;
  if (context.args.some(parseSelector)) return diffVersions(context);
  const format = flags.string('format') ?? (context.json ? 'json' : 'text');
  if (!['text', 'json', 'markdown'].includes(format)) {
    throw new CofferError('usage', `there is no format ${format}`, {
      hint: 'text, json or markdown',
    });
  }
  const reveal = flags.boolean('reveal');
  if (reveal && format === 'markdown') {
    throw new CofferError('usage', 'markdown is made for pull requests and never reveals a secret');
  }
  const plans = (await planTargets(context, { pruneTags: flags.boolean('pruneTags') })).map(
    ({ plan }) => plan,
  );
  await terminal.write(render(plans, format, reveal, context));
  const isDifferent = plans.some(({ changes }) =>
    changes.some(({ action }) => action !== 'unchanged'),
  );
  return isDifferent && flags.boolean('exitCode') ? EXIT.different : EXIT.ok;
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
