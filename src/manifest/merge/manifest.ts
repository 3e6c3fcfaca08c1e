import { CofferError } from '../../errors.ts';
import type { Manifest } from '../model.ts';
import { parseManifest } from '../parse.ts';
import { findTornBonds } from './bonds.ts';
import { mergeDataKeys } from './data-keys.ts';
import { isFaithful } from './faithful.ts';
import { takeLineBreaks } from './line-breaks.ts';
import { markConflict, mergeLines } from './lines.ts';
import { mapVersions, type Marks, type Merged, pickChanged, type Versions } from './merged.ts';
import { splitManifest } from './split.ts';
import { alignStamps } from './stamps.ts';
import { mergeParts, mergeUnit, wholeText } from './units.ts';
import { alignWrappings } from './wrappings.ts';

/**
 * Merges three versions of a manifest by settings, data keys, parameters and their fields. Merges
 * by lines a text that is not a manifest or cannot be split.
 */
export function mergeManifests(texts: Versions<string>, marks: Marks): Merged {
  const changed = pickChanged(texts);
  if (changed !== undefined) return { text: changed, conflicts: 0 };
  const { plain, restore } = takeLineBreaks(texts);
  const merged = mergeManifestLines(plain, marks);
  return { ...merged, text: restore(merged.text) };
}

function mergeManifestLines(texts: Versions<string>, marks: Marks): Merged {
  const base = readValid(texts.base);
  // The sides share most of their text with the base, which need not be read again.
  const [ours, theirs] = [readValid(texts.ours, base), readValid(texts.theirs, base)];
  const manifests = { base, ours, theirs };
  if (!ours || !theirs) return mergeLines(texts, marks);
  const torn = findTornBonds(manifests);
  if (!base) return mergeValid(texts, { manifests, torn }, marks);
  const wrapped = alignWrappings({ base, ours, theirs });
  const stamped = alignStamps(reread(wrapped, { base, ours, theirs }));
  return mergeValid(stamped, { manifests: reread(stamped, { base, ours, theirs }), torn }, marks);
}

/** Manifests after an edit that leaves them valid. */
function reread(texts: Versions<string>, known: Versions<Manifest>): Versions<Manifest> {
  return {
    base: parseManifest(texts.base, 'merge', known.base),
    ours: parseManifest(texts.ours, 'merge', known.ours),
    theirs: parseManifest(texts.theirs, 'merge', known.theirs),
  };
}

/** Both sides, and the base as far as it can be read. */
interface Reading {
  manifests: Versions<Manifest | undefined>;
  torn: readonly string[];
}

function mergeValid(texts: Versions<string>, { manifests, torn }: Reading, marks: Marks): Merged {
  // Both sides may have created the file.
  if (manifests.base || texts.base.trim() === '') {
    const merged = mergeByKeys(texts, { manifests, torn }, marks);
    if (merged && isSound(merged, manifests)) return merged;
  }
  const merged = mergeLines(texts, marks);
  const isSafe = torn.length === 0 && isSound(merged, manifests);
  return isSafe ? merged : markConflict(texts.ours, texts.theirs, marks);
}

/** @returns undefined if the list of parameters cannot be split */
function mergeByKeys(
  texts: Versions<string>,
  { manifests, torn }: Reading,
  marks: Marks,
): Merged | undefined {
  const parts = {
    base: splitManifest(texts.base, manifests.base),
    ours: splitManifest(texts.ours, manifests.ours),
    theirs: splitManifest(texts.theirs, manifests.theirs),
  };
  const lists = mapVersions(parts, ({ units }) => units.find(({ key }) => key === 'parameters'));
  if (!lists.ours?.parts || !lists.theirs?.parts) return undefined;
  const parameters = mergeUnit(lists, marks);
  const sealed = parameters?.text ?? '';
  return mergeParts(parts, marks, (key, versions) => {
    if (key === 'parameters') return parameters;
    if (key === 'data_keys') return mergeDataKeys(versions, dataKeysIn(sealed), marks);
    // Like a data key, the file key stays while something needs it.
    const only = versions.ours && versions.theirs ? undefined : (versions.ours ?? versions.theirs);
    if (key === 'encrypted_with' && only && hasCiphertext(sealed)) {
      return { text: wholeText(only), conflicts: 0 };
    }
    if (!torn.includes(key)) return mergeUnit(versions, marks);
    return markConflict(wholeText(versions.ours), wholeText(versions.theirs), marks);
  });
}

function hasCiphertext(text: string): boolean {
  return dataKeysIn(text).size > 0 || /\bblob["']?\s*:/.test(text);
}

/** The ids of the data keys that the ciphertexts in a text name, conflicts included. */
function dataKeysIn(text: string): Set<string> {
  return new Set([...text.matchAll(/ENC\[v1,([0-9a-f]{8}),/g)].map(([, id = '']) => id));
}

/** Unusual YAML might merge into something else, so the result must read as expected. */
function isSound({ text, conflicts }: Merged, manifests: Versions<Manifest | undefined>): boolean {
  if (conflicts > 0) return true;
  const manifest = readValid(text, manifests.ours);
  return manifest !== undefined && isFaithful(manifest, manifests);
}

function readValid(text: string, known?: Manifest): Manifest | undefined {
  if (known?.text === text) return known;
  try {
    return parseManifest(text, 'merge', known);
  } catch (error) {
    if (error instanceof CofferError) return undefined;
    throw error;
  }
}
