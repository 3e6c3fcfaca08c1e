import { isOwnVersion, versionIdOf, type Held } from '../crypto/version-id.ts';
import { CofferError } from '../errors.ts';
import { readBytes } from '../files/read.ts';
import { readVersions } from '../git/head.ts';
import { decodeManifest, parseManifest } from '../manifest/index.ts';
import type { Manifest } from '../manifest/model.ts';
import { heldBy } from '../plan/desired-secrets.ts';
import { MANIFEST_LIMIT } from '../sizes.ts';
import type { Change, ValueChanges } from '../stores/model.ts';

/**
 * Says which values of a JSON secret change, without reading one: the version in AWS is a digest of
 * the ciphertext of some commit, and git still has the manifest of that commit.
 */
export async function withValueChanges(manifest: Manifest, change: Change): Promise<Change> {
  const { secret, file } = manifest;
  const there = change.actual?.secret?.versionId;
  const isChanged = change.differences.some(({ field }) => field === 'version');
  if (secret === undefined || there === undefined || !isChanged || !isOwnVersion(there)) {
    return change;
  }
  for await (const bytes of versionsOf(file)) {
    const before = await heldIn(bytes, file);
    if (!before || versionIdOf(secret, before) !== there) continue;
    return { ...change, values: compareHeld(before, await heldBy(manifest)) };
  }
  return change;
}

/** The file itself, which differs from a manifest that is not written yet; then those in git. */
async function* versionsOf(file: string): AsyncGenerator<Buffer> {
  if (file === '-') return;
  const here = await readBytes(file, MANIFEST_LIMIT).catch(() => undefined);
  if (here) yield here;
  yield* readVersions(file, MANIFEST_LIMIT);
}

/** Undefined for a version that cannot be read any more. */
async function heldIn(bytes: Buffer, file: string): Promise<Held[] | undefined> {
  try {
    return await heldBy(parseManifest(decodeManifest(bytes, file), file));
  } catch (error) {
    if (error instanceof CofferError) return undefined;
    throw error;
  }
}

function compareHeld(before: readonly Held[], after: readonly Held[]): ValueChanges {
  const [old, next] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...next.keys()])].toSorted();
  const differs = (name: string) =>
    old.get(name)?.ciphertext !== next.get(name)?.ciphertext ||
    old.get(name)?.type !== next.get(name)?.type;
  return {
    added: names.filter((name) => !old.has(name)),
    changed: names.filter((name) => old.has(name) && next.has(name) && differs(name)),
    removed: names.filter((name) => !next.has(name)),
  };
}

function byName(held: readonly Held[]): ReadonlyMap<string, Held> {
  return new Map(held.map((one) => [one.name, one]));
}
