import { batches } from '../aws/parameters.ts';
import { CofferError } from '../errors.ts';
import { applyAll, joinApplied, type Applied } from '../plan/apply.ts';
import type { Action, Change } from '../plan/model.ts';
import { PATIENT } from '../plan/patience.ts';
import { changeTask, needsReplacement } from '../plan/write.ts';
import { renderPlanText } from '../render/plan-text.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { onInterrupt } from './interrupt.ts';
import { reportApplied } from './report.ts';
import { planTargets, type Target } from './targets.ts';
import { requireConsent } from './terminal.ts';
import { writeAll } from './writing.ts';

/** The part of a plan that one question is about. */
interface Round {
  actions: readonly Action[];
  /** The flag that consents to it beforehand. */
  flag: string;
  question: (count: number) => string;
}

const WRITE: Round = {
  actions: ['create', 'update'],
  flag: 'yes',
  question: (count) => `Write ${count} parameters?`,
};
const REPLACE: Round = {
  actions: ['replace'],
  flag: 'replace',
  question: (count) => `Delete ${count} parameters with their history, and create them anew?`,
};
const PRUNE: Round = {
  actions: ['extra'],
  flag: 'prune',
  question: (count) => `Delete ${count} parameters that are in no manifest?`,
};

export async function run(context: Context): Promise<ExitCode> {
  const { flags, terminal } = context;
  const targets = await planTargets(context, { pruneTags: flags.boolean('pruneTags') });
  const plans = targets.map(({ plan }) => plan);
  const text = renderPlanText(plans, { paint: terminal.paint, reveal: flags.boolean('reveal') });
  terminal.note(text.trimEnd());
  if (flags.boolean('dryRun')) return EXIT.ok;

  const signal = onInterrupt(terminal);
  let applied: Applied = { done: [], failed: [], left: [] };
  for (const round of [WRITE, REPLACE, ...(flags.boolean('prune') ? [PRUNE] : [])]) {
    const count = countOf(targets, round);
    if (count === 0) continue;
    await ask(context, round, count);
    for (const target of targets) {
      applied = joinApplied(applied, await applyRound(context, target, round, signal));
    }
  }
  applied = await retryAsReplacements(context, targets, applied, signal);
  const { done } = applied;
  if (done.length > 0) terminal.note(`${done.length} parameters are in step now`);
  return reportApplied(context, applied, 'run coffer sync again to finish');
}

/** Consent to deleting is its own flag: `--yes` alone does not stand for it. */
async function ask(context: Context, round: Round, count: number): Promise<void> {
  const { flags, terminal } = context;
  const isGranted = flags.boolean(round.flag) && flags.boolean('yes');
  if (!isGranted && flags.boolean('yes')) {
    throw new CofferError('declined', `${count} parameters can only be replaced`, {
      hint: `add --${round.flag} to delete them with their history and create them anew`,
    });
  }
  await requireConsent(terminal, isGranted, round.question(count));
}

function countOf(targets: readonly Target[], round: Round): number {
  return targets.reduce((sum, target) => sum + changesOf(target, round).length, 0);
}

function changesOf({ plan }: Target, { actions }: Round): Change[] {
  return plan.changes.filter(({ action }) => actions.includes(action));
}

async function applyRound(
  context: Context,
  target: Target,
  round: Round,
  signal: AbortSignal,
): Promise<Applied> {
  const changes = changesOf(target, round);
  if (changes.length === 0) return { done: [], failed: [], left: [] };
  return round === PRUNE
    ? prune(context, target, changes, signal)
    : writeAll(context, target.manifest, changes, changeTask, signal);
}

async function prune(
  context: Context,
  { manifest }: Target,
  changes: readonly Change[],
  signal: AbortSignal,
): Promise<Applied> {
  const parameters = await context.aws.parameters(manifest.region);
  const lots = batches(changes.map(({ name }) => name));
  const results = await applyAll(
    lots.map((names, index) => ({
      name: String(index),
      run: async () => {
        await parameters.deleteBatch(names);
      },
    })),
    { concurrency: context.aws.session.concurrency, patience: PATIENT, signal },
  );
  const namesOf = (index: string) => lots[Number(index)] ?? [];
  return {
    done: results.done.flatMap(namesOf),
    failed: results.failed.flatMap(({ name, error }) =>
      namesOf(name).map((each) => ({ name: each, error })),
    ),
    left: results.left.flatMap(namesOf),
  };
}

/** A type that SSM would not change in place is changed by replacing the parameter. */
async function retryAsReplacements(
  context: Context,
  targets: readonly Target[],
  applied: Applied,
  signal: AbortSignal,
): Promise<Applied> {
  const refused = new Set(
    applied.failed.filter(({ error }) => needsReplacement(error)).map(({ name }) => name),
  );
  if (refused.size === 0 || signal.aborted) return applied;
  context.terminal.note(
    `SSM does not change the type of these in place: ${[...refused].sort().join(', ')}`,
  );
  await ask(context, REPLACE, refused.size);
  let result: Applied = {
    ...applied,
    failed: applied.failed.filter(({ name }) => !refused.has(name)),
  };
  for (const target of targets) {
    const changes = target.plan.changes
      .filter(({ name }) => refused.has(name))
      .map((change): Change => ({ ...change, action: 'replace' }));
    if (changes.length > 0) {
      result = joinApplied(
        result,
        await writeAll(context, target.manifest, changes, changeTask, signal),
      );
    }
  }
  return result;
}
