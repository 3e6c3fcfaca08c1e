import type { WrappedDataKey, WrappedDataKeys } from '../../crypto/data-keys.ts';
import type { RecoveryWraps } from '../../crypto/recovery.ts';
import { CofferError } from '../../errors.ts';
import type { Blob, Generate, ParameterEdit } from '../model.ts';
import { quote } from '../yaml/faults.ts';
import type { Lines, Splice } from './lines.ts';
import {
  type Rendering,
  doubleQuoted,
  inlineText,
  isSafeKey,
  isWritable,
  literalBlock,
} from './write-scalar.ts';

/** Which literal blocks fit: `clip` means all but `|+`. */
export type Room = 'none' | 'clip' | 'all';

/**
 * Which literal blocks, for a key in `column`, can end at `offset` without absorbing the lines that
 * follow. Ignores lines in `removed`.
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

const BASE64_COLUMNS = 76;

/** Where a value goes. */
export interface Spot {
  /** Inside {…} or […]. */
  flow: boolean;
  /** Quote the keys, as in JSON. */
  quotedKeys: boolean;
  /** The column of the value's key. */
  column: number;
  /** Which literal blocks the lines around it allow. */
  blocks: Room;
}

function styleAt({ flow, quotedKeys }: Spot): 'block' | 'flow' | 'json' {
  if (!flow) return 'block';
  return quotedKeys ? 'json' : 'flow';
}

/** Renders a value for its place. */
export type Value = (spot: Spot) => Rendering;

/** A text on one line, quoted if a reader would take it for a number or the like. */
export const oneLine =
  (text: string): Value =>
  (spot) => ({ inline: inlineText(text, styleAt(spot)), below: [] });

/** A date, without quotes where YAML allows it. */
export const stamp =
  (text: string): Value =>
  (spot) => ({ inline: styleAt(spot) === 'json' ? doubleQuoted(text) : text, below: [] });

/** A text in the most readable form. */
export const anyLines =
  (text: string): Value =>
  (spot) => {
    const keep = spot.blocks === 'all';
    const block = spot.blocks === 'none' ? undefined : literalBlock(text, spot.column + 2, keep);
    return block ?? oneLine(text)(spot);
  };

type Entries = readonly (readonly [key: string, value: string | number | RecoveryWraps])[];

/** A map of texts and numbers, and of maps of them. */
export const mapOf =
  (entries: Entries): Value =>
  (spot) => {
    const inner = { ...spot, column: spot.column + 2 };
    const pairs = entries.map(([key, value]) => {
      const name = `${renderKey(key, spot)}:`;
      if (typeof value !== 'object') return { inline: `${name} ${scalar(value, spot)}`, below: [] };
      const { inline, below } = mapOf(Object.entries(value))(inner);
      return { inline: inline === '' ? name : `${name} ${inline}`, below };
    });
    if (spot.flow) {
      return { inline: `{${pairs.map(({ inline }) => inline).join(', ')}}`, below: [] };
    }
    const indent = ' '.repeat(inner.column);
    return { inline: '', below: pairs.flatMap((pair) => [indent + pair.inline, ...pair.below]) };
  };

/** One data key. */
export const dataKeyOf = ({ key, binding, commit, author, recovery }: WrappedDataKey): Value =>
  mapOf([
    ['key', key],
    ['binding', binding],
    ['commit', commit],
    ...(author === undefined ? [] : [['author', author] as const]),
    ...wrapsOf(recovery),
  ]);

/** Sorted by recipient. */
function wrapsOf(wraps: RecoveryWraps = {}): Entries {
  const entries = Object.entries(wraps).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? [] : [['recovery', Object.fromEntries(entries)]];
}

/** A list of texts, each on its own line. */
export const textsOf =
  (texts: readonly string[]): Value =>
  (spot) => {
    const items = texts.map((text) => inlineText(text, styleAt(spot)));
    if (spot.flow) return { inline: `[${items.join(', ')}]`, below: [] };
    const indent = ' '.repeat(spot.column + 2);
    return { inline: '', below: items.map((item) => `${indent}- ${item}`) };
  };

