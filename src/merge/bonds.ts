import type { Manifest } from '../manifest/model.ts';
import { mapVersions, type Versions } from './merged.ts';

interface Bond {
  read: (manifest: Manifest) => string | undefined;
  ciphertexts: (manifest: Manifest) => string[];
}

/** The settings that ciphertext is bound to. */
const BONDS = {
  /** Values and data keys open under the path that they were sealed for. */
  path: { read: ({ path }) => path, ciphertexts: sealedFor },
  /** Data keys, blobs and psyml's values open with the key that wrapped them. */
  encrypted_with: { read: ({ encryptedWith }) => encryptedWith, ciphertexts: wrappedBy },
} satisfies Record<string, Bond>;

/** Settings that one side changed while the other sealed something under what stood there. */
export function findTornBonds(manifests: Versions<Manifest | undefined>): string[] {
  const { base, ours, theirs } = manifests;
  if (!base || !ours || !theirs) return [];
  return Object.entries(BONDS).flatMap(([key, { read, ciphertexts }]) => {
    const setting = mapVersions({ base, ours, theirs }, read);
    const sealed = mapVersions(
      { base, ours, theirs },
      (manifest) => new Set(ciphertexts(manifest)),
    );
    const isTorn =
      setting.ours !== setting.theirs &&
      ((setting.ours !== setting.base && hasNew(sealed.theirs, sealed.base)) ||
        (setting.theirs !== setting.base && hasNew(sealed.ours, sealed.base)));
    return isTorn ? [key] : [];
  });
}

function hasNew(side: ReadonlySet<string>, base: ReadonlySet<string>): boolean {
  return [...side].some((ciphertext) => !base.has(ciphertext));
}

function sealedFor({ dataKeys, parameters }: Manifest): string[] {
  const sealed = parameters.flatMap(({ content }) => {
    if (content.kind === 'sealed') return content.text;
    return content.kind === 'blob' ? content.blob.sha256 : [];
  });
  return [...sealed, ...Object.values(dataKeys)];
}

function wrappedBy({ dataKeys, parameters }: Manifest): string[] {
  const wrapped = parameters.flatMap(({ content }) => {
    if (content.kind === 'psyml') return content.ciphertext;
    return content.kind === 'blob' ? content.blob.key : [];
  });
  return [...wrapped, ...Object.values(dataKeys)];
}
