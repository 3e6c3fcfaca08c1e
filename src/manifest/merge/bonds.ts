import { parseInline } from '../../crypto/inline.ts';
import type { Manifest } from '../model.ts';
import type { Versions } from './merged.ts';

interface Bond {
  read: (manifest: Manifest) => string | undefined;
  /** What one side sealed under the setting and the other side does not have. */
  ciphertexts: (side: Manifest, other: Manifest) => string[];
}

/** The settings to which ciphertext is bound. */
const BONDS = {
  /** Values and data keys open only under the path that they were sealed for. */
  path: { read: ({ path }) => path, ciphertexts: sealedFor },
  /** Data keys, blobs and psyml's values open only with the key that wrapped them. */
  encrypted_with: { read: ({ encryptedWith }) => encryptedWith, ciphertexts: wrappedBy },
} satisfies Record<string, Bond>;

/** Settings that one side changed while the other sealed something under the old value. */
export function findTornBonds(manifests: Versions<Manifest | undefined>): string[] {
  const { base, ours, theirs } = manifests;
  if (!ours || !theirs) return [];
  return Object.entries(BONDS).flatMap(([key, { read, ciphertexts }]) => {
    const settings = new Set([ours, theirs].map(read).filter((setting) => setting !== undefined));
    if (settings.size < 2) return [];
    const isTornBy = (changing: Manifest, sealing: Manifest) => {
      // Without a base, assume the worst.
      if (!base) return true;
      const known = new Set(ciphertexts(base, changing));
      const hasSealed = ciphertexts(sealing, changing).some((text) => !known.has(text));
      return read(changing) !== read(base) && hasSealed;
    };
    return isTornBy(ours, theirs) || isTornBy(theirs, ours) ? [key] : [];
  });
}

function sealedFor({ dataKeys, parameters }: Manifest): string[] {
  const sealed = parameters.flatMap(({ content }) => {
    if (content.kind === 'sealed') return content.text;
    return content.kind === 'blob' ? content.blob.sha256 : [];
  });
  return [...sealed, ...Object.values(dataKeys)];
}

function wrappedBy({ dataKeys, parameters }: Manifest, other: Manifest): string[] {
  const wrapped = parameters.flatMap(({ content }) => {
    if (content.kind === 'psyml') return content.ciphertext;
    if (content.kind === 'blob') return content.blob.key;
    // A data key that the other side still has is wrapped there under its file key.
    return content.kind === 'sealed' && !opensWith(content.text, other) ? content.text : [];
  });
  return [...wrapped, ...Object.values(dataKeys)];
}

function opensWith(ciphertext: string, { dataKeys }: Manifest): boolean {
  return Object.hasOwn(dataKeys, parseInline(ciphertext)?.keyId ?? '');
}
