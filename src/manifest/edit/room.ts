import type { Lines } from './lines.ts';
import type { Splice } from './splice.ts';

/** Which literal blocks may stand in a place: `clip` means all but `|+`. */
export type Room = 'none' | 'clip' | 'all';

/**
 * Which literal blocks, of a key in `column`, can end at `offset` without taking in any of the
 * lines that follow. Lines that are `removed` do not count.
 */
export function roomAt(
  lines: Lines,
  offset: number,
  column: number,
  removed: readonly Splice[] = [],
): Room {
  const { text } = lines;
  let room: Room = 'all';
  for (let at = offset; at < text.length;) {
    const gone = removed.find(({ start, end }) => start <= at && at < end);
    const end = gone?.end ?? lines.endOf(at);
    const line = text.slice(at, end);
    const indent = line.search(/[^ ]/);
    at = end;
    if (gone) continue;
    if (line.trim() !== '') return indent > column + 1 ? 'none' : room;
    if (indent > column || line.includes('\t')) return 'none';
    room = 'clip';
  }
  return lines.endsOpen ? 'none' : room;
}
