import { describeSpare } from '../aws/new-key.ts';
import { CofferError } from '../errors.ts';
import { readManifest } from '../manifest/index.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { fileKeyRegion, type FileKey, type FileKeyChoice } from '../seal/file-key.ts';
import { withLocks } from '../seal/locked.ts';
import { Opener } from '../seal/opener.ts';
import type { Context } from '../cli/context.ts';
import type { Terminal } from '../cli/terminal/terminal.ts';

/**
 * Reads every manifest of a call before anything is done with one.
 * @throws CofferError with the problems of all of them.
 */
export async function readManifests(
  context: Context,
  files: readonly string[],
): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  const errors: CofferError[] = [];
  for (const file of new Set(files)) {
    try {
      const manifest = await readManifest(file);
      manifests.push(context.region ? { ...manifest, region: context.region } : manifest);
    } catch (error) {
      if (!(error instanceof CofferError)) throw error;
      errors.push(error);
    }
  }
  const [first, ...more] = errors;
  if (!first) return manifests;
  if (more.length === 0) throw first;
  throw new CofferError(first.code, `${errors.length} manifests cannot be used`, {
    problems: errors.flatMap((error) => error.problems),
  });
}

/**
 * Reads every manifest of a call, and changes them, while no other coffer writes them.
 * @throws CofferError with the problems of all of them, or `locked`
 */
export function changeManifests<Result>(
  context: Context,
  files: readonly string[],
  change: (manifests: Manifest[]) => Promise<Result>,
): Promise<Result> {
  return lockManifests(context, files, async () => change(await readManifests(context, files)));
}

/** The same for one, whose command takes no others. */
export function changeManifest<Result>(
  context: Context,
  file: string,
  change: (manifest: Manifest) => Promise<Result>,
): Promise<Result> {
  return changeManifests(context, [file], async ([manifest]) => {
    if (!manifest) throw new CofferError('usage', 'there is no manifest to change');
    return change(manifest);
  });
}

/** Keeps other processes of coffer from writing these manifests, which need not be there yet. */
export function lockManifests<Result>(
  { flags, terminal }: Context,
  files: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  const seconds = flags.count('lockTimeout', 0) ?? 60;
  return withLocks(files, { seconds, note: terminal.note }, work);
}

/** Opens a manifest's secrets with the KMS of its file key's region. */
export async function openerFor(context: Context, manifest: Manifest): Promise<Opener> {
  const region = fileKeyRegion(manifest, context.fileKey);
  return new Opener(manifest, await context.aws.kms(region));
}

/** The parameter called `name`, in the manifest or in full. */
export function findParameter(manifest: Manifest, name: string): Parameter {
  const found = manifest.parameters.find(
    (parameter) => parameter.name === name || parameter.fullName === name,
  );
  if (found) return found;
  throw new CofferError('usage', `${manifest.file} has no parameter ${name}`, {
    hint: `it has ${manifest.parameters.map((parameter) => parameter.name).join(', ')}`,
  });
}

/** A new key costs money and needs care, so it is never created in silence. */
export function tellCreated(
  terminal: Terminal,
  { created, spare, kms }: FileKey,
  { alias }: Pick<FileKeyChoice, 'alias'>,
): void {
  if (created) terminal.note(`created the KMS key ${created} as ${alias} in ${kms.region}`);
  if (!spare) return;
  terminal.note(`somebody else created ${alias} in ${kms.region} at the same time`);
  if (spare.isScheduled) terminal.note(describeSpare(spare).message);
  else terminal.warn(describeSpare(spare));
}
