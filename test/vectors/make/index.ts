// Makes the files beside this folder. It seals with Node's crypto alone, by the rules of
// docs/format.md, and shares no code with src/: the vectors check coffer instead of repeating it.
import { blobs } from './blobs.ts';
import { dataKeys } from './data-keys.ts';
import { classes, inline } from './inline.ts';
import { manifests } from './manifests.ts';
import { names } from './names.ts';
import { keys, objects } from './objects.ts';
import { pointers } from './pointers.ts';
import { recovery } from './recovery.ts';
import { versionIds } from './version-ids.ts';

/** What is in each file beside this folder, by the file's name. */
export const FILES: Readonly<Record<string, () => object[]>> = {
  padding: () => [...classes()],
  inline,
  'data-keys': dataKeys,
  keys,
  blobs,
  objects,
  pointers,
  names,
  manifests,
  recovery,
  'version-ids': versionIds,
};

export function render(vectors: readonly object[]): string {
  return `${JSON.stringify(vectors, null, 2)}\n`;
}
