import { diffVersions } from '../../actions/diff-versions.ts';
import { diff, isDifferent } from '../../actions/diff.ts';
import { describeDifferences, describePlans } from '../../actions/plan-report.ts';
import { CofferError } from '../../errors.ts';
import { replaceFile } from '../../files/replace.ts';
import { renderPlanMarkdown } from '../../plan/markdown.ts';
import { refuseTrackedLink } from '../../seal/outward-link.ts';
import { STORES } from '../../manifest/model.ts';
import { parseSelector } from '../../plan/versions.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { compareOptions } from '../options.ts';
import { renderReport } from '../report.ts';
import { renderDifferences, renderPlanText } from '../terminal/plan-text.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, json, terminal, tools } = context;
  if (args.some(parseSelector)) return runVersions(context);
  const format = flags.string('format') ?? (json ? 'json' : 'text');
  const reveal = flags.boolean('reveal');
  if (reveal && format === 'markdown') {
    throw new CofferError('usage', '--format markdown and --markdown cannot be used with --reveal');
  }
  const file = flags.string('markdown');
  if (file !== undefined) await refuseTrackedLink(file);
  const plans = await diff(tools, args, compareOptions(flags));
  if (file !== undefined) await replaceFile(file, renderPlanMarkdown(plans));
  if (format === 'json') await terminal.write(renderReport(describePlans(plans, reveal)));
  else if (format === 'markdown') await terminal.write(renderPlanMarkdown(plans));
  else await terminal.write(renderPlanText(plans, { paint: terminal.dataPaint, reveal }));
  return isDifferent(plans) && flags.boolean('exitCode') ? EXIT.different : EXIT.ok;
}

/** `diff NAME@3 NAME@5` */
async function runVersions({ args, flags, json, terminal, tools }: Context): Promise<ExitCode> {
  if (!flags.isAllowed('decrypt')) {
    throw new CofferError(
      'usage',
      '--no-decrypt works on manifests only: comparing versions decrypts them',
    );
  }
  const format = flags.string('format') ?? (json ? 'json' : 'text');
  if (format === 'markdown') {
    throw new CofferError('usage', '--format markdown does not work for two versions', {
      hint: 'use text or json',
    });
  }
  const differences = await diffVersions(tools, args, { store: flags.choice('store', STORES) });
  const reveal = flags.boolean('reveal');
  if (format === 'json') {
    await terminal.write(renderReport({ differences: describeDifferences(differences, reveal) }));
  } else if (differences.length === 0) {
    await terminal.write('no differences\n');
  } else {
    const lines = renderDifferences(differences, { paint: terminal.dataPaint, reveal });
    await terminal.write(`${[args.join(' → '), ...lines].join('\n')}\n`);
  }
  return differences.length > 0 && flags.boolean('exitCode') ? EXIT.different : EXIT.ok;
}
