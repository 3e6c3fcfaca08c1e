import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { entriesOf, type Entry } from '../manifest/entries.ts';
import type { Manifest } from '../manifest/model.ts';
import { placeOf, publishedBy } from '../manifest/published.ts';
import type { Plan } from '../plan/model.ts';
import type { ActualState, Change } from '../stores/model.ts';
import { planChanges } from '../plan/plan.ts';
import type { Host } from '../host.ts';
import { readManifests, type OpeningOptions } from './manifests.ts';
import { didYouMean } from './parameter-name.ts';
import { readStates, takeRead, type Read, type Unread } from './states.ts';
import { keyFinder, storeFor, type StoreOptions } from './stores.ts';
import { withValueChanges } from './value-changes.ts';
import type { Tools } from './tools.ts';

/** One manifest in one of its regions, and how AWS differs from it. */
export interface Target {
  manifest: Manifest;
  plan: Plan;
}

/** How to compare AWS with manifests. */
export interface CompareOptions extends StoreOptions {
  /** Compares only parameters with these names. */
  only?: readonly string[] | undefined;
  /** Plans to delete parameters that are not in any manifest of the repository; not with `only`. */
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
 * @throws CofferError `usage` for `only` with `prune`
 */
export async function planManifests(
  tools: Tools,
  manifests: readonly Manifest[],
  options: CompareOptions & OpeningOptions,
  onUnread?: (unread: Unread) => void,
): Promise<Target[]> {
  const { only = [], prune = false, pruneTags = false, takeOver = false } = options;
  if (prune && only.length > 0) {
    throw new CofferError('usage', '--only cannot be used with --prune', {
      hint: '--prune deletes names that are not in any manifest: run it without --only',
    });
  }
  refuseSharedNames(manifests);
  const keyArn = keyFinder(tools);
  const storeOf = (manifest: Manifest) => storeFor(tools, manifest, options, keyArn);
  const all = await Promise.all(
    manifests.map((manifest) =>
      readStates(tools, manifest, storeOf, { ...options, prune, pruneTags, takeOver }),
    ),
  );
  const isWanted = selectOnly(manifests, only);
  const read = takeRead(all.flat(), onUnread);
  const targets = await planRead(tools.host, read, options, isWanted);
  if (!prune) return targets;
  const { keepOwned } = await import('./owned.ts');
  return keepOwned(tools, targets);
}

/** Plans what was read. */
export async function planRead(
  host: Host,
  read: readonly Read[],
  { prune = false, pruneTags = false, takeOver = false }: CompareOptions = {},
  isWanted: (change: Change) => boolean = () => true,
): Promise<Target[]> {
  for (const { manifest, state } of read) {
    warnOfMovedKey(host, manifest, state);
    warnOfUnlisted(host, state);
  }
  const targets = read.map(async ({ manifest, desired, state, store: { deletion } }) => {
    const { file, path, region, store, kmskey, bucket } = manifest;
    const others = namesOfOthers(manifest, read);
    const planning = { prune, pruneTags, takeOver, deletion };
    const planned = planChanges(desired, state, others, planning).filter(isWanted);
    const changes = await Promise.all(planned.map((one) => withValueChanges(manifest, one)));
    return { manifest, plan: { file, path, region, store, kmskey, bucket, changes } };
  });
  return Promise.all(targets);
}

/** The same for manifests in files. */
export async function planTargets(
  tools: Tools,
  files: readonly string[],
  options: CompareOptions & OpeningOptions,
  onUnread?: (unread: Unread) => void,
): Promise<Target[]> {
  return planManifests(tools, await readManifests(tools, files), options, onUnread);
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
      if (index === self || placeOf(other) !== placeOf(manifest)) return [];
      const depth = other.path.length - manifest.path.length;
      const isNearer = depth > 0 || (depth === 0 && index < self);
      const named = entriesOf(other).map(({ name }) => name);
      return isNearer ? [...named, ...state.parameters.keys()] : named;
    }),
  );
}

/** After an alias moves, SSM still names it for values that the previous key encrypted. */
function warnOfMovedKey(host: Host, manifest: Manifest, { objects }: ActualState): void {
  const { file, kmskey, parameters } = manifest;
  const isMoved = [...objects.values()].some(({ isKeyMoved }) => isKeyMoved);
  if (!isMoved || !parameters.some(({ type }) => type === 'SecureString')) return;
  host.warn({
    message: `${kmskey} now names another key; SSM does not say which secrets are still under the old one`,
    hint: `coffer save ${shellFile(file)} encrypts all of them again`,
  });
}

/** Two manifests with the same parameter would overwrite each other forever. */
export function refuseSharedNames(manifests: readonly Manifest[]): void {
  const owners = new Map<string, Manifest>();
  for (const manifest of manifests) {
    for (const { key, name, parameters } of publishedBy(manifest)) {
      const other = owners.get(key);
      if (other) {
        throw new CofferError('manifest', `${name} is also in ${other.file}`, {
          place: parameters[0]?.place,
          hint: 'remove it from one of them',
        });
      }
      owners.set(key, manifest);
    }
  }
}

/** Of a secret that holds several values, each selects it. */
function selectOnly(
  manifests: readonly Manifest[],
  only: readonly string[],
): (change: Change) => boolean {
  if (only.length === 0) return () => true;
  const names = new Set(
    only.flatMap((name) => {
      const isMeant = (entry: Entry) =>
        entry.name === name ||
        entry.parameters.some((one) => one.name === name || one.fullName === name);
      const all = manifests.flatMap(entriesOf);
      const found = all.filter(isMeant);
      if (found.length > 0) return found.map((entry) => entry.name);
      const known = all.flatMap(({ parameters }) =>
        parameters.flatMap((parameter) => [parameter.name, parameter.fullName]),
      );
      throw new CofferError('usage', `parameter not found in any manifest: ${name}`, {
        hint: didYouMean(name, known),
      });
    }),
  );
  return ({ name }) => names.has(name);
}
