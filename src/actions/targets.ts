import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import { desiredState } from '../plan/desired.ts';
import type { Plan, PlanOptions } from '../plan/model.ts';
import type { ActualState, Change, Closable, Desired } from '../stores/model.ts';
import { createObjectWriter } from '../plan/object-writer.ts';
import { PATIENT } from '../stores/patience.ts';
import type { ObjectWriter, ValueStore } from '../stores/port.ts';
import { createSsmStore } from '../stores/ssm-store.ts';
import { planChanges } from '../plan/plan.ts';
import { fileKeyRegion } from '../seal/file-key.ts';
import type { Host } from '../host.ts';
import { openerFor, readManifests } from './manifests.ts';
import type { Tools } from './tools.ts';

/** One manifest, and how AWS differs from it. */
export interface Target {
  manifest: Manifest;
  plan: Plan;
}

/** How AWS and manifests are compared. */
export interface CompareOptions {
  /** Names of the only parameters to look at. */
  only?: readonly string[] | undefined;
  /** Whether parameters that are in no manifest are to be deleted. */
  prune?: boolean | undefined;
  /** Whether tags that are not in the manifest are to be removed. */
  pruneTags?: boolean | undefined;
  /** Whether nothing may be opened: what takes kms:Decrypt to compare or write is left, and listed. */
  noDecrypt?: boolean | undefined;
  /** Whether secrets may be plaintext in the manifest, which is then never to be committed. */
  allowPlaintext?: boolean | undefined;
}

/** Plans all manifests of a call; what one of them names is no extra of another. */
export async function planTargets(
  tools: Tools,
  files: readonly string[],
  options: CompareOptions,
): Promise<Target[]> {
  const { only = [], prune = false, pruneTags = false } = options;
  const manifests = await readManifests(tools, files);
  refuseSharedNames(manifests);
  const keyArn = keyFinder(tools);
  const read = await Promise.all(
    manifests.map(async (manifest) => ({
      manifest,
      ...(await readStates(tools, manifest, keyArn, { ...options, prune, pruneTags })),
    })),
  );
  for (const { manifest, state } of read) {
    warnOfMovedKey(tools.host, manifest, state);
    warnOfUnlisted(tools.host, state);
  }
  const isWanted = selectOnly(manifests, only);
  return read.map(({ manifest, desired, state }) => {
    const { file, path, region, kmskey, bucket } = manifest;
    const others = namesOfOthers(manifest, read);
    const changes = planChanges(desired, state, others, { prune, pruneTags }).filter(isWanted);
    return { manifest, plan: { file, path, region, kmskey, bucket, changes } };
  });
}

function warnOfUnlisted(host: Host, { parameters }: ActualState): void {
  const unlisted = [...parameters.values()].filter(({ isUnlisted }) => isUnlisted);
  if (unlisted.length === 0) return;
  const names = unlisted.map(({ name }) => name).toSorted();
  host.warn({
    message: `SSM does not list the newest version of ${names.join(', ')} yet`,
    hint: 'type and value were compared, and nothing else: try again later',
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
  tools: Tools,
  manifest: Manifest,
  keyArn: KeyFinder,
  { allowPlaintext = false, noDecrypt = false, ...options }: CompareOptions & PlanOptions,
): Promise<{ desired: Desired[]; state: ActualState }> {
  const closed = noDecrypt ? closedTo(tools, manifest) : [];
  const store = await storeFor(tools, manifest.region, keyArn);
  const names = manifest.parameters.map(({ fullName }) => fullName);
  // The pages of names are the longest chain of calls: they begin first.
  const wanted = openerFor(tools, manifest).then((opener) =>
    desiredState(manifest, opener, { allowPlaintext, closed }),
  );
  const [desired, state] = await Promise.all([
    wanted,
    store.read({
      path: manifest.path,
      names,
      wanted,
      open: closed.length === 0,
      pruneTags: options.pruneTags,
    }),
  ]);
  return { desired, state };
}

/** Where the values of manifests of a region live. */
export async function storeFor(
  { aws, stores, concurrency }: Tools,
  region: string,
  keyArn: KeyFinder = async (place, keyId) => (await aws.kms(place)).resolve(keyId),
): Promise<ValueStore> {
  return createSsmStore({
    parameters: await stores.parameters(region),
    objects: () => stores.objects(region),
    keyArn: (keyId) => keyArn(region, keyId),
    concurrency,
    patience: PATIENT,
  });
}

type KeyFinder = (region: string, keyId: string) => Promise<string | undefined>;

/** The ARN behind each KMS key of a call, asked for once. */
function keyFinder({ aws }: Tools): KeyFinder {
  const found = new Map<string, Promise<string | undefined>>();
  return (region, keyId) => {
    const key = `${region} ${keyId}`;
    const arn = found.get(key) ?? aws.kms(region).then((kms) => kms.resolve(keyId));
    found.set(key, arn);
    return arn;
  };
}

/** Where an alias moved, SSM still names it for what it encrypted under the key before. */
function warnOfMovedKey(host: Host, manifest: Manifest, { objects }: ActualState): void {
  const { file, kmskey, parameters } = manifest;
  const isMoved = [...objects.values()].some(({ isKeyMoved }) => isKeyMoved);
  if (!isMoved || !parameters.some(({ type }) => type === 'SecureString')) return;
  host.warn({
    message: `${kmskey} stands for another key than before; SSM does not say which secrets are still under the old one`,
    hint: `coffer save ${file} encrypts all of them anew`,
  });
}

/** What stays closed without kms:Decrypt. Within one region, KMS hands data keys on unopened. */
function closedTo({ fileKey }: Tools, manifest: Manifest): Closable[] {
  return fileKeyRegion(manifest, fileKey) === manifest.region ? ['value'] : ['value', 'data key'];
}

/** Publishes a manifest's blobs; absent, and S3's client not loaded, when it has none. */
export async function objectWriterFor(
  { aws, stores, fileKey }: Tools,
  manifest: Manifest,
  options: { signal: AbortSignal | undefined; onUploaded: (bytes: number) => void },
): Promise<ObjectWriter | undefined> {
  if (!manifest.parameters.some(({ content }) => content.kind === 'blob')) return undefined;
  const services = {
    fileKeyKms: await aws.kms(fileKeyRegion(manifest, fileKey)),
    kms: await aws.kms(manifest.region),
    objects: await stores.objects(manifest.region),
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
