import { CofferError } from '../errors.ts';
import { countOf } from '../formats/count.ts';
import type { Host } from '../host.ts';
import { joinApplied, NOTHING, type Applied } from '../plan/apply.ts';
import type { Plan } from '../plan/model.ts';
import type { Action, Change } from '../stores/model.ts';
import { countActions } from '../plan/words.ts';
import { needsReplacement } from '../stores/write.ts';
import { deleteParameters } from './deleting.ts';
import { finish, joinRegions } from './write-report.ts';
import type { Unread } from './states.ts';
import { planTargets, type CompareOptions } from './targets.ts';
import { outcomesOf, regionOf, reportOf, toWork, type SyncReport, type Work } from './sync/work.ts';
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

export type { SyncReport };

/** Applies some of the changes of one manifest in one region. */
type Apply = (work: Work, changes: readonly Change[]) => Promise<Applied>;

/**
 * Writes what differs; with `prune` also deletes what is not in any manifest of the repository. A region that fails
 * does not keep the others from being written.
 * @throws CofferError `declined`, or with the report if some of it failed
 */
export async function sync(
  tools: Tools,
  files: readonly string[],
  options: SyncOptions = {},
): Promise<SyncReport> {
  const { host } = tools;
  const { replace = false, yes = false } = options;
  const isPublished = !options.dryRun;
  const unread: Unread[] = [];
  const targets = await planTargets(
    tools,
    files,
    { ...options, isPublished },
    options.dryRun ? undefined : (item) => unread.push(item),
  );
  const plans = targets.map(({ plan }) => plan);
  options.onPlan?.(plans);
  for (const { error } of unread) {
    const { message, hint } = error;
    host.warn({ message: `${message}; nothing is written there`, hint });
  }
  let work = targets.map(toWork);
  if (options.dryRun) return reportOf(work);

  const signal = host.onStop();
  const write: Apply = ({ target: { manifest }, versions }, changes) =>
    writeAll(tools, manifest, changes, (store, change, writing) => store.change(change, writing), {
      ...options,
      signal,
      versions,
    });
  const remove: Apply = async ({ target: { manifest } }, changes) => {
    const names = changes.map(({ name }) => name);
    return (await deleteParameters(tools, manifest, names, { ...options, signal })).applied;
  };
  const writes: Action[] = ['create', 'update', ...(replace ? (['replace'] as const) : [])];
  const question = questionOf(plans, replace);
  if (question) await tools.aws.requireAccount();
  if (question && !yes) await host.confirm(question);

  work = await applyAll(work, writes, write);
  work = work.map((item) => replaceRefused(host, item));
  work = await replaceAll(work, write, (count) =>
    signal?.aborted ? Promise.resolve(undefined) : refusalOf(host, { replace, yes }, count),
  );
  // Deletes last, so that a renamed parameter exists under its new name first.
  const unwritten = new Set(work.filter(hasFailed).map(regionOf));
  work = await applyAll(work, ['delete'], (item, changes) =>
    unwritten.has(regionOf(item)) ? leave(changes) : remove(item, changes),
  );

  const regions = outcomesOf(work, unread);
  const report = reportOf(work, regions);
  tell(host, report);
  return finish(
    joinRegions(regions),
    report,
    countActions(plans).closed > 0
      ? 'run coffer sync without --no-decrypt, where kms:Decrypt is allowed, to finish'
      : 'run coffer sync again to finish',
  );
}

function hasFailed({ applied }: Work): boolean {
  return !applied.failed.every(isDeclined);
}

/** `Write 2 parameters, replace 1 and delete 3?`; undefined if there is nothing to ask. */
export function questionOf(plans: readonly Plan[], replacesToo: boolean): string | undefined {
  const counts = countActions(plans);
  const parts = [
    ['write', counts.create + counts.update],
    ['replace', replacesToo ? counts.replace : 0],
    ['delete', counts.delete],
    ['turn off the rotation of', countRotated(plans)],
  ] as const;
  const [first, ...others] = parts
    .filter(([, count]) => count > 0)
    .map(([verb, count], i) => `${verb} ${i === 0 ? countOf(count, 'parameter') : count}`);
  if (!first) return undefined;
  const last = others.pop();
  const text = `${[first, ...others].join(', ')}${last ? ` and ${last}` : ''}?`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function countRotated(plans: readonly Plan[]): number {
  const all = plans.flatMap(({ changes }) => changes).flatMap(({ differences }) => differences);
  return all.filter(({ field }) => field === 'rotation').length;
}

function tell(host: Host, { regions }: SyncReport): void {
  for (const { region, done, deleted } of regions) {
    const where = regions.length > 1 ? ` in ${region}` : '';
    const written = done.length - deleted.length;
    if (written > 0) host.note(`${countOf(written, 'parameter')} written${where}`);
    if (deleted.length > 0) host.note(`${countOf(deleted.length, 'parameter')} deleted${where}`);
  }
}

/** Applies the changes with these actions, and removes finished ones from the list. */
async function applyAll(
  work: readonly Work[],
  actions: readonly Action[],
  apply: Apply,
): Promise<Work[]> {
  const result: Work[] = [];
  for (const item of work) {
    const { changes, applied } = item;
    const isMeant = ({ action }: Change) => actions.includes(action);
    const meant = changes.filter(isMeant);
    const more = meant.length > 0 ? await apply(item, meant) : NOTHING;
    const rest = changes.filter((change) => !isMeant(change));
    result.push({ ...item, changes: rest, applied: joinApplied(applied, more) });
  }
  return result;
}

/** Turns changes of type that SSM refused into replacements. */
function replaceRefused(host: Host, work: Work): Work {
  const { target, changes, applied } = work;
  const refused = new Set(
    applied.failed.filter(({ error }) => needsReplacement(error)).map(({ name }) => name),
  );
  if (refused.size === 0) return work;
  host.note(`SSM cannot change the type of these in place: ${[...refused].sort().join(', ')}`);
  const replacements = target.plan.changes
    .filter(({ name }) => refused.has(name))
    .map((change): Change => ({ ...change, action: 'replace' }));
  const failed = applied.failed.filter(({ name }) => !refused.has(name));
  return { ...work, changes: [...changes, ...replacements], applied: { ...applied, failed } };
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

function leave(changes: readonly Change[]): Promise<Applied> {
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
