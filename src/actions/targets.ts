import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import { inEachRegion } from '../manifest/regions.ts';
import type { Plan } from '../plan/model.ts';
import type { ActualState, Change } from '../stores/model.ts';
import { createObjectWriter } from '../plan/object-writer.ts';
import { PATIENT } from '../stores/patience.ts';
import type { ObjectWriter, ValueStore } from '../stores/port.ts';
import { createSsmStore } from '../stores/ssm-store.ts';
import { planChanges } from '../plan/plan.ts';
import { fileKeyRegion } from '../seal/file-key.ts';
import type { Host } from '../host.ts';
import { refuseRescue } from '../seal/rescue.ts';
import { readManifests, type OpeningOptions } from './manifests.ts';
import { rescueFor } from './recipients.ts';
import { didYouMean } from './parameter-name.ts';
import { readStates, takeRead, type Unread } from './states.ts';
import type { Tools } from './tools.ts';

/** One manifest in one of its regions, and how AWS differs from it. */
export interface Target {
  manifest: Manifest;
  plan: Plan;
}

/** How to compare AWS with manifests. */
export interface CompareOptions {
  /** Compares only parameters with these names. */
  only?: readonly string[] | undefined;
  /** Plans to delete parameters that are not in any manifest. */
  prune?: boolean | undefined;
  /** Plans to remove tags that are not in the manifest. */
  pruneTags?: boolean | undefined;
  /** Decrypts nothing: skips and lists what needs kms:Decrypt to compare or write. */
  noDecrypt?: boolean | undefined;
  /** Accepts plaintext secrets in the manifest, which must then never be committed. */
  allowPlaintext?: boolean | undefined;
  /** Publishes what recovery opens when the file key cannot be used. */
  useRecovery?: boolean | undefined;
}

/**
 * Plans all manifests of a call in all of their regions; a name in one of them is not extra in
 * another.
 * @param onUnread told of regions that cannot be read, as long as others can; without it, one such
 * region fails the plan
 */
export async function planTargets(
  tools: Tools,
  files: readonly string[],
  options: CompareOptions & OpeningOptions,
  onUnread?: (unread: Unread) => void,
): Promise<Target[]> {
  const { only = [], prune = false, pruneTags = false } = options;
  const manifests = await readManifests(tools, files);
  refuseSharedNames(manifests);
  const keyArn = keyFinder(tools);
  const storeOf = (region: string) => storeFor(tools, region, keyArn);
  const all = await Promise.all(
    manifests.map((manifest) => readStates(tools, manifest, storeOf, { ...options, pruneTags })),
  );
  const read = takeRead(all.flat(), onUnread);
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
    hint: 'coffer compared only their types and values; try again later',
  });
}

/** Names that are not extra in `manifest`: those in other manifests, and extras of a closer one. */
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

/** The store for the manifests of a region. */
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

/** Looks up the ARN of each KMS key once per call. */
function keyFinder({ aws }: Tools): KeyFinder {
  const found = new Map<string, Promise<string | undefined>>();
  return (region, keyId) => {
    const key = `${region} ${keyId}`;
    const arn = found.get(key) ?? aws.kms(region).then((kms) => kms.resolve(keyId));
    found.set(key, arn);
    return arn;
  };
}

/** After an alias moves, SSM still names it for values that the previous key encrypted. */
function warnOfMovedKey(host: Host, manifest: Manifest, { objects }: ActualState): void {
  const { file, kmskey, parameters } = manifest;
  const isMoved = [...objects.values()].some(({ isKeyMoved }) => isKeyMoved);
  if (!isMoved || !parameters.some(({ type }) => type === 'SecureString')) return;
  host.warn({
    message: `${kmskey} now names another key; SSM does not say which secrets are still under the old one`,
    hint: `coffer save ${file} encrypts all of them again`,
  });
}

/** Publishes a manifest's blobs; undefined, without loading S3's client, if it has none. */
export async function objectWriterFor(
  tools: Tools,
  manifest: Manifest,
  options: {
    signal: AbortSignal | undefined;
    useRecovery: boolean | undefined;
    onUploaded: (bytes: number) => void;
    noDecrypt: boolean | undefined;
    onOpened: (fullName: string) => void;
  },
): Promise<ObjectWriter | undefined> {
  const { aws, stores, fileKey } = tools;
  if (!manifest.parameters.some(({ content }) => content.kind === 'blob')) return undefined;
  const services = {
    fileKeyKms: await aws.kms(fileKeyRegion(manifest, fileKey)),
    kms: await aws.kms(manifest.region),
    objects: await stores.objects(manifest.region),
    rescue: options.useRecovery ? rescueFor(tools, manifest) : refuseRescue(manifest),
  };
  return createObjectWriter(manifest, services, options);
}

/** Two manifests with the same parameter would overwrite each other forever. */
function refuseSharedNames(manifests: readonly Manifest[]): void {
  const owners = new Map<string, Manifest>();
  for (const manifest of manifests.flatMap(inEachRegion)) {
    for (const { fullName, place } of manifest.parameters) {
      const key = `${manifest.region} ${fullName}`;
      const other = owners.get(key);
      if (other) {
        throw new CofferError('manifest', `${fullName} is also in ${other.file}`, {
          place,
          hint: 'remove it from one of them',
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
      const all = manifests.flatMap(({ parameters }) => parameters);
      const found = all.filter(
        (parameter) => parameter.name === name || parameter.fullName === name,
      );
      if (found.length > 0) return found.map(({ fullName }) => fullName);
      const known = all.flatMap((parameter) => [parameter.name, parameter.fullName]);
      throw new CofferError('usage', `parameter not found in any manifest: ${name}`, {
        hint: didYouMean(name, known),
      });
    }),
  );
  return ({ name }) => names.has(name);
}
