import { diffArrays } from 'diff';
import { joinMerged, type Marks, type Merged, pickChanged, type Versions } from './merged.ts';

/** Merges three texts line by line, as git does; different changes of both sides conflict. */
export function mergeLines(texts: Versions<string>, marks: Marks): Merged {
  const [base, ours, theirs] = [texts.base, texts.ours, texts.theirs].map(splitLines);
  if (!base || !ours || !theirs) throw new Error('a merge needs three texts');
  const inOurs = matchLines(base, ours);
  const inTheirs = matchLines(base, theirs);
  const merged: Merged[] = [];
  let [atBase, atOurs, atTheirs] = [0, 0, 0];
  const settle = (toBase: number, toOurs: number, toTheirs: number) => {
    const parts = {
      base: base.slice(atBase, toBase).join(''),
      ours: ours.slice(atOurs, toOurs).join(''),
      theirs: theirs.slice(atTheirs, toTheirs).join(''),
    };
    merged.push(mergeWhole(parts, marks));
    [atBase, atOurs, atTheirs] = [toBase, toOurs, toTheirs];
  };
  for (const line of base.keys()) {
    const [lineInOurs, lineInTheirs] = [inOurs.get(line), inTheirs.get(line)];
    // A line common to all three separates the changes before it from those after it.
    if (lineInOurs === undefined || lineInTheirs === undefined) continue;
    settle(line, lineInOurs, lineInTheirs);
    settle(line + 1, lineInOurs + 1, lineInTheirs + 1);
  }
  settle(base.length, ours.length, theirs.length);
  return joinMerged(merged);
}

/** Merges three texts, each as a whole. */
export function mergeWhole(texts: Versions<string>, marks: Marks): Merged {
  const changed = pickChanged(texts);
  if (changed !== undefined) return { text: changed, conflicts: 0 };
  return markConflict(texts.ours, texts.theirs, marks);
}

/** Both sides between git's markers; common lines at the start and end stay outside. */
export function markConflict(ours: string, theirs: string, { markerSize }: Marks): Merged {
  const [mine, other] = [splitLines(ours), splitLines(theirs)];
  const shorter = Math.min(mine.length, other.length);
  let above = 0;
  while (above < shorter && mine[above] === other[above]) above += 1;
  let below = 0;
  while (below < shorter - above && mine.at(-1 - below) === other.at(-1 - below)) below += 1;
  const marker = (character: string) => character.repeat(markerSize);
  const text = [
    ...mine.slice(0, above),
    `${marker('<')} ours\n`,
    ...mine.slice(above, mine.length - below),
    `${marker('=')}\n`,
    ...other.slice(above, other.length - below),
    `${marker('>')} theirs\n`,
    ...mine.slice(mine.length - below),
  ];
  return { text: text.join(''), conflicts: 1 };
}

/** Lines with their breaks. Adds a missing final break, so that a marker can follow. */
export function splitLines(text: string): string[] {
  const lines = text.split('\n').map((line) => `${line}\n`);
  return text === '' || text.endsWith('\n') ? lines.slice(0, -1) : lines;
}

/** The position in `side` of each line of `base` that it still has. */
function matchLines(base: readonly string[], side: readonly string[]): Map<number, number> {
  const matches = new Map<number, number>();
  let [inBase, inSide] = [0, 0];
  for (const { added, removed, count } of diffArrays([...base], [...side])) {
    if (added) inSide += count;
    else if (removed) inBase += count;
    else for (let done = 0; done < count; done += 1) matches.set(inBase++, inSide++);
  }
  return matches;
}
