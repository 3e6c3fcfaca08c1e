import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import { readActualState } from '../plan/actual.ts';
import { desiredState } from '../plan/desired.ts';
import type { ActualState, Change, Closable, Desired, Plan, PlanOptions } from '../plan/model.ts';
import { createObjectWriter, type ObjectWriter } from '../plan/object-writer.ts';
import { PATIENT } from '../plan/patience.ts';
import { planChanges } from '../plan/plan.ts';
import { fileKeyRegion } from '../seal/file-key.ts';
import type { Context } from '../cli/context.ts';
import { openerFor, readManifests } from './manifests.ts';

/** One manifest, and how AWS differs from it. */
export interface Target {
  manifest: Manifest;
  plan: Plan;
}

/** Plans all manifests of a call; what one of them names is no extra of another. */
export async function planTargets(context: Context): Promise<Target[]> {
  const { flags } = context;
  const options = { prune: flags.boolean('prune'), pruneTags: flags.boolean('pruneTags') };
  const manifests = await readManifests(context, context.args);
  refuseSharedNames(manifests);
  const only = flags.list('only');
  const keyArn = keyFinder(context);
  const read = await Promise.all(
    manifests.map(async (manifest) => ({
      manifest,
      ...(await readStates(context, manifest, keyArn, options)),
    })),
  );
  for (const { manifest, state } of read) {
    warnOfMovedKey(context, manifest, state);
    warnOfUnlisted(context, state);
  }
  const isWanted = selectOnly(manifests, only);
  return read.map(({ manifest, desired, state }) => {
    const { file, path, region, kmskey, bucket } = manifest;
    const others = namesOfOthers(manifest, read);
    const changes = planChanges(desired, state, others, options).filter(isWanted);
    return { manifest, plan: { file, path, region, kmskey, bucket, changes } };
  });
}

function warnOfUnlisted({ terminal }: Context, { parameters }: ActualState): void {
  const unlisted = [...parameters.values()].filter(({ isUnlisted }) => isUnlisted);
  if (unlisted.length === 0) return;
  const names = unlisted.map(({ name }) => name).toSorted();
  terminal.warn({
    message: `SSM does not list the newest version of ${names.join(', ')} yet`,
    hint: 'its value was compared; its key, tier, description and pattern were not: try again later',
  });
}

/** What is no extra of `manifest`: what others name, and what is another's extra for being nearer. */
function namesOfOthers(
  manifest: Manifest,
  read: readonly { manifest: Manifest; state: ActualState }[],
): Set<string> {
  const self = read.findIndex((item) => item.manifest === manifest);
  return new Set(
    read.flatMap(({ manifest: other, state }, index) => {
      if (index === self || other.region !== manifest.region) return [];
      const depth = other.path.length - manifest.path.length;
      const isNearer = depth > 0 || (depth === 0 && index < self);
      const named = other.parameters.map(({ fullName }) => fullName);
      return isNearer ? [...named, ...state.parameters.keys()] : named;
    }),
  );
}

async function readStates(
  context: Context,
  manifest: Manifest,
  keyArn: KeyFinder,
  options: PlanOptions,
): Promise<{ desired: Desired[]; state: ActualState }> {
  const allowPlaintext = context.flags.boolean('allowPlaintext');
  const closed = closedTo(context, manifest);
  const services = {
    parameters: await context.aws.parameters(manifest.region),
    objects: () => context.aws.objects(manifest.region),
    keyArn: (keyId: string) => keyArn(manifest.region, keyId),
    concurrency: context.aws.session.concurrency,
    patience: PATIENT,
  };
  const names = manifest.parameters.map(({ fullName }) => fullName);
  // The pages of names are the longest chain of calls: they begin first.
  const wanted = openerFor(context, manifest).then((opener) =>
    desiredState(manifest, opener, { allowPlaintext, closed }),
  );
  const [desired, state] = await Promise.all([
    wanted,
    readActualState(manifest.path, wanted, names, services, {
      ...options,
      open: closed.length === 0,
    }),
  ]);
  return { desired, state };
}

type KeyFinder = (region: string, keyId: string) => Promise<string | undefined>;

/** The ARN behind each KMS key of a call, asked for once. */
function keyFinder({ aws }: Context): KeyFinder {
  const found = new Map<string, Promise<string | undefined>>();
  return (region, keyId) => {
    const key = `${region} ${keyId}`;
    const arn = found.get(key) ?? aws.kms(region).then((kms) => kms.resolve(keyId));
    found.set(key, arn);
    return arn;
  };
}

/** Where an alias moved, SSM still names it for what it encrypted under the key before. */
function warnOfMovedKey({ terminal }: Context, manifest: Manifest, { objects }: ActualState): void {
  const { file, kmskey, parameters } = manifest;
  const isMoved = [...objects.values()].some(({ isKeyMoved }) => isKeyMoved);
  if (!isMoved || !parameters.some(({ type }) => type === 'SecureString')) return;
  terminal.warn({
    message: `${kmskey} stands for another key than before; SSM does not say which secrets are still under the old one`,
    hint: `coffer save ${file} encrypts all of them anew`,
  });
}

/** What `--no-decrypt` leaves closed. Within one region, KMS hands data keys on unopened. */
function closedTo({ flags, fileKey }: Context, manifest: Manifest): Closable[] {
  if (flags.isAllowed('decrypt')) return [];
  return fileKeyRegion(manifest, fileKey) === manifest.region ? ['value'] : ['value', 'data key'];
}

/** Publishes a manifest's blobs; absent, and S3's client not loaded, when it has none. */
export async function objectWriterFor(
  { aws, fileKey }: Context,
  manifest: Manifest,
  options: { signal: AbortSignal; onUploaded: (bytes: number) => void },
): Promise<ObjectWriter | undefined> {
  if (!manifest.parameters.some(({ content }) => content.kind === 'blob')) return undefined;
  const services = {
    fileKeyKms: await aws.kms(fileKeyRegion(manifest, fileKey)),
    kms: await aws.kms(manifest.region),
    objects: await aws.objects(manifest.region),
  };
  return createObjectWriter(manifest, services, options);
}

/** Two manifests that want the same parameter would undo each other's work for ever. */
function refuseSharedNames(manifests: readonly Manifest[]): void {
  const owners = new Map<string, Manifest>();
  for (const manifest of manifests) {
    for (const { fullName, place } of manifest.parameters) {
      const key = `${manifest.region} ${fullName}`;
      const other = owners.get(key);
      if (other) {
        throw new CofferError('manifest', `${fullName} stands in ${other.file} too`, {
          place,
          hint: 'take it out of one of them',
        });
      }
      owners.set(key, manifest);
    }
  }
}

function selectOnly(
  manifests: readonly Manifest[],
  only: readonly string[],
): (change: Change) => boolean {
  if (only.length === 0) return () => true;
  const names = new Set(
    only.flatMap((name) => {
      const found = manifests
        .flatMap(({ parameters }) => parameters)
        .filter((parameter) => parameter.name === name || parameter.fullName === name);
      if (found.length > 0) return found.map(({ fullName }) => fullName);
      throw new CofferError('usage', `no manifest has a parameter ${name}`);
    }),
  );
  return ({ name }) => names.has(name);
}
