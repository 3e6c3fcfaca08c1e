import type { YAMLMap } from 'yaml';
import type { NewParameter } from '../model.ts';
import {
  contentOf,
  type Spot,
  type Value,
  anyLines,
  generateOf,
  mapOf,
  oneString,
  renderKey,
} from './render.ts';
import type { Lines } from './lines.ts';

type Pair = readonly [key: string, value: Value];

/** The pairs of a new parameter, in the order that people would write them. */
function pairsOf(parameter: NewParameter): Pair[] {
  const { name, type, description, tags, origin, content } = parameter;
  return [
    ...text('name', name),
    ...(description === undefined ? [] : [['description', anyLines(description)] as const]),
    ...text('type', type),
    ...text('tier', parameter.tier),
    ...text('store', parameter.store),
    ...text('encoding', parameter.encoding),
    ...text('extension', parameter.extension),
    ...text('allowed_pattern', parameter.allowedPattern),
    ...text('data_type', parameter.dataType),
    ...(tags && Object.keys(tags).length > 0
      ? [['tags', mapOf(Object.entries(tags))] as const]
      : []),
    ...(origin && 'file' in origin ? text('file', origin.file) : []),
    ...(origin && 'generate' in origin ? [['generate', generateOf(origin.generate)] as const] : []),
    ...(content
      ? [[content.kind === 'blob' ? 'blob' : 'value', contentOf(content, name)] as const]
      : []),
  ];
}

function text(key: string, value: string | undefined): Pair[] {
  return value === undefined ? [] : [[key, oneString(value)]];
}

/** How the items of a list without brackets begin, and what may stand in them. */
export interface DashStyle {
  /** Before the dash. */
  indent: string;
  /** Between the dash and the first key. */
  gap: string;
  blocks: Spot['blocks'];
}

/** A new parameter as an item of a list without brackets: whole lines, without line breaks. */
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

/** How a parameter in braces is written. */
export interface BraceStyle {
  quotedKeys: boolean;
  /** Inside of the braces, when they stand on one line. */
  padding: string;
  /** What comes before each pair and the closing brace, when each has its line. */
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

/** The style that a map in braces is written in. */
export function braceStyleOf(lines: Lines, map: YAMLMap.Parsed): BraceStyle {
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

/** Whether the keys stand in quotes, as JSON has them. */
export function hasQuotedKeys(map: YAMLMap.Parsed): boolean {
  const first = map.items[0]?.key;
  return first !== undefined && 'type' in first && first.type === 'QUOTE_DOUBLE';
}
