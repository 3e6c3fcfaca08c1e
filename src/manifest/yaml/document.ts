import { isMap, isScalar, type YAMLMap } from 'yaml';
import type { Faults } from './faults.ts';
import { isNull } from './scalars.ts';
import { survey } from './survey.ts';
import { readSyntax } from './syntax.ts';
import { Tree } from './tree.ts';

export interface ManifestDocument {
  root: YAMLMap.Parsed;
  tree: Tree;
}

/** The document in `text`, or undefined if its YAML is too broken to read keys. */
export function openDocument(text: string, faults: Faults): ManifestDocument | undefined {
  const root = readSyntax(text, faults);
  if (!faults.isEmpty) return undefined;
  if (!root || (isScalar(root) && isNull(root))) {
    const hint = 'a manifest needs at least path, region and parameters';
    faults.add(0, 'the manifest is empty', hint);
    return undefined;
  }
  if (!isMap(root)) {
    const hint = 'begin with "path: /…/", "region: …" and "parameters:"';
    faults.add(root.range[0], 'the manifest is not a map of keys and values', hint);
    return undefined;
  }
  const targets = survey(root, faults);
  return targets && { root, tree: new Tree(targets, faults) };
}
