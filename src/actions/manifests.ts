import { stat } from 'node:fs/promises';
import { describeSpare } from '../aws/spare-key.ts';
import { CofferError } from '../errors.ts';
import { decodeManifest, parseManifest, readManifest } from '../manifest/index.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { inRegion } from '../manifest/regions.ts';
import { FileKey, fileKeyRegion } from '../seal/file-key.ts';
import { opensHead } from '../seal/head.ts';
import { withLocks } from '../seal/locked.ts';
import { refuseOutwardLink } from '../seal/outward-link.ts';
import { Opener } from '../seal/opener.ts';
import type { RecoveryList } from '../seal/recovery.ts';
import { hintToRestore, refuseRescue } from '../seal/rescue.ts';
import { eachOnce, groupByTarget } from '../files/once.ts';
import type { Host } from '../host.ts';
import { MANIFEST_LIMIT } from '../sizes.ts';
import { recoveryOf, rescueFor } from './recipients.ts';
import { didYouMean } from './parameter-name.ts';
import type { Tools, WriteOptions } from './tools.ts';

/**
 * Reads every manifest of a call before any work starts. From then on, the call writes only to the
 * account that they name.
 * @param known one of them, read before
 * @throws CofferError with the problems of all of them.
 */
export async function readManifests(
  tools: Pick<Tools, 'aws' | 'region' | 'allowedFiles'> & Partial<Pick<Tools, 'limit' | 'input'>>,
  files: readonly string[],
  known?: Manifest,
): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  const errors: CofferError[] = [];
  for (const file of await eachOnce(files)) {
    try {
      if (file !== '-') await refuseOutwardLink(file, tools.allowedFiles);
      const manifest = await (file === '-' ? readPiped(tools) : readManifest(file, known));
      const here = forCall(tools, manifest);
      tools.aws.demandAccount(here);
      manifests.push(here);
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

/** The same manifest with the region and the limits of a call. */
export function forCall(
  {
    region,
    allowedFiles,
    limit,
  }: Pick<Tools, 'region' | 'allowedFiles'> & Partial<Pick<Tools, 'limit'>>,
  manifest: Manifest,
): Manifest {
  const here = region ? inRegion({ ...manifest, regions: [region] }, region) : manifest;
  return { ...here, allowedFiles, limit };
}

/** The manifest that comes from standard input; its files and blobs are in the current folder. */
async function readPiped({ input }: Pick<Tools, 'input'>): Promise<Manifest> {
  if (!input) throw new CofferError('usage', 'there is no standard input to read a manifest from');
  return parseManifest(decodeManifest(await input(MANIFEST_LIMIT), '-'), '-');
}

/** @throws CofferError `usage` for a file that is named twice, whatever links lead there */
export async function refuseRepeated(files: readonly string[]): Promise<void> {
  for (const [one = '', other] of (await groupByTarget(files)).values()) {
    if (other === undefined) continue;
    const message =
      one === other ? `${one} is named twice` : `${one} and ${other} are the same file`;
    throw new CofferError('usage', message, { hint: 'name each manifest once' });
  }
}

/** Reads one manifest. */
export async function readOneManifest(
  tools: Pick<Tools, 'aws' | 'region' | 'allowedFiles' | 'limit' | 'input'>,
  file: string,
  known?: Manifest,
): Promise<Manifest> {
  const [manifest] = await readManifests(tools, [file], known);
  if (manifest) return manifest;
  throw new CofferError('usage', 'name a manifest');
}

/**
 * Reads the manifests of a call and changes them, while no other coffer process writes them.
 * @throws CofferError with the problems of all of them, or `locked`
 */
export function changeManifests<Result>(
  tools: Tools,
  files: readonly string[],
  options: WriteOptions,
  change: (manifests: Manifest[]) => Promise<Result>,
): Promise<Result> {
  return lockManifests(tools, files, options, async () => {
    const manifests = await readManifests(tools, files);
    return change(manifests).catch((error: unknown) => {
      throw hintToRestore(error, manifests);
    });
  });
}

/**
 * The same for a command that takes one manifest.
 * @param known the manifest, if the command has read it before
 */
export function changeManifest<Result>(
  tools: Tools,
  file: string,
  options: WriteOptions,
  change: (manifest: Manifest) => Promise<Result>,
  known?: Manifest,
): Promise<Result> {
  return lockManifests(tools, [file], options, async () => {
    const manifest = await readOneManifest(tools, file, known);
    return change(manifest).catch((error: unknown) => {
      throw hintToRestore(error, [manifest]);
    });
  });
}

/**
 * @throws CofferError `usage` where a manifest is written: for `-`, a pipe or a device, and where a
 * link of the branch leads elsewhere
 */
export async function requireWritable(
  { allowedFiles }: Pick<Tools, 'allowedFiles'>,
  files: readonly string[],
): Promise<void> {
  for (const file of files) {
    if (file !== '-') await refuseOutwardLink(file, allowedFiles);
    const found = file === '-' ? undefined : await stat(file).catch(() => undefined);
    if (file !== '-' && (!found || found.isFile() || found.isDirectory())) continue;
    const what = file === '-' ? 'standard input' : `${file}, which is no regular file`;
    throw new CofferError('usage', `this writes the manifest, and cannot write ${what}`, {
      hint: 'name a file',
    });
  }
}

/** Keeps other coffer processes from writing these manifests, which may not exist yet. */
export async function lockManifests<Result>(
  { host, allowedFiles }: Tools,
  files: readonly string[],
  { lockTimeoutSeconds: seconds = 60 }: WriteOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  await requireWritable({ allowedFiles }, files);
  return withLocks(files, { seconds, note: host.note }, work);
}

/**
 * Makes an opener of a manifest's secrets, with KMS in the file key's region. When the file key
 * cannot be used, recovery opens them.
 * @param options.isPublished what it opens is written to AWS: then recovery takes a consent
 */
export async function openerFor(
  tools: Tools,
  manifest: Manifest,
  { isPublished = false, useRecovery = false }: OpeningOptions = {},
): Promise<Opener> {
  const kms = await tools.aws.kms(fileKeyRegion(manifest, tools.fileKey));
  const rescue = isPublished && !useRecovery ? refuseRescue(manifest) : rescueFor(tools, manifest);
  return new Opener(manifest, kms, rescue);
}

/** What an opener is for. */
export interface OpeningOptions {
  isPublished?: boolean | undefined;
  /** Publishes what recovery opens, although it does not prove who encrypted it. */
  useRecovery?: boolean | undefined;
}

/**
 * The key that seals new values of a manifest; without `encryptedWith`, the alias's current key.
 * @param recovery those who get its data keys besides
 */
export async function fileKeyFor(
  tools: Tools,
  manifest: Manifest,
  options: WriteOptions,
  recovery = recoveryOf(tools, manifest, options),
): Promise<FileKey> {
  return makeFileKey(tools, manifest, options, recovery);
}

/** The key that the alias names today. */
export function currentFileKey(
  tools: Tools,
  region: string,
  options: WriteOptions,
  recovery?: RecoveryList,
): Promise<FileKey> {
  return makeFileKey(tools, { regions: [region] }, options, recovery);
}

async function makeFileKey(
  { aws, fileKey }: Tools,
  manifest: Pick<Manifest, 'regions' | 'encryptedWith'> & Partial<Pick<Manifest, 'file'>>,
  { createKey = true, acceptFileKey }: WriteOptions,
  recovery: RecoveryList | undefined,
): Promise<FileKey> {
  const kms = await aws.kms(fileKeyRegion(manifest, fileKey));
  const { file, encryptedWith } = manifest;
  const choice = {
    ...fileKey,
    create: createKey,
    accept: acceptFileKey,
    findAlias: async (alias: string) =>
      (await aws.kms(fileKey.region ?? kms.region)).resolve(alias),
    recovery,
    opensHead: async (key: string) => file !== undefined && opensHead(file, kms, key),
  };
  return new FileKey(kms, choice, encryptedWith);
}

/** Finds a parameter by its name in the manifest or its full name. */
export function findParameter(manifest: Manifest, name: string): Parameter {
  const found = manifest.parameters.find(
    (parameter) => parameter.name === name || parameter.fullName === name,
  );
  if (found) return found;
  const names = manifest.parameters.map((parameter) => parameter.name);
  throw new CofferError('usage', `${manifest.file} has no parameter ${name}`, {
    hint: didYouMean(name, names) ?? `its parameters: ${names.join(', ')}`,
  });
}

/** The name as the manifest has it, even if it is given in full. */
export function nameBelow({ path }: Pick<Manifest, 'path'>, name: string): string {
  return name.startsWith(path) ? name.slice(path.length) : name;
}

/** A new key costs money and needs care, so coffer never creates one silently. */
export function tellCreated(host: Host, { created, alias, spare, kms }: FileKey): void {
  if (created) host.note(`created the KMS key ${created} as ${alias} in ${kms.region}`);
  if (!spare) return;
  host.note(`someone else created ${alias} in ${kms.region} at the same time`);
  if (spare.isScheduled) host.note(describeSpare(spare).message);
  else host.warn(describeSpare(spare));
}
