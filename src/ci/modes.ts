import { check as checkManifests, summarizeFindings } from '../actions/check.ts';
import { diff as planDifferences, isDifferent } from '../actions/diff.ts';
import { sync as writeDifferences, type SyncReport } from '../actions/sync.ts';
import { EXIT, type ExitCode } from '../cli/context.ts';
import { exitCodeOf } from '../cli/exit-code.ts';
import { compareOptions } from '../cli/options.ts';
import { createPaint } from '../cli/terminal/paint.ts';
import { renderPlanText } from '../cli/terminal/plan-text.ts';
import { CofferError } from '../errors.ts';
import type { Host } from '../host.ts';
import { renderPlanMarkdown } from '../plan/markdown.ts';
import type { Plan } from '../plan/model.ts';
import { countActions } from '../plan/words.ts';
import { findThread, postComment } from './comment.ts';
import type { Inputs } from './inputs.ts';
import { annotateAll, logFailure, type Runner } from './runner.ts';
import type { Step } from './step.ts';

/** Runs one mode and reports to the runner. Returns the step's exit status. */
export type RunMode = (step: Step) => Promise<ExitCode>;

export const MODES: Readonly<Record<Inputs['mode'], RunMode>> = { check, diff, sync };

async function check({ manifests, flags, tools, runner }: Step): Promise<ExitCode> {
  const { allowedFiles } = tools;
  const options = {
    staged: flags.boolean('staged'),
    overdue: flags.boolean('overdue'),
    allowedFiles,
  };
  const findings = await checkManifests(process.cwd(), manifests, options);
  const { problems, warnings } = findings;
  annotateAll(runner, findings);
  for (const warning of warnings) tools.host.warn(warning);
  tools.host.note(summarizeFindings(findings, options));
  await tell(runner, problems.length > 0, { problems: problems.length });
  return problems.length > 0 ? EXIT.different : EXIT.ok;
}

async function diff(step: Step): Promise<ExitCode> {
  const { inputs, manifests, flags, tools, runner } = step;
  const plans = await planDifferences(tools, manifests, compareOptions(flags));
  notePlans(tools.host, plans);
  const markdown = withKey(renderPlanMarkdown(plans), inputs.commentKey);
  const changed = isDifferent(plans);
  await runner.summary(markdown);
  await tell(runner, changed, countActions(plans));
  if (inputs.comment) await comment(markdown, step);
  return changed && inputs.failOnDifference ? EXIT.different : EXIT.ok;
}

/** A fork's workflow may read but not write: it has only the log and the summary. */
async function comment(markdown: string, { inputs, runner, env }: Step): Promise<void> {
  const thread = await findThread(env, inputs.token);
  if (!thread) return;
  try {
    await runner.output('comment-url', await postComment(thread, markdown));
  } catch (error) {
    const message = `cannot comment on the pull request: ${(error as Error).message}`;
    runner.annotate('warning', { message });
  }
}

function withKey(markdown: string, key: string): string {
  return key === ''
    ? markdown
    : markdown.replace(' -->', () => `: ${key.replaceAll('--', '')} -->`);
}

async function sync(step: Step): Promise<ExitCode> {
  const { runner } = step;
  const { report, code } = await writeAll(step);
  const { done, failed, left } = report;
  const counts = { done: done.length, failed: failed.length, left: left.length };
  await runner.summary(summarizeSync(report));
  await tell(runner, done.length > 0, counts);
  for (const { region, failed: there } of report.regions) {
    for (const { name, message } of there) {
      const where = report.regions.length > 1 ? ` in ${region}` : '';
      runner.annotate('error', { message: `${name}${where}: ${message}` });
    }
  }
  return code;
}

/** @throws CofferError if it failed before it did anything */
async function writeAll({
  manifests,
  flags,
  tools,
  runner,
}: Step): Promise<{ report: SyncReport; code: ExitCode }> {
  try {
    const report = await writeDifferences(tools, manifests, {
      ...compareOptions(flags),
      yes: true,
      replace: flags.boolean('replace'),
      dryRun: flags.boolean('dryRun'),
      onPlan: (plans) => notePlans(tools.host, plans),
    });
    return { report, code: EXIT.ok };
  } catch (error) {
    if (!(error instanceof CofferError) || !error.report) throw error;
    logFailure(runner, error);
    return { report: error.report as SyncReport, code: exitCodeOf(error) };
  }
}

function summarizeSync({ done, failed, left, regions }: SyncReport): string {
  const rows = regions.flatMap((there) => {
    const where = regions.length > 1 ? ` in ${there.region}` : '';
    const row = (what: string, name: string) => `| ${what} | \`${name}\`${where} |`;
    return [
      ...there.done.map((name) => row(there.deleted.includes(name) ? 'deleted' : 'written', name)),
      ...there.failed.map(({ name }) => row('failed', name)),
      ...there.left.map((name) => row('not started', name)),
    ];
  });
  const title = `**coffer sync**: ${done.length} done, ${failed.length} failed, ${left.length} not started`;
  return rows.length === 0
    ? title
    : [title, '', '| | parameter |', '|---|---|', ...rows].join('\n');
}

function notePlans(host: Host, plans: readonly Plan[]): void {
  const text = renderPlanText(plans, { paint: createPaint(false), reveal: false });
  for (const line of text.trimEnd().split('\n')) host.note(line);
}

async function tell(runner: Runner, changed: boolean, counts: object): Promise<void> {
  await runner.output('changed', String(changed));
  await runner.output('counts', JSON.stringify(counts));
}
