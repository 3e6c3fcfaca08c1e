import { isMap, isScalar, isSeq, type MapNode, type Node, type Resolved } from '../yaml/nodes.ts';
import { type Faults, quote } from '../yaml/faults.ts';
import { hintForUnknownKey, quoteKey } from '../yaml/keys.ts';
import { quoteName } from './names.ts';
import { hintForChanged, hintForMaxAge } from '../age.ts';
import { nearest } from '../nearest.ts';
import { isNull, textOf } from '../yaml/scalars.ts';
import type { Field, Tree } from '../yaml/tree.ts';
import { validate as fits } from '../fits.gen.js';
import { type SchemaError, validate } from '../validate.gen.js';

/**
 * Reports where the manifest breaks the schema, except at values that a rule has already reported
 * in better words.
 */
export function checkSchema(tree: Tree, root: MapNode, faults: Faults): void {
  const data = tree.data(root);
  if (fits(data) || validate(data)) return;
  for (const error of validate.errors ?? []) {
    if (faults.isFull) return;
    const spot = locate(tree, root, error.instancePath);
    if (spot) report(error, spot, faults);
  }
}

interface Spot {
  node: Resolved;
  at: number;
  /** The start of messages: the parameter they are about. */
  prefix: string;
  /** The node's name in messages. */
  subject: string;
  keyAt: (key: string) => number;
}

function report(error: SchemaError, spot: Spot, faults: Faults): void {
  const { params, parentSchema } = error;
  if (error.keyword === 'required' && params.missingProperty !== undefined) {
    const key = params.missingProperty;
    const message = `${spot.prefix}the key ${quote(key)} is missing`;
    faults.add(spot.at, message, hintForMissing(key, error));
  } else if (error.keyword === 'additionalProperties' && params.additionalProperty !== undefined) {
    const key = params.additionalProperty;
    const hint = hintForUnknownKey(key, Object.keys(parentSchema?.properties ?? {}));
    faults.add(spot.keyAt(key), `${spot.prefix}unknown key ${quoteKey(key) ?? ''}`.trimEnd(), hint);
  } else if (error.propertyName !== undefined) {
    const at = spot.keyAt(error.propertyName);
    if (faults.has(at)) return;
    const message = `${spot.prefix}this key ${parentSchema?.errorMessage}`;
    faults.add(at, message, `fix or remove this key of ${spot.subject}`);
  } else if (!SUMMARIES.has(error.keyword) && !faults.has(spot.at)) {
    const message = `${spot.prefix}${spot.subject} ${parentSchema?.errorMessage ?? 'is wrong'}`;
    faults.add(spot.at, message, hintForValue(spot.node, error));
  }
}

/** Keywords that only repeat a fault reported elsewhere. */
const SUMMARIES: ReadonlySet<string> = new Set(['propertyNames', 'if']);

function hintForMissing(key: string, { instancePath }: SchemaError): string {
  const hint = WRITTEN_BY_ENCRYPT.test(instancePath) ? AS_WRITTEN : `add "${key}: …"`;
  return MISSING_KEY_HINTS[key] ?? hint;
}

const MISSING_KEY_HINTS: Readonly<Record<string, string>> = {
  path: 'add the prefix of all names at the top, such as "path: /apps/superman/"',
  region: 'add the AWS region at the top, such as "region: us-east-1"',
  parameters: 'add "parameters:" and below it a list of them, each with name, type and value',
  type: 'add "type: SecureString" (or String, or StringList)',
  length: 'add the number of characters, such as "length: 32"',
};

const AS_WRITTEN = 'restore it from git, as coffer encrypt wrote it';
const WRITTEN_BY_ENCRYPT = /^\/(?:encrypted_with|data_keys)|\/blob(?:\/|$)/;

const HINTS_BY_KEYWORD: Readonly<Record<string, string>> = {
  maxLength: 'make it shorter',
  minLength: 'write at least one character, or remove the key',
  maxProperties: 'remove some',
  maxItems: 'remove some',
  minItems: 'add one: each item begins with "- "',
  uniqueItems: 'remove the duplicates',
  minimum: 'choose a larger number',
  maximum: 'choose a smaller number',
};

const HINTS_BY_TYPE: Readonly<Record<string, string>> = {
  array: 'write a list: each item begins with "- "',
  object: 'write a map: lines of "key: value", indented',
  integer: 'write a number, without quotes',
};

/** Where more can be said than the schema knows, by the last key. */
const HINTS_BY_KEY: Readonly<
  Record<string, (text: string, instancePath: string) => string | undefined>
> = {
  max_age: (text, path) => hintForMaxAge(text, { isOfAll: path === '/max_age' }),
  changed: hintForChanged,
};

function keyOf(instancePath: string): string {
  return instancePath.slice(instancePath.lastIndexOf('/') + 1);
}

function hintForValue(
  node: Resolved,
  { keyword, instancePath, parentSchema }: SchemaError,
): string {
  if (WRITTEN_BY_ENCRYPT.test(instancePath)) return AS_WRITTEN;
  if (isScalar(node) && isNull(node)) return 'give it a value, or remove the key';
  const own = isScalar(node)
    ? HINTS_BY_KEY[keyOf(instancePath)]?.(textOf(node), instancePath)
    : undefined;
  if (own !== undefined) return own;
  const examples = parentSchema?.examples?.filter((example) => typeof example === 'string');
  const choices = parentSchema?.enum ?? examples ?? [];
  const guess = isScalar(node) ? nearest(textOf(node), choices) : undefined;
  if (guess !== undefined) return `did you mean ${guess}?`;
  if (choices[0] !== undefined) return `for example: ${choices[0]}`;
  const byType = HINTS_BY_TYPE[String(parentSchema?.type)];
  const fitting = keyword === 'type' ? byType : HINTS_BY_KEYWORD[keyword];
  return fitting ?? 'write it as one text, in quotes if needed';
}

/** Follows a JSON pointer through the document. */
function locate(tree: Tree, root: MapNode, pointer: string): Spot | undefined {
  const steps = pointer.split('/').slice(1).map(unescapeStep);
  let node: Resolved | undefined = root;
  let at = root.range[0];
  let prefix = '';
  let subject = 'the manifest';
  for (const [index, step] of steps.entries()) {
    if (isMap(node)) {
      const field: Field | undefined = tree.fields(node).get(step);
      if (!field) return undefined;
      ({ node, valueAt: at } = field);
      subject = quoteKey(step) ?? 'this';
    } else if (isSeq(node)) {
      const item: Node | undefined = node.items[Number(step)];
      if (!item) return undefined;
      at = item.range[0];
      node = tree.resolve(item);
      subject = `item ${Number(step) + 1} of ${subject}`;
      if (index === 1 && steps[0] === 'parameters' && node) {
        prefix = labelParameter(tree, node, Number(step));
        subject = 'it';
      }
    } else return undefined;
  }
  const found = node;
  if (!found) return undefined;
  const fields = isMap(found) ? tree.fields(found) : undefined;
  return { node: found, at, prefix, subject, keyAt: (key) => fields?.get(key)?.keyAt ?? at };
}

function unescapeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** `parameter "db_password": `, or its number if it has no usable name. */
export function labelParameter(tree: Tree, node: Resolved, index: number): string {
  const name = isMap(node) ? tree.fields(node).get('name')?.node : undefined;
  const text = name && isScalar(name) ? textOf(name) : '';
  return `parameter ${quoteName(text) ?? index + 1}: `;
}
