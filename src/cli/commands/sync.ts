import { CofferError } from '../../errors.ts';
import { joinApplied, type Applied } from '../../plan/apply.ts';
import type { Action, Change } from '../../plan/model.ts';
import { changeTask, needsReplacement } from '../../plan/write.ts';
import { countOf } from '../../formats/count.ts';
import { renderPlanJson } from '../../plan/json.ts';
import { renderPlanText } from '../terminal/plan-text.ts';
import { countActions } from '../../plan/words.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { deleteParameters } from '../../actions/deleting.ts';
import { onInterrupt } from '../terminal/interrupt.ts';
import { describeApplied, reportApplied } from '../report.ts';
import { planTargets, type Target } from '../../actions/targets.ts';
import { requireConsent } from '../terminal/terminal.ts';
import { writeAll } from '../../actions/writing.ts';

/** One manifest, how AWS differs from it, and what was done about that. */
interface Work {
  target: Target;
  /** What its plan says, by now. */
  changes: readonly Change[];
  applied: Applied;
}

/** Does some of the changes of one manifest. */
type Apply = (target: Target, changes: readonly Change[]) => Promise<Applied>;

const NOTHING: Applied = { done: [], failed: [], left: [] };

export async function run(context: Context): Promise<ExitCode> {
  const { flags, terminal } = context;
  const targets = await planTargets(context);
  const plans = targets.map(({ plan }) => plan);
  const reveal = flags.boolean('reveal');
  terminal.note(renderPlanText(plans, { paint: terminal.paint, reveal }).trimEnd());
  if (flags.boolean('dryRun')) {
    if (context.json) await terminal.write(renderPlanJson(plans, reveal));
    return EXIT.ok;
  }

  const signal = onInterrupt(terminal);
  const write: Apply = ({ manifest }, changes) =>
    writeAll(context, manifest, changes, changeTask, signal);
  const remove: Apply = async ({ manifest }, changes) => {
    const names = changes.map(({ name }) => name);
    return (await deleteParameters(context, manifest.region, names, signal)).applied;
  };
  const replacesToo = flags.boolean('replace');
  const writes: Action[] = ['create', 'update', ...(replacesToo ? (['replace'] as const) : [])];
  const question = questionOf(countActions(plans), replacesToo);
  if (question) await requireConsent(terminal, flags.boolean('yes'), question);

  let work = targets.map((target): Work => {
    return { target, changes: target.plan.changes, applied: NOTHING };
  });
  work = await applyAll(work, writes, write);
  work = work.map((item) => replaceRefused(context, item));
  work = await replaceAll(context, work, write, signal);
  // A name that changed is gone only once the new one is there.
  const isWritten = work.every(({ applied }) => applied.failed.every(isDeclined));
  work = await applyAll(work, ['delete'], isWritten ? remove : leave);

  const applied = work.map((item) => item.applied).reduce(joinApplied, NOTHING);
  const planned = plans.flatMap(({ changes }) => changes);
  const namesOf = (action: Action) =>
    planned.filter((change) => change.action === action).map(({ name }) => name);
  const deletes = new Set(namesOf('delete'));
  const deleted = applied.done.filter((name) => deletes.has(name)).toSorted();
  tell(context, applied.done.length - deleted.length, deleted.length);
  const closed = namesOf('closed');
  const all = { ...applied, left: [...applied.left, ...closed] };
  return reportApplied(
    context,
    all,
    closed.length > 0
      ? 'run coffer sync without --no-decrypt, where kms:Decrypt is allowed, to finish'
      : 'run coffer sync again to finish',
    { ...describeApplied(all), deleted },
  );
}

