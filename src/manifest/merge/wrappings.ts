import type { WrappedDataKey } from '../../crypto/data-keys.ts';
import { editManifest } from '../edit.ts';
import type { Blob, Manifest, ManifestEdit, Parameter, ParameterEdit } from '../model.ts';
import { mapVersions, pickChanged, type Versions } from './merged.ts';

/**
 * Removes differences between ciphertexts that do not matter: `coffer refresh` re-encrypted their
 * data keys. All versions get the wrapped keys of the side that did it; if both did, under one file
 * key, those of ours.
 */
export function alignWrappings(manifests: Versions<Manifest>): Versions<string> {
  const { base, ours, theirs } = mapVersions(manifests, wrappingsOf);
  const isFileKeyShared = manifests.ours.encryptedWith === manifests.theirs.encryptedWith;
  const chosen = new Map<string, string>();
  for (const [key, before] of base) {
    const mine = ours.get(key) ?? theirs.get(key) ?? before;
    const other = theirs.get(key) ?? mine;
    const wrapped = pickChanged({ base: before, ours: mine, theirs: other });
    if (wrapped !== undefined) chosen.set(key, wrapped);
    else if (isFileKeyShared) chosen.set(key, mine);
  }
  return mapVersions(manifests, (manifest) => rewrap(manifest, chosen));
}

/** Identifies wrapped keys by what they open, not by their wrapping. */
function wrappingsOf({ dataKeys, parameters }: Manifest): Map<string, string> {
  const keys = parameters.flatMap((parameter) =>
    parameter.content.kind === 'blob'
      ? [[blobOf(parameter, parameter.content.blob), parameter.content.blob.key] as const]
      : [],
  );
  const shared = Object.entries(dataKeys).map(
    ([id, dataKey]) => [dataKeyOf(id, dataKey), dataKey.key] as const,
  );
  return new Map([...shared, ...keys]);
}

function dataKeyOf(id: string, { commit, author }: WrappedDataKey): string {
  return JSON.stringify([id, commit, author]);
}

function blobOf({ name }: Parameter, { sha256, messageId, commitment }: Blob): string {
  return JSON.stringify([name, sha256, messageId, commitment]);
}

function rewrap(manifest: Manifest, chosen: ReadonlyMap<string, string>): string {
  const dataKeys = Object.entries(manifest.dataKeys).map(
    ([id, dataKey]) =>
      [id, { ...dataKey, key: chosen.get(dataKeyOf(id, dataKey)) ?? dataKey.key }] as const,
  );
  const parameters = new Map<string, ParameterEdit>();
  for (const parameter of manifest.parameters) {
    if (parameter.content.kind !== 'blob') continue;
    const { blob } = parameter.content;
    const key = chosen.get(blobOf(parameter, blob)) ?? blob.key;
    if (key === blob.key) continue;
    parameters.set(parameter.name, { content: { kind: 'blob', blob: { ...blob, key } } });
  }
  const edit: ManifestEdit = { parameters };
  if (dataKeys.length > 0) edit.dataKeys = Object.fromEntries(dataKeys);
  return editManifest(manifest, edit);
}
