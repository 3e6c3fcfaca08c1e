import { markConflict, mergeLines, mergeWhole, splitLines } from './lines.ts';
import {
  joinMerged,
  mapVersions,
  type Marks,
  type Merged,
  pickChanged,
  type Versions,
} from './merged.ts';
import { mergeOrder } from './order.ts';
import { NO_PARTS, type Parts, type Unit } from './split.ts';

type UnitVersions = Versions<Unit | undefined>;

/** Merges one unit; undefined if nothing of it remains. */
export type MergeUnit = (key: string, versions: UnitVersions) => Merged | undefined;

/**
 * Merges split texts unit by unit.
 * @returns undefined if the text around the units disagrees, or a conflict in them could not be
 * marked on its own lines
 */
export function mergeParts(
  versions: Versions<Parts>,
  marks: Marks,
  mergeOne: MergeUnit,
  sort: (keys: string[]) => string[] = (keys) => keys,
): Merged | undefined {
  const head = pickChanged(mapVersions(versions, (parts) => parts.head));
  if (head === undefined || !beginAlike(head, versions)) return undefined;
  const byKey = mapVersions(
    versions,
    ({ units }) => new Map(units.map((unit) => [unit.key, unit] as const)),
  );
  const merged: Merged[] = [{ text: head, conflicts: 0 }];
  const order = mergeOrder(mapVersions(byKey, (units) => [...units.keys()]));
  for (const key of sort(order)) {
    const unit = mergeOne(
      key,
      mapVersions(byKey, (units) => units.get(key)),
    );
    if (!unit) continue;
    if (unit.conflicts > 0 && isWithinLine(merged.at(-1)?.text)) return undefined;
    merged.push(unit);
  }
  merged.push(
    mergeLines(
      mapVersions(versions, (parts) => parts.tail),
      marks,
    ),
  );
  return joinMerged(merged);
}

/** The unit that shares its line with the head must stay the same. */
function beginAlike(head: string, { base, ours, theirs }: Versions<Parts>): boolean {
  if (!isWithinLine(head)) return true;
  const firsts = [base, ours, theirs].flatMap(({ units }) => units[0]?.key ?? []);
  return new Set(firsts).size <= 1;
}

function isWithinLine(before = ''): boolean {
  return before !== '' && !before.endsWith('\n');
}

/** Merges a unit part by part if it has parts, otherwise as a whole. */
export function mergeUnit({ base, ours, theirs }: UnitVersions, marks: Marks): Merged | undefined {
  if (ours && theirs) {
    const leads = { base: base?.lead ?? '', ours: ours.lead, theirs: theirs.lead };
    return joinMerged([mergeLines(leads, marks), mergeBody({ base, ours, theirs }, marks)]);
  }
  const survivor = ours ?? theirs;
  if (!survivor) return undefined;
  if (!base) return { text: wholeText(survivor), conflicts: 0 };
  if (base.body === survivor.body) return { text: newComments(base, survivor), conflicts: 0 };
  return markConflict(wholeText(ours), wholeText(theirs), marks);
}

function mergeBody(
  { base, ours, theirs }: { base: Unit | undefined; ours: Unit; theirs: Unit },
  marks: Marks,
): Merged {
  const bodies = { base: base?.body ?? '', ours: ours.body, theirs: theirs.body };
  const changed = pickChanged(bodies);
  if (changed !== undefined) return { text: changed, conflicts: 0 };
  const baseParts = base ? base.parts : { ...NO_PARTS, head: ours.parts?.head ?? '' };
  const merged =
    baseParts && ours.parts && theirs.parts
      ? mergeParts(
          { base: baseParts, ours: ours.parts, theirs: theirs.parts },
          marks,
          (_key, versions) => mergeUnit(versions, marks),
        )
      : undefined;
  return merged ?? mergeWhole(bodies, marks);
}

/** Comments newly added above a unit; they may be about something else if it is removed. */
function newComments(base: Unit, survivor: Unit): string {
  const old = new Set(splitLines(base.lead));
  return splitLines(survivor.lead)
    .filter((line) => line.trim() !== '' && !old.has(line))
    .join('');
}

export function wholeText(unit: Unit | undefined): string {
  return unit ? unit.lead + unit.body : '';
}