/** `Write 2 parameters, replace 1 and delete 3?`; nothing when there is nothing to ask. */
function questionOf(
  counts: Readonly<Record<Action, number>>,
  replacesToo: boolean,
): string | undefined {
  const parts = [
    ['write', counts.create + counts.update],
    ['replace', replacesToo ? counts.replace : 0],
    ['delete', counts.delete],
  ] as const;
  const [first, ...others] = parts
    .filter(([, count]) => count > 0)
    .map(([verb, count], i) => `${verb} ${i === 0 ? countOf(count, 'parameter') : count}`);
  if (!first) return undefined;
  const last = others.pop();
  const text = `${[first, ...others].join(', ')}${last ? ` and ${last}` : ''}?`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function tell({ terminal }: Context, written: number, deleted: number): void {
  if (written > 0) terminal.note(`${countOf(written, 'parameter')} written`);
  if (deleted > 0) terminal.note(`${countOf(deleted, 'parameter')} deleted`);
}

/** Does every change of these actions; one that was done is no change any more. */
async function applyAll(
  work: readonly Work[],
  actions: readonly Action[],
  apply: Apply,
): Promise<Work[]> {
  const result: Work[] = [];
  for (const { target, changes, applied } of work) {
    const isMeant = ({ action }: Change) => actions.includes(action);
    const meant = changes.filter(isMeant);
    const more = meant.length > 0 ? await apply(target, meant) : NOTHING;
    const rest = changes.filter((change) => !isMeant(change));
    result.push({ target, changes: rest, applied: joinApplied(applied, more) });
  }
  return result;
}

/** A type that SSM would not change in place is to be changed by replacing the parameter. */
function replaceRefused({ terminal }: Context, { target, changes, applied }: Work): Work {
  const refused = new Set(
    applied.failed.filter(({ error }) => needsReplacement(error)).map(({ name }) => name),
  );
  if (refused.size === 0) return { target, changes, applied };
  terminal.note(
    `SSM does not change the type of these in place: ${[...refused].sort().join(', ')}`,
  );
  const replacements = target.plan.changes
    .filter(({ name }) => refused.has(name))
    .map((change): Change => ({ ...change, action: 'replace' }));
  const failed = applied.failed.filter(({ name }) => !refused.has(name));
  return { target, changes: [...changes, ...replacements], applied: { ...applied, failed } };
}

/**
 * Deletes and creates anew, with consent of its own: `--yes` alone does not stand for it. A refusal
 * counts as failed when other things were done before it; else it ends the run.
 */
async function replaceAll(
  context: Context,
  work: Work[],
  write: Apply,
  signal: AbortSignal,
): Promise<Work[]> {
  const count = work.reduce(
    (sum, { changes }) => sum + changes.filter(({ action }) => action === 'replace').length,
    0,
  );
  if (count === 0) return work;
  const refusal = signal.aborted ? undefined : await refusalOf(context, count);
  if (!refusal) return applyAll(work, ['replace'], write);
  if (work.every(({ applied }) => isNothing(applied))) throw refusal;
  return applyAll(work, ['replace'], (_, changes) =>
    Promise.resolve({
      ...NOTHING,
      failed: changes.map(({ name }) => ({ name, error: refusal })),
    }),
  );
}

function leave(_: Target, changes: readonly Change[]): Promise<Applied> {
  return Promise.resolve({ ...NOTHING, left: changes.map(({ name }) => name) });
}

function isNothing({ done, failed, left }: Applied): boolean {
  return done.length + failed.length + left.length === 0;
}

function isDeclined({ error }: { error: CofferError }): boolean {
  return error.code === 'declined';
}

async function refusalOf(
  { flags, terminal }: Context,
  count: number,
): Promise<CofferError | undefined> {
  const isGranted = flags.boolean('replace') && flags.boolean('yes');
  if (!isGranted && flags.boolean('yes')) {
    return new CofferError('declined', 'SSM cannot change this in place, only replace it', {
      hint: 'add --replace to delete it with its history and create it anew',
    });
  }
  const question = `Delete ${countOf(count, 'parameter')}, history included, and create anew?`;
  try {
    await requireConsent(terminal, isGranted, question);
    return undefined;
  } catch (error) {
    if (error instanceof CofferError && ['declined', 'interrupted'].includes(error.code))
      return error;
    throw error;
  }
}