/** All of them, by id. */
export const dataKeysOf =
  (keys: WrappedDataKeys): Value =>
  (spot) => {
    const entries = Object.entries(keys).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const inner = { ...spot, column: spot.column + 2 };
    const rendered = entries.map(([id, key]) => ({
      id: renderKey(id, spot),
      ...dataKeyOf(key)(inner),
    }));
    if (spot.flow) {
      return {
        inline: `{${rendered.map((key) => `${key.id}: ${key.inline}`).join(', ')}}`,
        below: [],
      };
    }
    const indent = ' '.repeat(inner.column);
    return { inline: '', below: rendered.flatMap((key) => [`${indent}${key.id}:`, ...key.below]) };
  };

/** A list of maps of texts, each on its own line. */
export const listOf =
  (items: readonly object[]): Value =>
  (spot) => {
    const maps = items.map((item) => braced(item, spot));
    if (spot.flow) return { inline: `[${maps.join(', ')}]`, below: [] };
    const indent = ' '.repeat(spot.column + 2);
    return { inline: '', below: maps.map((map) => `${indent}- ${map}`) };
  };

function braced(data: object | string, spot: Spot): string {
  if (typeof data === 'string') return word(data, spot);
  const pairs = Object.entries(data).map(
    ([key, value]) => `${renderKey(key, spot)}: ${braced(value as object | string, spot)}`,
  );
  return braces(pairs, spot);
}

function braces(pairs: readonly string[], { flow }: Spot): string {
  return flow ? `{${pairs.join(', ')}}` : `{ ${pairs.join(', ')} }`;
}

/** Of a list or map that is always in brackets, even in block style. */
function word(text: string, spot: Spot): string {
  return inlineText(text, spot.flow ? styleAt(spot) : 'flow');
}

const blobOf =
  ({ sha256, size, key, binding, commit, messageId, commitment, recovery, body }: Blob): Value =>
  (spot) => {
    const head: Entries = [
      ['sha256', sha256],
      ['size', size],
      ['key', key],
      ['binding', binding],
      ['commit', commit],
      ['message_id', messageId],
      ['commitment', commitment],
      ...wrapsOf(recovery),
    ];
    if ('path' in body) return mapOf([...head, ['path', body.path]])(spot);
    if (spot.flow) return mapOf([...head, ['data', body.data]])(spot);
    const indent = ' '.repeat(spot.column + 2);
    const lines = body.data.match(new RegExp(`.{1,${BASE64_COLUMNS}}`, 'g')) ?? [];
    const data = [`${indent}data: |`, ...lines.map((line) => `${indent}  ${line}`)];
    return { inline: '', below: [...mapOf(head)(spot).below, ...data] };
  };

/** Always on one line. */
export const generateOf =
  ({ length, charset, require }: Generate): Value =>
  (spot) => {
    const pairs = [`${renderKey('length', spot)}: ${length}`];
    pairs.push(`${renderKey('charset', spot)}: ${word(charset, spot)}`);
    if (require.length > 0) {
      const words = require.map((text) => word(text, spot));
      pairs.push(`${renderKey('require', spot)}: [${words.join(', ')}]`);
    }
    return { inline: braces(pairs, spot), below: [] };
  };

export function renderKey(key: string, { flow, quotedKeys }: Spot): string {
  return (flow && quotedKeys) || !isSafeKey(key) ? doubleQuoted(key) : key;
}

function scalar(value: string | number, spot: Spot): string {
  return typeof value === 'number' ? String(value) : inlineText(value, styleAt(spot));
}

/** Renders a content after `value:` or `blob:`. */
export function contentOf(content: NonNullable<ParameterEdit['content']>, name: string): Value {
  if (content.kind === 'blob') return blobOf(content.blob);
  if (content.kind === 'sealed') return oneLine(content.text);
  if (isWritable(content.text)) return anyLines(content.text);
  const subject = `the value of parameter ${quote(name)}`;
  throw new CofferError('manifest', `a manifest cannot hold ${subject} as plaintext`, {
    hint: 'it is empty, or begins with ENC[ like ciphertext: keep it in a file (file: …)',
  });
}
