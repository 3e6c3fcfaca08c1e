import type { SeqNode } from '../yaml/nodes.ts';
import type { Lines } from './lines.ts';

/** The lines of one item of a list in block style. */
export interface Extent {
  /** Start of its first line; comment lines directly above belong to it. */
  start: number;
  dash: number;
  /** End of its last line; comments indented like it belong to it. */
  end: number;
}

/** @param listStart start of the first line below the list's key */
export function extentsOf(lines: Lines, list: SeqNode, listStart: number): Extent[] {
  const extents: Extent[] = [];
  const dashes = dashesOf(lines, list);
  for (const [index, item] of list.items.entries()) {
    const dash = dashes[index] ?? 0;
    const previousEnd = extents.at(-1)?.end ?? listStart;
    const start = lines.startOfComments(lines.startOf(dash), previousEnd);
    const column = dash - lines.startOf(dash);
    const end = endOfComments(lines, lines.endOfNode(item), column, dashes[index + 1]);
    extents.push({ start, dash, end });
  }
  return extents;
}

function dashesOf(lines: Lines, list: SeqNode): number[] {
  return list.items.map((_, index) => {
    const previous = list.items[index - 1];
    if (!previous) return list.range[0];
    let line = lines.endOfNode(previous);
    while (lines.isBlank(line, lines.endOf(line)) || lines.isComment(line)) {
      line = lines.endOf(line);
    }
    return lines.skipSpaces(line);
  });
}

/**
 * The end of the comments after `offset` that are indented further than the dash. Comments after a
 * blank line and directly above the next item belong to that item.
 */
function endOfComments(
  lines: Lines,
  offset: number,
  dashColumn: number,
  nextDash: number | undefined,
): number {
  let settled = offset;
  let end = offset;
  let isParted = false;
  let at = offset;
  for (; at < lines.text.length; at = lines.endOf(at)) {
    if (lines.isBlank(at, lines.endOf(at))) {
      settled = end;
      isParted = true;
    } else if (lines.isComment(at) && lines.skipSpaces(at) - at > dashColumn) {
      end = lines.endOf(at);
    } else break;
  }
  const isAboveNext = nextDash !== undefined && end === at && at === lines.startOf(nextDash);
  return isParted && isAboveNext ? settled : end;
}
