import type { WrappedDataKey } from '../../crypto/data-keys.ts';
import { editManifest } from '../edit.ts';
import type { Blob, Manifest, ManifestEdit, Parameter, ParameterEdit } from '../model.ts';
import { mapVersions, pickChanged, type Versions } from './merged.ts';

/** How a data key is wrapped. */
type Wrapping = Pick<WrappedDataKey, 'key' | 'binding' | 'recovery'>;

/**
 * Removes differences between ciphertexts that do not matter: `coffer refresh` or `coffer recovery`
 * wrapped their data keys anew. All versions get the wrappings of the side that did it; if both
 * did, under one file key and for the same recovery list, those of ours.
 */
export function alignWrappings(manifests: Versions<Manifest>): Versions<string> {
  const { base, ours, theirs } = mapVersions(manifests, wrappingsOf);
  const areAlike =
    manifests.ours.encryptedWith === manifests.theirs.encryptedWith &&
    manifests.ours.destination.recovery === manifests.theirs.destination.recovery;
  const chosen = new Map<string, string>();
  for (const [key, before] of base) {
    const mine = ours.get(key) ?? theirs.get(key) ?? before;
    const other = theirs.get(key) ?? mine;
    const wrapped = pickChanged({ base: before, ours: mine, theirs: other });
    if (wrapped !== undefined) chosen.set(key, wrapped);
    else if (areAlike) chosen.set(key, mine);
  }
  return mapVersions(manifests, (manifest) => rewrap(manifest, chosen));
}

/** Identifies data keys by what they open, not by their wrapping. */
function wrappingsOf({ dataKeys, parameters }: Manifest): Map<string, string> {
  const keys = parameters.flatMap((parameter) =>
    parameter.content.kind === 'blob'
      ? [[blobOf(parameter, parameter.content.blob), wrappingOf(parameter.content.blob)] as const]
      : [],
  );
  const shared = Object.entries(dataKeys).map(
    ([id, dataKey]) => [dataKeyOf(id, dataKey), wrappingOf(dataKey)] as const,
  );
  return new Map([...shared, ...keys]);
}

function wrappingOf({ key, binding, recovery }: Wrapping): string {
  return JSON.stringify({ key, binding, recovery });
}

/** The same entry, wrapped as it was chosen. */
function wrapAs<Entry extends Wrapping>(entry: Entry, chosen: string | undefined): Entry {
  if (chosen === undefined) return entry;
  const { key, binding, recovery } = JSON.parse(chosen) as Wrapping;
  return { ...entry, key, binding, recovery };
}

function dataKeyOf(id: string, { commit, author }: WrappedDataKey): string {
  return JSON.stringify([id, commit, author]);
}

function blobOf({ name }: Parameter, { sha256, messageId, commitment }: Blob): string {
  return JSON.stringify([name, sha256, messageId, commitment]);
}

function rewrap(manifest: Manifest, chosen: ReadonlyMap<string, string>): string {
  const dataKeys = Object.entries(manifest.dataKeys).map(
    ([id, dataKey]) => [id, wrapAs(dataKey, chosen.get(dataKeyOf(id, dataKey)))] as const,
  );
  const parameters = new Map<string, ParameterEdit>();
  for (const parameter of manifest.parameters) {
    if (parameter.content.kind !== 'blob') continue;
    const { blob } = parameter.content;
    const wrapped = wrapAs(blob, chosen.get(blobOf(parameter, blob)));
    if (wrappingOf(wrapped) === wrappingOf(blob)) continue;
    parameters.set(parameter.name, { content: { kind: 'blob', blob: wrapped } });
  }
  const edit: ManifestEdit = { parameters };
  if (dataKeys.length > 0) edit.dataKeys = Object.fromEntries(dataKeys);
  return editManifest(manifest, edit);
}
