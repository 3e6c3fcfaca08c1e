import { CofferError } from '../errors.ts';
import { countOf } from '../formats/count.ts';
import type { Host } from '../host.ts';
import { joinApplied, NOTHING, type Applied } from '../plan/apply.ts';
import type { Plan } from '../plan/model.ts';
import type { Action, Change } from '../stores/model.ts';
import { countActions } from '../plan/words.ts';
import { needsReplacement } from '../stores/write.ts';
import { deleteParameters } from './deleting.ts';
import { describeApplied, describeVersions, finish, type AppliedReport } from './report.ts';
import { planTargets, type CompareOptions, type Target } from './targets.ts';
import type { Tools } from './tools.ts';
import { writeAll } from './writing.ts';

export interface SyncOptions extends CompareOptions {
  /** Goes ahead without asking the host. */
  yes?: boolean | undefined;
  /** Allows coffer to delete, with its history, and recreate what SSM cannot change in place. */
  replace?: boolean | undefined;
  /** Only plans. */
  dryRun?: boolean | undefined;
  /** Receives the plan before anything is asked or written. */
  onPlan?: ((plans: readonly Plan[]) => void) | undefined;
}

export interface SyncReport extends AppliedReport {
  /** Those of `done` that were deleted. */
  deleted: string[];
  /** The version of each parameter that now matches its manifest, by full name. */
  versions: Record<string, number>;
}

/** One manifest, its plan, and what was done. */
interface Work {
  target: Target;
  /** The changes left to do. */
  changes: readonly Change[];
  applied: Applied;
}

/** Applies some of the changes of one manifest. */
type Apply = (target: Target, changes: readonly Change[]) => Promise<Applied>;

/**
 * Writes what differs; with `prune` also deletes what is not in any manifest.
 * @throws CofferError `declined`, or with the report if some of it failed
 */
export async function sync(
  tools: Tools,
  files: readonly string[],
  options: SyncOptions = {},
): Promise<SyncReport> {
  const { host } = tools;
  const { replace = false, yes = false, useRecovery } = options;
  const isPublished = !options.dryRun;
  const targets = await planTargets(tools, files, { ...options, isPublished });
  const plans = targets.map(({ plan }) => plan);
  options.onPlan?.(plans);
  const planned = plans.flatMap(({ changes }) => changes);
  const versions = new Map(
    planned.flatMap(({ action, name, actual }) =>
      action === 'unchanged' && actual ? [[name, actual.version]] : [],
    ),
  );
  if (options.dryRun) return reportOf(NOTHING, planned, versions);

  const signal = host.onStop();
  const write: Apply = ({ manifest }, changes) =>
    writeAll(tools, manifest, changes, (store, change, writing) => store.change(change, writing), {
      signal,
      useRecovery,
      versions,
    });
  const remove: Apply = async ({ manifest }, changes) => {
    const names = changes.map(({ name }) => name);
    return (await deleteParameters(tools, manifest.region, names, signal)).applied;
  };
  const writes: Action[] = ['create', 'update', ...(replace ? (['replace'] as const) : [])];
  const question = questionOf(countActions(plans), replace);
  if (question) await tools.aws.requireAccount();
  if (question && !yes) await host.confirm(question);

  let work = targets.map((target): Work => {
    return { target, changes: target.plan.changes, applied: NOTHING };
  });
  work = await applyAll(work, writes, write);
  work = work.map((item) => replaceRefused(host, item));
  work = await replaceAll(work, write, (count) =>
    signal?.aborted ? Promise.resolve(undefined) : refusalOf(host, { replace, yes }, count),
  );
  // Deletes last, so that a renamed parameter exists under its new name first.
  const isWritten = work.every(({ applied }) => applied.failed.every(isDeclined));
  work = await applyAll(work, ['delete'], isWritten ? remove : leave);

  const applied = work.map((item) => item.applied).reduce(joinApplied, NOTHING);
  const closed = planned.filter(({ action }) => action === 'closed').map(({ name }) => name);
  const all = { ...applied, left: [...applied.left, ...closed] };
  const report = reportOf(all, planned, versions);
  tell(host, report);
  return finish(
    all,
    report,
    closed.length > 0
      ? 'run coffer sync without --no-decrypt, where kms:Decrypt is allowed, to finish'
      : 'run coffer sync again to finish',
  );
}

function reportOf(
  applied: Applied,
  planned: readonly Change[],
  versions: ReadonlyMap<string, number>,
): SyncReport {
  const deletes = new Set(
    planned.filter(({ action }) => action === 'delete').map(({ name }) => name),
  );
  const report = describeApplied(applied);
  const deleted = report.done.filter((name) => deletes.has(name));
  return { ...report, deleted, versions: describeVersions(versions) };
}

/** `Write 2 parameters, replace 1 and delete 3?`; undefined if there is nothing to ask. */
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

function tell(host: Host, { done, deleted }: SyncReport): void {
  const written = done.length - deleted.length;
  if (written > 0) host.note(`${countOf(written, 'parameter')} written`);
  if (deleted.length > 0) host.note(`${countOf(deleted.length, 'parameter')} deleted`);
}

/** Applies the changes with these actions, and removes finished ones from the list. */
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

/** Turns changes of type that SSM refused into replacements. */
function replaceRefused(host: Host, { target, changes, applied }: Work): Work {
  const refused = new Set(
    applied.failed.filter(({ error }) => needsReplacement(error)).map(({ name }) => name),
  );
  if (refused.size === 0) return { target, changes, applied };
  host.note(`SSM cannot change the type of these in place: ${[...refused].sort().join(', ')}`);
  const replacements = target.plan.changes
    .filter(({ name }) => refused.has(name))
    .map((change): Change => ({ ...change, action: 'replace' }));
  const failed = applied.failed.filter(({ name }) => !refused.has(name));
  return { target, changes: [...changes, ...replacements], applied: { ...applied, failed } };
}

/**
 * Deletes and recreates, with its own consent: `--yes` alone is not enough. A refusal counts as
 * failed if other work was done before it; otherwise it ends the run.
 */
async function replaceAll(
  work: Work[],
  write: Apply,
  refuse: (count: number) => Promise<CofferError | undefined>,
): Promise<Work[]> {
  const count = work.reduce(
    (sum, { changes }) => sum + changes.filter(({ action }) => action === 'replace').length,
    0,
  );
  if (count === 0) return work;
  const refusal = await refuse(count);
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
  host: Host,
  { replace, yes }: { replace: boolean; yes: boolean },
  count: number,
): Promise<CofferError | undefined> {
  if (replace && yes) return undefined;
  if (yes) {
    return new CofferError('declined', 'SSM cannot change this in place, only replace it', {
      hint: 'add --replace to delete it with its history and create it again',
    });
  }
  try {
    await host.confirm(
      `Delete ${countOf(count, 'parameter')}, history included, and create again?`,
    );
    return undefined;
  } catch (error) {
    const isRefusal =
      error instanceof CofferError && ['declined', 'interrupted'].includes(error.code);
    if (isRefusal) return error;
    throw error;
  }
}
