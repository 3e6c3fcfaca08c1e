import { createHash } from 'node:crypto';
import { isAlias, isMap, isScalar, isSeq, type MapNode, type Node } from './yaml/nodes.ts';
import { parseInline } from '../crypto/inline.ts';
import { looksPsyml } from '../crypto/psyml.ts';
import { isBlockCollection, Lines, type Splice } from './edit/lines.ts';
import { PARAMETER_KEYS } from './fields.ts';
import { readText } from './read/reading.ts';
import { openDocument } from './yaml/document.ts';
import { Faults } from './yaml/faults.ts';
import { textOf } from './yaml/scalars.ts';
import type { Tree } from './yaml/tree.ts';
import { formatBytes } from '../sizes.ts';

const HIDDEN = '…';
const PLAINTEXT = '(a secret in plaintext)';
const MARK_DIGITS = 8;

/**
 * A manifest's text with short marks in place of its secrets, for people to compare. A mark changes
 * when the ciphertext does. In a text that is not a YAML map, for example one with conflict
 * markers, only ciphertext is found and masked.
 * @param options.shown names of the parameters whose values stay visible
 * @param options.isManifest whether the text is meant to be one. In another kind of YAML, which may also
 *   have `parameters`, people must see each change: only ciphertext and SecureStrings are masked
 */
export function maskManifest(
  text: string,
  {
    shown = new Set(),
    isManifest = true,
  }: { shown?: ReadonlySet<string>; isManifest?: boolean } = {},
): string {
  const lines = new Lines(text);
  const document = openDocument(lines.text, new Faults());
  if (!document) return isManifest ? maskCiphertext(text) : maskInline(text);
  const { root, tree } = document;
  const mask = (node: Node, mark: string) => splice(lines, node, mark);
  const isEncrypted = tree.fields(root).has('encrypted_with');
  const splices: Splice[] = [];
  for (const [key, node] of pairsOf(root)) {
    if (key === 'data_keys' && isMap(node) && isManifest) {
      for (const [, entry] of pairsOf(node)) {
        // In no form that a manifest knows.
        if (!isMap(entry)) splices.push(mask(entry, HIDDEN));
        else splices.push(...hiddenIn(entry).map((text) => mask(text, HIDDEN)));
      }
    }
    if (key !== 'parameters' || !isSeq(node)) continue;
    for (const item of node.items) {
      if (!isMap(item) || shown.has(readText(tree.fields(item), 'name') ?? '')) continue;
      if (!isManifest && !/^securestring$/i.test(readText(tree.fields(item), 'type') ?? ''))
        continue;
      for (const [field, value] of pairsOf(item)) {
        const mark = markOf(tree, item, field, value, isEncrypted);
        if (mark !== undefined) splices.push(mask(value, mark));
      }
    }
  }
  const masked = lines.splice(splices);
  return isManifest ? masked : maskInline(masked);
}

/** Who can open a data key shows, the key does not. */
function hiddenIn(dataKey: MapNode): Node[] {
  return pairsOf(dataKey).flatMap(([field, value]) => {
    if (field === 'recovery' && isMap(value)) return pairsOf(value).map(([, wrap]) => wrap);
    return ['key', 'commit', 'recovery'].includes(field) ? [value] : [];
  });
}

function maskInline(text: string): string {
  return text.replaceAll(/ENC\[v1,[0-9a-f]{8},[0-9a-f]{8},[\w+/=]+\]/g, markCiphertext);
}

function maskCiphertext(text: string): string {
  return maskInline(text).replaceAll(
    /^(\s+"?(?:key|commit|age1\w+|arn:[\w:/-]+)"?: )[\w+/=]{40,}/gm,
    `$1${HIDDEN}`,
  );
}

/** All pairs in the text, including those of duplicate keys. */
function pairsOf(map: MapNode): [key: string, value: Node][] {
  return map.items.flatMap(({ key, value }) => (isAlias(value) ? [] : [[textOf(key), value]]));
}

/** The mark for a field of a parameter; undefined if the field may be shown. */
function markOf(
  tree: Tree,
  parameter: MapNode,
  field: string,
  value: Node,
  isEncrypted: boolean,
): string | undefined {
  if (field === 'blob') return describeBlob(tree, value);
  // An unknown key may be a misspelt "value".
  if (field !== 'value' && PARAMETER_KEYS.includes(field)) return undefined;
  const type = readText(tree.fields(parameter), 'type') ?? '';
  const text = isScalar(value) ? textOf(value) : '';
  const isSealed = parseInline(text) !== undefined;
  if (isSealed || (isEncrypted && type === 'securestring' && looksPsyml(text))) {
    return markCiphertext(text);
  }
  // A mark derived from plaintext would help to guess it.
  return /^string(list)?$/i.test(type) ? undefined : PLAINTEXT;
}

function describeBlob(tree: Tree, blob: Node): string {
  const fields = isMap(blob) ? tree.fields(blob) : new Map<string, never>();
  const sha256 = readText(fields, 'sha256') ?? '';
  const size = formatBytes(Number(readText(fields, 'size') ?? 0));
  return `(${size}, sha256 ${sha256.slice(0, MARK_DIGITS)}${HIDDEN})`;
}

function markCiphertext(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return `ENC[${HIDDEN}${digest.slice(0, MARK_DIGITS)}]`;
}

function splice(lines: Lines, node: Node, mark: string): Splice {
  const [start] = node.range;
  const end = isBlockCollection(node) ? lines.endOfNode(node) : node.range[1];
  const isWholeLine = lines.text.slice(start, end).endsWith('\n');
  return { start, end, replacement: isWholeLine ? mark + lines.eol : mark };
}
