import { mergeLines, mergeWhole } from './lines.ts';
import { joinMerged, mapVersions, type Marks, type Merged, type Versions } from './merged.ts';
import { NO_PARTS, type Parts, type Unit } from './split.ts';
import { mergeParts, mergeUnit, type MergeUnit, wholeText } from './units.ts';

/**
 * Merges `data_keys` by id. Removes a key that one side removed, unless a remaining value needs it.
 * @param needed the ids that ciphertexts name
 */
export function mergeDataKeys(
  versions: Versions<Unit | undefined>,
  needed: ReadonlySet<string>,
  marks: Marks,
): Merged | undefined {
  const { base, ours, theirs } = versions;
  const frame = ours ?? theirs;
  if (!frame) return undefined;
  const parts = [base, ours, theirs].map((unit) => partsOf(unit, frame));
  const [inBase, inOurs, inTheirs] = parts;
  if (!inBase || !inOurs || !inTheirs) return mergeUnit(versions, marks);
  let count = 0;
  const mergeOne: MergeUnit = (id, entry) => {
    const merged = mergeEntry(id, entry, needed, marks);
    if (merged) count += 1;
    return merged;
  };
  const merged = mergeParts(
    { base: inBase, ours: inOurs, theirs: inTheirs },
    marks,
    mergeOne,
    (ids) => ids.toSorted(),
  );
  if (!merged) return mergeUnit(versions, marks);
  if (count === 0) return undefined;
  const leads = {
    base: base?.lead ?? '',
    ours: (ours ?? frame).lead,
    theirs: (theirs ?? frame).lead,
  };
  return joinMerged([mergeLines(leads, marks), merged]);
}

/** No entries if the map is missing; undefined if it is in flow style. */
function partsOf(unit: Unit | undefined, frame: Unit): Parts | undefined {
  return unit ? unit.parts : { ...NO_PARTS, head: frame.parts?.head ?? '' };
}

function mergeEntry(
  id: string,
  { base, ours, theirs }: Versions<Unit | undefined>,
  needed: ReadonlySet<string>,
  marks: Marks,
): Merged | undefined {
  const survivor = ours ?? theirs;
  if (!survivor) return undefined;
  if (ours && theirs) {
    return mergeWhole(mapVersions({ base, ours, theirs }, wholeText), marks);
  }
  return base && !needed.has(id) ? undefined : { text: wholeText(survivor), conflicts: 0 };
}
