import { BOUND_SETTINGS, type Destination } from '../../crypto/contexts.ts';
import { parseInline } from '../../crypto/inline.ts';
import type { Manifest, Parameter } from '../model.ts';
import type { Versions } from './merged.ts';

interface Bond {
  /** One for each form of the setting. */
  keys: readonly string[];
  read: (manifest: Manifest) => string | undefined;
  /** Whether a side that does not have the setting yet goes along with the other. */
  isFree?: boolean;
  /** What one side sealed under the setting and the other side does not have. */
  ciphertexts: (side: Manifest, other: Manifest) => string[];
}

/** The settings that ciphertext is bound to. */
const BONDS: readonly Bond[] = [
  // Data keys open for the destination that they were made for.
  ...Object.keys(BOUND_SETTINGS).map((key) => ({
    keys: key === 'region' ? ['region', 'regions'] : [key],
    read: ({ destination }: Manifest) => destination[key as keyof Destination],
    ciphertexts: key === 'recovery' ? keyedFor : sealedFor,
  })),
  // No data key is bound to it, but what is sealed on one side was meant for the store of that side.
  { keys: ['store'], read: ({ store }) => store, ciphertexts: sealedFor },
  // Data keys, blobs and psyml's values open with the key that wrapped them.
  {
    keys: ['encrypted_with'],
    read: ({ encryptedWith }) => encryptedWith,
    ciphertexts: wrappedBy,
    isFree: true,
  },
];

/** Settings that one side changed while the other sealed something under the old value. */
export function findTornBonds(manifests: Versions<Manifest | undefined>): string[] {
  const { base, ours, theirs } = manifests;
  if (!ours || !theirs) return [];
  return BONDS.flatMap(({ keys, read, ciphertexts, isFree = false }) => {
    const [mine, other] = [read(ours), read(theirs)];
    const isFreeHere = isFree && (mine === undefined || other === undefined);
    if (mine === other || isFreeHere) return [];
    const isTornBy = (changing: Manifest, sealing: Manifest) => {
      // Without a base, assume the worst.
      if (!base) return true;
      const known = new Set(ciphertexts(base, changing));
      const hasSealed = ciphertexts(sealing, changing).some((text) => !known.has(text));
      return read(changing) !== read(base) && hasSealed;
    };
    return isTornBy(ours, theirs) || isTornBy(theirs, ours) ? keys : [];
  });
}

function sealedFor({ dataKeys, parameters }: Manifest): string[] {
  const sealed = parameters.flatMap(({ content }) => {
    if (content.kind === 'sealed') return content.text;
    return content.kind === 'blob' ? content.blob.sha256 : [];
  });
  return [...sealed, ...Object.values(dataKeys).map(({ commit }) => commit)];
}

/** Values are not bound to who else can open them, only the keys that they are sealed under. */
function keyedFor(side: Manifest, other: Manifest): string[] {
  const isOpen = ({ content }: Parameter) =>
    content.kind === 'sealed' && opensWith(content.text, other);
  const parameters = side.parameters.filter((parameter) => !isOpen(parameter));
  return sealedFor({ ...side, parameters });
}

function wrappedBy({ dataKeys, parameters }: Manifest, other: Manifest): string[] {
  const wrapped = parameters.flatMap(({ content }) => {
    if (content.kind === 'psyml') return content.ciphertext;
    if (content.kind === 'blob') return content.blob.key;
    // A data key that the other side still has is wrapped there under its file key.
    return content.kind === 'sealed' && !opensWith(content.text, other) ? content.text : [];
  });
  return [...wrapped, ...Object.values(dataKeys).map(({ key }) => key)];
}

function opensWith(ciphertext: string, { dataKeys }: Manifest): boolean {
  return Object.hasOwn(dataKeys, parseInline(ciphertext)?.keyId ?? '');
}
