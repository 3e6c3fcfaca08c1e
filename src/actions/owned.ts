import { dirname, relative, resolve } from 'node:path';
import { realpath } from '../files/at-once.ts';
import { CofferError, isFailure } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { repositoryRoot } from '../git/repository.ts';
import { decodeManifest, parseManifest } from '../manifest/index.ts';
import type { Manifest } from '../manifest/model.ts';
import { keyOf, publishedBy } from '../manifest/published.ts';
import { findManifests, type Found } from '../repo/check/find.ts';
import { Unread } from '../repo/check/unread.ts';
import type { Plan } from '../plan/model.ts';
import type { Change } from '../stores/model.ts';
import { forCall } from './manifests.ts';
import type { Tools } from './tools.ts';

/** A manifest, and how AWS differs from it. */
interface Target {
  manifest: Manifest;
  plan: Plan;
}

/** Which manifests publish a thing in AWS, by its key. */
type Owners = ReadonlyMap<string, readonly Manifest[]>;

/**
 * Keeps what another manifest of the same repository publishes, and says which one. Reads them only
 * if something would be deleted.
 * @throws CofferError `manifest` if one of them cannot be read: it may have what would be deleted
 */
export async function keepOwned(tools: Tools, targets: readonly Target[]): Promise<Target[]> {
  const known = new Map<string, Promise<Owners>>();
  const ownersAround = async (file: string) => {
    const folder = file === '-' ? resolve('.') : dirname(await realpath(file));
    const root = (await repositoryRoot(folder)) ?? folder;
    const owners = known.get(root) ?? findOwners(tools, root);
    known.set(root, owners);
    return owners;
  };
  const keep = async ({ manifest, plan }: Target): Promise<Target> => {
    if (!plan.changes.some(isDeletion)) return { manifest, plan };
    const owners = await ownersAround(manifest.file);
    const changes = plan.changes.map((change) => {
      const named = isDeletion(change) ? (owners.get(keyOf(manifest, change.name)) ?? []) : [];
      const owner = named.find((other) => isOfOneAccount(manifest, other))?.file;
      return owner === undefined
        ? change
        : ({ ...change, action: 'extra', differences: [], owner } as const);
    });
    return { manifest, plan: { ...plan, changes } };
  };
  return Promise.all(targets.map(keep));
}

function isDeletion({ action }: Change): boolean {
  return action === 'delete';
}

/** One that names no account is for any. */
function isOfOneAccount({ account }: Manifest, other: Manifest): boolean {
  return account === undefined || other.account === undefined || account === other.account;
}

async function findOwners(tools: Tools, root: string): Promise<Owners> {
  const unread = new Unread();
  const found = await findManifests(root, unread);
  for (const warning of unread.warnings) tools.host.warn(warning);
  const owners = new Map<string, Manifest[]>();
  for (const manifest of found.map((one) => forCall(tools, parse(root, one)))) {
    for (const { key } of publishedBy(manifest)) {
      owners.set(key, [...(owners.get(key) ?? []), manifest]);
    }
  }
  return owners;
}

function parse(root: string, { file, bytes }: Found): Manifest {
  const path = relative('.', resolve(root, file));
  try {
    return parseManifest(decodeManifest(bytes, path), path);
  } catch (error) {
    if (!isFailure(error, 'manifest')) throw error;
    const [first] = error.problems;
    throw new CofferError(
      'manifest',
      `${path} cannot be read, and it may have what --prune would delete: ${first?.message}`,
      {
        hint: `coffer check ${shellFile(path)} says what is wrong`,
        place: first?.place,
        cause: error,
      },
    );
  }
}
