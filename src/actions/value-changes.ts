import { isOwnVersion, type Held } from '../crypto/version-id.ts';
import type { Manifest } from '../manifest/model.ts';
import { heldBy } from '../plan/desired-secrets.ts';
import type { Change, ValueChanges } from '../stores/model.ts';
import { findHeld } from './held-before.ts';

/** Says which values of a JSON secret change, without reading one. */
export async function withValueChanges(manifest: Manifest, change: Change): Promise<Change> {
  const { secret, file } = manifest;
  const versionId = change.actual?.secret?.versionId;
  const isChanged = change.differences.some(({ field }) => field === 'version');
  if (secret === undefined || versionId === undefined || !isChanged || !isOwnVersion(versionId)) {
    return change;
  }
  const before = await findHeld(file, secret, versionId);
  return before ? { ...change, values: compareHeld(before, await heldBy(manifest)) } : change;
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
