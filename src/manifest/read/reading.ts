import { isMap, isScalar, isSeq } from '../yaml/nodes.ts';
import type { Faults } from '../yaml/faults.ts';
import type { Tags } from '../model.ts';
import { isNull, textOf } from '../yaml/scalars.ts';
import type { Field, Fields, Tree } from '../yaml/tree.ts';

/** What every reader needs. A reader reports problems and returns what is usable. */
export interface Reading {
  tree: Tree;
  faults: Faults;
}

/** The text of a scalar that is present and not null; the schema reports anything else. */
export function readText(fields: Fields, key: string): string | undefined {
  const node = fields.get(key)?.node;
  return node && isScalar(node) && !isNull(node) ? textOf(node) : undefined;
}

/** The texts of a list; the schema reports anything else. */
export function readTexts({ tree }: Pick<Reading, 'tree'>, field: Field | undefined): string[] {
  if (!field || !isSeq(field.node)) return [];
  return field.node.items.flatMap((item) => {
    const node = tree.resolve(item);
    return node && isScalar(node) ? [textOf(node)] : [];
  });
}

export function readMap({ tree }: Reading, field: Field | undefined): Fields | undefined {
  return field && isMap(field.node) ? tree.fields(field.node) : undefined;
}

export function readTags(reading: Reading, field: Field | undefined): Tags {
  const fields = readMap(reading, field) ?? new Map<string, Field>();
  const entries = [...fields.keys()].map((key) => [key, readText(fields, key) ?? ''] as const);
  return Object.fromEntries(entries);
}
