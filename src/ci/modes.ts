import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../cli/context.ts';
import { callCoffer, type Problem, type Report } from './coffer.ts';
import { findThread, postComment } from './comment.ts';
import type { Inputs } from './inputs.ts';
import type { Runner } from './runner.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs one mode, tells the runner of it, and gives back the step's exit status. */
export type RunMode = (inputs: Inputs, runner: Runner, env: Environment) => Promise<number>;

export const MODES: Readonly<Record<Inputs['mode'], RunMode>> = { check, diff, sync };

async function check({ manifests, flags }: Inputs, runner: Runner): Promise<number> {
  const { code, report } = await runner.shield(() => callCoffer(['check', ...manifests, ...flags]));
  const { problems = [] } = report;
  annotate(runner, problems);
  await tell(runner, problems.length > 0, { problems: problems.length });
  return code;
}

async function diff(inputs: Inputs, runner: Runner, env: Environment): Promise<number> {
  const { manifests, flags, commentKey } = inputs;
  const folder = await mkdtemp(join(tmpdir(), 'coffer-action-'));
  try {
    const file = join(folder, 'diff.md');
    const args = [...manifests, '--exit-code', '--markdown', file, ...flags];
    const { code, report } = await runner.shield(() => callCoffer(['diff', ...args]));
    if (code !== EXIT.ok && code !== EXIT.different) {
      annotate(runner, report.error?.problems);
      return code;
    }
    const markdown = withKey(await readFile(file, 'utf8'), commentKey);
    await runner.summary(markdown);
    await tell(runner, code === EXIT.different, report.counts ?? {});
    if (inputs.comment) await comment(markdown, inputs, runner, env);
    return inputs.failOnDifference ? code : EXIT.ok;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A workflow of a fork may read and not write: its log and summary have to do. */
async function comment(
  markdown: string,
  { token }: Inputs,
  runner: Runner,
  env: Environment,
): Promise<void> {
  const thread = await findThread(env, token);
  if (!thread) return;
  try {
    await runner.output('comment-url', await postComment(thread, markdown));
  } catch (error) {
    runner.annotate('warning', `the pull request has no comment: ${(error as Error).message}`);
  }
}

function withKey(markdown: string, key: string): string {
  return key === ''
    ? markdown
    : markdown.replace(' -->', () => `: ${key.replaceAll('--', '')} -->`);
}

async function sync({ manifests, flags }: Inputs, runner: Runner): Promise<number> {
  const { code, report } = await runner.shield(() =>
    callCoffer(['sync', ...manifests, '--yes', ...flags]),
  );
  if (report.error && !report.done) {
    annotate(runner, report.error.problems);
    return code;
  }
  const { done = [], failed = [], left = [] } = report;
  const counts = { done: done.length, failed: failed.length, left: left.length };
  await runner.summary(summarizeSync(report));
  await tell(runner, done.length > 0, counts);
  for (const { name, message } of failed) runner.annotate('error', `${name}: ${message}`);
  return code;
}

function summarizeSync({ done = [], deleted = [], failed = [], left = [] }: Report): string {
  const rows = [
    ...done.map((name) => `| ${deleted.includes(name) ? 'deleted' : 'written'} | \`${name}\` |`),
    ...failed.map(({ name }) => `| failed | \`${name}\` |`),
    ...left.map((name) => `| not begun | \`${name}\` |`),
  ];
  const title = `**coffer sync**: ${done.length} done, ${failed.length} failed, ${left.length} not begun`;
  return rows.length === 0
    ? title
    : [title, '', '| | parameter |', '|---|---|', ...rows].join('\n');
}

function annotate(runner: Runner, problems: readonly Problem[] = []): void {
  for (const { message, ...place } of problems) runner.annotate('error', message, place);
}

async function tell(runner: Runner, changed: boolean, counts: object): Promise<void> {
  await runner.output('changed', String(changed));
  await runner.output('counts', JSON.stringify(counts));
}
