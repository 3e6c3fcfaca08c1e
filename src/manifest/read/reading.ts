import { isMap, isScalar } from '../yaml/nodes.ts';
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

export function readMap({ tree }: Reading, field: Field | undefined): Fields | undefined {
  return field && isMap(field.node) ? tree.fields(field.node) : undefined;
}

export function readTags(reading: Reading, field: Field | undefined): Tags {
  const fields = readMap(reading, field) ?? new Map<string, Field>();
  const entries = [...fields.keys()].map((key) => [key, readText(fields, key) ?? ''] as const);
  return Object.fromEntries(entries);
}
