import type { YAMLMap } from 'yaml';
import type { Lines } from './lines.ts';
import type { BraceStyle } from './new-parameter.ts';

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
