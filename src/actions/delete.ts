import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import type { Plan } from '../plan/model.ts';
import { syncEdit, type EditAndSyncOptions } from './edit-and-sync.ts';
import { findParameter, lockManifests, readOneManifest, requireWritable } from './manifests.ts';
import { nuke, type NukePlan } from './nuke.ts';
import type { Tools } from './tools.ts';
import { unset } from './unset.ts';

export interface DeleteOptions extends Omit<EditAndSyncOptions, 'onPlan'> {
  /** Receives the plan before anything is asked or written. */
  onPlan?: ((plans: DeletePlan) => void) | undefined;
}

/** What is deleted from AWS, or how the one secret of the manifest is written without the value. */
export type DeletePlan = { deleted: readonly NukePlan[] } | { written: readonly Plan[] };

/** What was deleted; with `dryRun`, what would be. */
export interface DeleteReport {
  file: string;
  /** The name in the manifest. */
  removed: string;
  regions: {
    region: string;
    /** Full names of parameters, or names of secrets. */
    deleted: string[];
    /** Those that AWS did not have. */
    missing: string[];
    /** Keys in the bucket. */
    objects: string[];
    /** The secret that was written without the value. */
    written: string[];
  }[];
}

/**
 * Deletes one parameter from AWS and from its manifest; of one secret that holds all values, only
 * the value.
 * @throws CofferError that says what is done, if only a part of it is
 */
export async function deleteOne(
  tools: Tools,
  file: string,
  wanted: string,
  options: DeleteOptions = {},
): Promise<DeleteReport> {
  await requireWritable(tools, [file]);
  const read = () => readOneManifest(tools, file);
  // Under the lock, or that of a run that was killed right after its work would stay.
  const manifest = options.dryRun
    ? await read()
    : await lockManifests(tools, [file], options, read);
  const parameter = find(manifest, wanted);
  return manifest.secret === undefined
    ? deleteWhole(tools, manifest, parameter, options)
    : deleteValue(tools, { ...manifest, secret: manifest.secret }, parameter, options);
}

function find(manifest: Manifest, wanted: string): Parameter {
  try {
    return findParameter(manifest, wanted);
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    const { file, secret } = manifest;
    const sync = `coffer sync ${shellFile(file)}${secret === undefined ? ' --prune' : ''}`;
    const hint = `${error.hint ?? ''}; if AWS still has it, run ${sync}`;
    throw new CofferError(error.code, error.message, { hint, cause: error });
  }
}

/** From AWS first: until the manifest lacks the name, the same command can be run again. */
async function deleteWhole(
  tools: Tools,
  { file }: Manifest,
  { name }: Parameter,
  { onPlan, ...options }: DeleteOptions,
): Promise<DeleteReport> {
  const reports = await nuke(tools, [file], {
    ...options,
    only: [name],
    onPlan: (deleted) => onPlan?.({ deleted }),
  });
  const report = {
    file,
    removed: name,
    regions: reports.map(({ region, deleted, missing, objects }) => ({
      region,
      deleted,
      missing,
      objects,
      written: [],
    })),
  };
  if (options.dryRun) return report;
  try {
    await unset(silent(tools), file, [name], options);
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    const { code, message, problems } = error;
    const more = {
      message: `AWS no longer has ${name}, but ${file} does: coffer sync would create it again`,
      hint: `to finish, run coffer unset ${shellFile(file)} ${name}`,
    };
    throw new CofferError(code, message, {
      hint: more.hint,
      problems: [...problems, more],
      report: { manifests: [report] },
      cause: error,
    });
  }
  tools.host.note(`${file}: removed ${name}`);
  return report;
}

/** From the manifest first: what the secret holds follows from it. */
async function deleteValue(
  tools: Tools,
  { file, secret, parameters }: Manifest & { secret: string },
  { name, place }: Parameter,
  { onPlan, ...options }: DeleteOptions,
): Promise<DeleteReport> {
  if (parameters.length === 1) {
    throw new CofferError('usage', `${name} is the only value of ${secret}`, {
      place,
      hint: `to delete the whole secret, run coffer nuke ${shellFile(file)}`,
    });
  }
  const { regions } = await syncEdit(
    tools,
    file,
    { ...options, onPlan: (written) => onPlan?.({ written }) },
    {
      edit: async (review) => {
        const { changed } = await unset(silent(tools), file, [name], { ...options, review });
        if (changed) tools.host.note(`${file}: removed ${name}`);
      },
      only: () => secret,
    },
  );
  return {
    file,
    removed: name,
    regions: regions.map(({ region, done }) => ({
      region,
      deleted: [],
      missing: [],
      objects: [],
      written: done,
    })),
  };
}

/** Of two steps, each would say what to do next. */
function silent(tools: Tools): Tools {
  return { ...tools, host: { ...tools.host, note: () => {} } };
}
