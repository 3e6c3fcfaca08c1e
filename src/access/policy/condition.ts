import type { EncryptionContext } from '../../crypto/kms-port.ts';

/** The condition of a statement: by operator and condition key, any one of the values. */
export type Condition = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Joins two conditions. */
export function both(one: Condition, other: Condition): Condition {
  const operators = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...operators].map((operator) => [operator, { ...one[operator], ...other[operator] }]),
  );
}

/**
 * Exactly this encryption context: every pair is required, and no other is allowed.
 * @param open names of required pairs with any value
 * @param optional names of pairs that may be absent
 */
export function contextIsExactly(
  context: EncryptionContext,
  { open = [], optional = [] }: { open?: readonly string[]; optional?: readonly string[] } = {},
): Condition {
  const fixed = Object.entries(context).filter(([name]) => !open.includes(name));
  const isThere = open.map((name) => [`kms:EncryptionContext:${name}`, ['false']]);
  return {
    ...contextIs(Object.fromEntries(fixed)),
    ...(open.length > 0 && { Null: Object.fromEntries(isThere) as Record<string, string[]> }),
    'ForAllValues:StringEquals': {
      'kms:EncryptionContextKeys': [...Object.keys(context), ...optional].toSorted(),
    },
  };
}

/** An encryption context; a value may end with a wildcard. */
export function contextIs(context: EncryptionContext): Condition {
  const condition: Record<string, Record<string, string[]>> = {};
  for (const [name, value] of Object.entries(context)) {
    const operator = /[*?]$/.test(value) ? 'StringLike' : 'StringEquals';
    (condition[operator] ??= {})[`kms:EncryptionContext:${name}`] = [value];
  }
  return condition;
}

/** An encryption context with one of these keys. */
export function contextHas(names: readonly string[]): Condition {
  return { 'ForAnyValue:StringEquals': { 'kms:EncryptionContextKeys': names } };
}

/**
 * One condition that allows exactly what either of two allows, if there is one: they may differ
 * only in the values of one key.
 */
export function either(one: Condition, other: Condition): Condition | undefined {
  const names = Object.keys(one);
  if (names.join() !== Object.keys(other).join()) return undefined;
  let differences = 0;
  const united: Record<string, Record<string, readonly string[]>> = {};
  for (const operator of names) {
    const mine = one[operator] ?? {};
    const theirs = other[operator] ?? {};
    if (Object.keys(mine).join() !== Object.keys(theirs).join()) return undefined;
    united[operator] = {};
    for (const [key, values] of Object.entries(mine)) {
      const all = unite(values, theirs[key] ?? []);
      if (all.length > values.length || all.length > (theirs[key] ?? []).length) differences += 1;
      united[operator][key] = all;
    }
  }
  return differences > 1 ? undefined : united;
}

/** The union, sorted. */
export function unite(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])].toSorted();
}
