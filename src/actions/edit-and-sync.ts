import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import type { Manifest } from '../manifest/model.ts';
import type { Plan } from '../plan/model.ts';
import type { Reviewed } from '../seal/apply.ts';
import { refuseRotated } from '../stores/secrets/rotated.ts';
import { forCall } from './manifests.ts';
import { questionOf, sync, type SyncOptions, type SyncReport } from './sync.ts';
import { reportOf, toWork, type Work } from './sync/work.ts';
import { planManifests } from './targets.ts';
import type { Tools, WriteOptions } from './tools.ts';

export interface EditAndSyncOptions
  extends
    WriteOptions,
    Pick<
      SyncOptions,
      | 'yes'
      | 'dryRun'
      | 'onPlan'
      | 'takeOver'
      | 'useRecovery'
      | 'recoveryDays'
      | 'forceDelete'
      | 'allowPlaintext'
    > {}

/** A change of a manifest that concerns one name. */
interface Edit {
  /** Makes the change, unless `review` refuses it. */
  edit: (review: NonNullable<Reviewed['review']>) => Promise<unknown>;
  /** The name to sync afterwards. */
  only: (next: Manifest) => string;
}

/**
 * Changes a manifest, and then AWS: only the one name. First shows what that means for AWS and
 * asks; until then nothing is written.
 * @throws CofferError of `sync` that says so if only the manifest has the change
 */
export async function syncEdit(
  tools: Tools,
  file: string,
  { yes = false, dryRun = false, onPlan, ...options }: EditAndSyncOptions,
  { edit, only }: Edit,
): Promise<SyncReport> {
  let foreseen: Work[] = [];
  let name: string | undefined;
  await edit(async (next, isChange) => {
    const here = forCall(tools, next);
    const wanted = only(next);
    const targets = await planManifests(tools, [here], {
      ...options,
      only: [wanted],
      isPublished: !dryRun,
    });
    foreseen = targets.map(toWork);
    const plans = targets.map(({ plan }) => plan);
    onPlan?.(plans);
    for (const { name, action, actual } of plans.flatMap(({ changes }) => changes)) {
      // Or the manifest would have the change, and AWS would not.
      if (action === 'update' && actual?.secret?.isRotated) refuseRotated(name, options);
    }
    if (dryRun) return false;
    const question = questionFor(file, plans, isChange);
    if (question) await tools.aws.requireAccount();
    if (question && !yes) await tools.host.confirm(question);
    name = wanted;
    return true;
  });
  if (name === undefined) return reportOf(foreseen);
  try {
    return await sync(tools, [file], { ...options, only: [name], yes: true });
  } catch (error) {
    throw error instanceof CofferError ? halfDone(error, file, name) : error;
  }
}

/** Undefined if neither the manifest nor AWS changes. */
function questionFor(file: string, plans: readonly Plan[], isChange: boolean): string | undefined {
  const question = questionOf(plans, false);
  if (!isChange) return question;
  return question
    ? `Change ${file}, and ${question.charAt(0).toLowerCase()}${question.slice(1)}`
    : `Change ${file}?`;
}

function halfDone(error: CofferError, file: string, name: string): CofferError {
  const { code, message, problems, report } = error;
  const more = {
    message: `${file} has the change, but AWS may not have it yet`,
    hint: `to finish, run coffer sync ${shellFile(file)} --only ${name}`,
  };
  return new CofferError(code, message, {
    hint: more.hint,
    problems: [...problems, more],
    report,
    cause: error,
  });
}
