import { ROWS } from '../fields.ts';
import type { Manifest, Parameter } from '../model.ts';
import { mapVersions, pickChanged, type Versions } from './merged.ts';

/** The settings as the file says them, each on its own. */
const SETTINGS: readonly ((manifest: Manifest | undefined) => unknown)[] = [
  (manifest) => manifest?.path,
  (manifest) => manifest?.regions,
  (manifest) => manifest?.destination.kmskey,
  (manifest) => manifest?.bucketAsWritten,
  (manifest) => manifest?.account,
  (manifest) => manifest?.recovery,
  (manifest) => manifest?.store,
  (manifest) => manifest?.secret,
  (manifest) => manifest?.description,
  (manifest) => manifest?.replicas,
  (manifest) => manifest?.maxAge,
];

/** Whether a merged manifest has exactly the expected parameters. */
export function isFaithful(merged: Manifest, versions: Versions<Manifest | undefined>): boolean {
  if (!SETTINGS.every((look) => isPicked(merged, versions, look))) return false;
  const known = mapVersions(versions, byName);
  const names = new Set([...known.ours.keys(), ...known.theirs.keys()]);
  const expected = [...names].filter(
    (name) => (known.ours.has(name) && known.theirs.has(name)) || !known.base.has(name),
  );
  if (merged.parameters.length !== expected.length) return false;
  const result = byName(merged);
  return expected.every((name) => {
    const parameter = result.get(name);
    return (
      parameter &&
      isExpected(
        parameter,
        mapVersions(known, (all) => all.get(name)),
      )
    );
  });
}

function isExpected(
  parameter: Parameter,
  { base, ours, theirs }: Versions<Parameter | undefined>,
): boolean {
  const versions = { base, ours: ours ?? theirs, theirs: theirs ?? ours };
  return ROWS.every(([member, { hasEntries }]) => {
    if (!hasEntries) return isPicked(parameter, versions, (version) => version?.[member]);
    const maps = [parameter, base, ours, theirs].map((version) => version?.[member] ?? {});
    return maps
      .flatMap((map) => Object.keys(map))
      .every((key) => isPicked(parameter, versions, (version) => entryOf(version?.[member], key)));
  });
}

function entryOf(map: unknown, key: string): unknown {
  return (map as Readonly<Record<string, unknown>> | undefined)?.[key];
}

/** Whether `merged` has the change that one side made, or both made alike. */
function isPicked<T>(
  merged: T,
  versions: Versions<T | undefined>,
  look: (version: T | undefined) => unknown,
): boolean {
  const write = (version: T | undefined) => {
    const found = look(version);
    return typeof found === 'object' ? JSON.stringify(found) : found;
  };
  return write(merged) === pickChanged(mapVersions(versions, write));
}

function byName(manifest: Manifest | undefined): Map<string, Parameter> {
  return new Map(manifest?.parameters.map((parameter) => [parameter.name, parameter]));
}
