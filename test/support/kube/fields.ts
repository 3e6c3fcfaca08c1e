import { isDeepStrictEqual } from 'node:util';

/** An object of the API as its leaves, by path; a list is one leaf. */
export type Leaves = Map<string, unknown>;
/** Who set each leaf. */
export type Owners = Map<string, Set<string>>;

type Tree = { [key: string]: unknown };

export function leavesOf(tree: object, path: readonly string[] = []): Leaves {
  const leaves: Leaves = new Map();
  for (const [key, value] of Object.entries(tree)) {
    const here = [...path, key];
    const isBranch =
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).length > 0;
    if (value === undefined) continue;
    if (!isBranch) leaves.set(JSON.stringify(here), value);
    else for (const leaf of leavesOf(value as object, here)) leaves.set(...leaf);
  }
  return leaves;
}

export function treeOf(leaves: Leaves): Tree {
  const tree: Tree = {};
  for (const [path, value] of leaves) {
    const keys = JSON.parse(path) as string[];
    const last = keys.pop() ?? '';
    let at = tree;
    for (const key of keys) at = (at[key] ??= {}) as Tree;
    at[last] = value;
  }
  return tree;
}

/**
 * Server-side apply.
 * @returns the paths that others own, if it is not forced; then nothing has changed
 */
export function applyLeaves(
  leaves: Leaves,
  owners: Owners,
  wanted: Leaves,
  { manager, isForced }: { manager: string; isForced: boolean },
): string[] {
  const others = (path: string) => [...(owners.get(path) ?? [])].filter((one) => one !== manager);
  const conflicts = [...wanted].filter(
    ([path, value]) => others(path).length > 0 && !isDeepStrictEqual(leaves.get(path), value),
  );
  if (conflicts.length > 0 && !isForced) return conflicts.map(([path]) => path);
  for (const [path] of conflicts) owners.delete(path);
  for (const [path, value] of wanted) {
    leaves.set(path, value);
    owners.set(path, (owners.get(path) ?? new Set()).add(manager));
  }
  for (const [path, names] of owners) {
    if (wanted.has(path) || !names.delete(manager) || names.size > 0) continue;
    owners.delete(path);
    leaves.delete(path);
  }
  return [];
}

/** An update: whoever changes a leaf owns it alone. */
export function replaceLeaves(
  leaves: Leaves,
  owners: Owners,
  wanted: Leaves,
  manager: string,
): void {
  for (const [path, value] of wanted) {
    if (isDeepStrictEqual(leaves.get(path), value)) continue;
    leaves.set(path, value);
    owners.set(path, new Set([manager]));
  }
  for (const path of leaves.keys()) {
    if (wanted.has(path)) continue;
    leaves.delete(path);
    owners.delete(path);
  }
}
