import { CofferError } from '../errors.ts';
import { joinApplied, type Applied } from '../plan/apply.ts';
import type { Action, Change } from '../plan/model.ts';
import { changeTask, needsReplacement } from '../plan/write.ts';
import { countOf } from '../render/count.ts';
import { renderPlanJson } from '../render/plan-json.ts';
import { renderPlanText } from '../render/plan-text.ts';
import { EXIT, type Context, type ExitCode } from './context.ts';
import { deleteParameters } from './deleting.ts';
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
  question: (count) => `Write ${countOf(count, 'parameter')}?`,
};
const REPLACE: Round = {
  actions: ['replace'],
  flag: 'replace',
  question: (count) => `Delete ${countOf(count, 'parameter')}, history included, and create anew?`,
};
const PRUNE: Round = {
  actions: ['extra'],
  flag: 'prune',
  question: (count) => `Delete ${countOf(count, 'parameter')} found in no manifest?`,
};

/** One manifest, how AWS differs from it, and what was done about that. */
interface Work {
  target: Target;
  applied: Applied;
}

const NOTHING: Applied = { done: [], failed: [], left: [] };

export async function run(context: Context): Promise<ExitCode> {
  const { flags, terminal } = context;
  const targets = await planTargets(context, { pruneTags: flags.boolean('pruneTags') });
  const plans = targets.map(({ plan }) => plan);
  const reveal = flags.boolean('reveal');
  terminal.note(renderPlanText(plans, { paint: terminal.paint, reveal }).trimEnd());
  if (flags.boolean('dryRun')) {
    if (context.json) await terminal.write(renderPlanJson(plans, reveal));
    return EXIT.ok;
  }

  const signal = onInterrupt(terminal);
  let work: Work[] = targets.map((target) => ({ target, applied: NOTHING }));
  work = await runRound(context, work, WRITE, signal);
  work = work.map((item) => replaceRefused(context, item));
  work = await runRound(context, work, REPLACE, signal);
  if (flags.boolean('prune')) work = await runRound(context, work, PRUNE, signal);
  const applied = work.map((item) => item.applied).reduce(joinApplied, NOTHING);
  const { done, left } = applied;
  if (done.length > 0) {
    const isOne = done.length === 1;
    terminal.note(`${countOf(done.length, 'parameter')} ${isOne ? 'is' : 'are'} in step now`);
  }
  const closed = plans.flatMap(({ changes }) =>
    changes.filter(({ action }) => action === 'closed').map(({ name }) => name),
  );
  return reportApplied(
    context,
    { ...applied, left: [...left, ...closed] },
    closed.length > 0
      ? 'run coffer sync without --no-decrypt, where kms:Decrypt is allowed, to finish'
      : 'run coffer sync again to finish',
  );
}

/** A round that is refused counts as failed when others went before it; else it ends the run. */
async function runRound(
  context: Context,
  work: readonly Work[],
  round: Round,
  signal: AbortSignal,
): Promise<Work[]> {
  const count = work.reduce((sum, { target }) => sum + changesOf(target, round).length, 0);
  if (count === 0) return [...work];
  const refusal = signal.aborted ? undefined : await refusalOf(context, round, count);
  if (refusal && work.every(({ applied }) => isNothing(applied))) throw refusal;
  const result: Work[] = [];
  for (const { target, applied } of work) {
    const more = refusal
      ? allFailed(changesOf(target, round), refusal)
      : await applyRound(context, target, round, signal);
    result.push({ target, applied: joinApplied(applied, more) });
  }
  return result;
}

function isNothing({ done, failed, left }: Applied): boolean {
  return done.length + failed.length + left.length === 0;
}

function allFailed(changes: readonly Change[], error: CofferError): Applied {
  return { ...NOTHING, failed: changes.map(({ name }) => ({ name, error })) };
}

/** Consent to deleting is its own flag: `--yes` alone does not stand for it. */
async function refusalOf(
  { flags, terminal }: Context,
  round: Round,
  count: number,
): Promise<CofferError | undefined> {
  const isGranted = flags.boolean(round.flag) && flags.boolean('yes');
  if (!isGranted && flags.boolean('yes')) {
    return new CofferError('declined', 'SSM cannot change this in place, only replace it', {
      hint: `add --${round.flag} to delete it with its history and create it anew`,
    });
  }
  try {
    await requireConsent(terminal, isGranted, round.question(count));
    return undefined;
  } catch (error) {
    if (error instanceof CofferError && isRefusal(error)) return error;
    throw error;
  }
}

/** Whether nobody consented, be it by Ctrl-C. */
function isRefusal({ code }: CofferError): boolean {
  return code === 'declined' || code === 'interrupted';
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
  if (changes.length === 0) return NOTHING;
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
  const names = changes.map(({ name }) => name);
  return (await deleteParameters(context, manifest.region, names, signal)).applied;
}

/** A type that SSM would not change in place is to be changed by replacing the parameter. */
function replaceRefused({ terminal }: Context, { target, applied }: Work): Work {
  const refused = new Set(
    applied.failed.filter(({ error }) => needsReplacement(error)).map(({ name }) => name),
  );
  if (refused.size === 0) return { target, applied };
  terminal.note(
    `SSM does not change the type of these in place: ${[...refused].sort().join(', ')}`,
  );
  const changes = target.plan.changes.map((change): Change =>
    refused.has(change.name) ? { ...change, action: 'replace' } : change,
  );
  const failed = applied.failed.filter(({ name }) => !refused.has(name));
  return {
    target: { ...target, plan: { ...target.plan, changes } },
    applied: { ...applied, failed },
  };
}
