import { isMap, isScalar, type MapNode } from './nodes.ts';
import { isOtherText, refuseOther } from './foreign.ts';
import type { Faults } from './faults.ts';
import { isNull } from './scalars.ts';
import { readOrdinary } from './ordinary.ts';
import { rereadSyntax } from './reread.ts';
import { survey } from './survey.ts';
import { readSyntax } from './syntax.ts';
import { Tree } from './tree.ts';

/**
 * A text and its nodes. Private members keep the nodes, values among them, out of what is compared,
 * printed or written as JSON.
 */
export class ManifestDocument {
  readonly #text: string;
  readonly #root: MapNode;
  readonly #tree: Tree;

  constructor(text: string, root: MapNode, tree: Tree) {
    this.#text = text;
    this.#root = root;
    this.#tree = tree;
  }

  get text(): string {
    return this.#text;
  }

  get root(): MapNode {
    return this.#root;
  }

  get tree(): Tree {
    return this.#tree;
  }
}

/** The document that a manifest was read from. */
export function knownDocument(manifest?: { document?: unknown }): ManifestDocument | undefined {
  const document = manifest?.document;
  return document instanceof ManifestDocument ? document : undefined;
}

/**
 * The document in `text`, or undefined if its YAML is too broken to read keys.
 * @param known a document without problems, such as the text before an edit: what both have in
 * common is not read again
 */
export function openDocument(
  text: string,
  faults: Faults,
  known?: ManifestDocument,
): ManifestDocument | undefined {
  if (known?.text === text) return known;
  const root =
    readOrdinary(text) ?? (known && rereadSyntax(text, known)) ?? readSyntax(text, faults);
  if (!faults.isEmpty && isOtherText(text)) refuseOther(faults, 0, 'it is not YAML');
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
  return targets && new ManifestDocument(text, root, new Tree(targets, faults));
}
