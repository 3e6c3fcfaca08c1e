import type { MapNode } from '../yaml/nodes.ts';
import { ROWS } from '../fields.ts';
import type { NewParameter, Origin, Tags } from '../model.ts';
import {
  contentOf,
  type Spot,
  type Value,
  anyLines,
  generateOf,
  listOf,
  mapOf,
  oneLine,
  renderKey,
  stamp,
} from './render.ts';
import type { Lines } from './lines.ts';

type Pair = readonly [key: string, value: Value];

/** The pairs of a new parameter, in the order of the table. */
function pairsOf(parameter: NewParameter): Pair[] {
  const { name, origin, content } = parameter;
  return ROWS.flatMap(([member, { keys, ...style }]): Pair[] => {
    switch (member) {
      case 'origin':
        return origin ? [originPair(origin)] : [];
      case 'content':
        return content
          ? [[content.kind === 'blob' ? 'blob' : 'value', contentOf(content, name)]]
          : [];
      default: {
        const value = valueOf(parameter[member], style);
        return value ? [[keys[0], value]] : [];
      }
    }
  });
}

function originPair(origin: Origin): Pair {
  return 'file' in origin
    ? ['file', oneLine(origin.file)]
    : ['generate', generateOf(origin.generate)];
}

function valueOf(
  value: string | Tags | readonly object[] | undefined,
  { isProse, isStamp }: { isProse?: true; isStamp?: true },
): Value | undefined {
  if (typeof value === 'string') {
    return isProse ? anyLines(value) : isStamp ? stamp(value) : oneLine(value);
  }
  if (Array.isArray(value)) return value.length > 0 ? listOf(value) : undefined;
  const entries = Object.entries(value ?? {});
  return entries.length > 0 ? mapOf(entries) : undefined;
}

/** How the items of a list in block style begin, and what they may contain. */
export interface DashStyle {
  /** The indentation before the dash. */
  indent: string;
  /** The space between the dash and the first key. */
  gap: string;
  blocks: Spot['blocks'];
}

/** A new parameter as an item of a list in block style: whole lines, without line breaks. */
export function blockItem(
  parameter: NewParameter,
  { indent, gap, blocks }: DashStyle,
): readonly string[] {
  const column = indent.length + 1 + gap.length;
  const spot: Spot = { flow: false, quotedKeys: false, column, blocks };
  return pairsOf(parameter).flatMap(([key, value], index) => {
    const start = index === 0 ? `${indent}-${gap}` : ' '.repeat(column);
    const { inline, below } = value(spot);
    return [`${start}${key}:${inline === '' ? '' : ` ${inline}`}`, ...below];
  });
}

/** The style of a parameter in braces. */
export interface BraceStyle {
  quotedKeys: boolean;
  /** The space inside the braces, on one line. */
  padding: string;
  /** The text before each pair and the closing brace, if each has its own line. */
  breaks?: { pair: string; close: string } | undefined;
}

/** A new parameter in braces. */
export function flowItem(
  parameter: NewParameter,
  { quotedKeys, padding, breaks }: BraceStyle,
): string {
  const spot: Spot = { flow: true, quotedKeys, column: 0, blocks: 'none' };
  const pairs = pairsOf(parameter).map(
    ([key, value]) => `${renderKey(key, spot)}: ${value(spot).inline}`,
  );
  if (!breaks) return `{${padding}${pairs.join(', ')}${padding}}`;
  return `{${breaks.pair}${pairs.join(`,${breaks.pair}`)}${breaks.close}}`;
}

/** The style of a map in braces. */
export function braceStyleOf(lines: Lines, map: MapNode): BraceStyle {
  const { text, eol } = lines;
  const [start, end] = map.range;
  const first = map.items[0]?.key;
  const quotedKeys = hasQuotedKeys(map);
  const padding = text[start + 1] === ' ' ? ' ' : '';
  const close = end - 1;
  if (!first || !lines.isFirstInLine(first.range[0]) || !lines.isFirstInLine(close)) {
    return { quotedKeys, padding };
  }
  const indentOf = (offset: number) => eol + text.slice(lines.startOf(offset), offset);
  const breaks = { pair: indentOf(first.range[0]), close: indentOf(close) };
  return { quotedKeys, padding, breaks };
}

/** Whether the keys are in quotes, as in JSON. */
export function hasQuotedKeys(map: MapNode): boolean {
  const first = map.items[0]?.key;
  return first?.type === 'QUOTE_DOUBLE';
}
