import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Node,
  type YAMLMap,
} from 'yaml';
import { CofferError } from '../../../errors.ts';
import { Mistakes, type Entry, type Reading } from './entries.ts';

/** What YAML reads as no value, if it is not in quotes. */
const NULL = /^(?:~|null|Null|NULL)?$/;

/**
 * Reads YAML, and JSON, which is YAML as well: maps become names with slashes, and a scalar is its
 * source text, so that 0123, 1e3 and 1.10 stay as they were typed. Of Terraform's outputs it reads
 * the values alone.
 * @throws CofferError `source`, without quoting a value
 */
export function readStructured(text: string, file: string): Reading {
  const counter = new LineCounter();
  const mistakes = new Mistakes(file);
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: counter,
  });
  const lineOf = (offset: number) => counter.linePos(offset).line;
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (second)
    mistakes.add(lineOf(second.range[0]), 'this file holds several documents', 'split it');
  for (const { code, pos } of document?.errors ?? []) {
    const what = code === 'DUPLICATE_KEY' ? 'a name is there twice' : 'this is not valid';
    mistakes.add(lineOf(pos[0]), what);
  }
  mistakes.refuse();
  const entries: Entry[] = [];
  const visit = (node: Node, name: string) => {
    const line = lineOf(node.range?.[0] ?? 0);
    if (isMap(node)) return visitMap(node.items, name, line);
    if (isAlias(node)) {
      return mistakes.add(line, `${name}: an alias (*…)`, 'write the value in its place');
    }
    if (node.tag !== undefined && !/^tag:yaml.org,2002:(?:str|seq|map)$/.test(node.tag)) {
      return mistakes.add(line, `${name}: a tag (!…) that coffer does not know`);
    }
    if (isScalar(node)) return entries.push({ name, value: textOf(node), line });
    if (isSeq(node)) {
      const items = node.items.map((item) => (isScalar(item) ? textOf(item) : null));
      const texts = items.filter((item) => item !== null);
      if (texts.length === items.length) return entries.push({ name, value: texts, line });
      mistakes.add(line, `${name}: a list of something else than texts`);
    }
    return undefined;
  };
  const visitMap = (
    items: readonly { key: unknown; value: unknown }[],
    name: string,
    at: number,
  ) => {
    for (const { key, value } of items) {
      const word = isScalar(key) ? String(key.value) : undefined;
      const line = isScalar(key) && key.range ? lineOf(key.range[0]) : at;
      if (word === undefined || word === '<<') {
        mistakes.add(
          line,
          name === '' ? 'a key that is not a text' : `${name}: a key is not a text`,
        );
        continue;
      }
      const full = name === '' ? word : `${name}/${word}`;
      if (value === null) entries.push({ name: full, value: null, line });
      else visit(value as Node, full);
    }
  };
  const root = document?.contents;
  if (!isMap(root)) {
    throw new CofferError('source', `${file} is not a map of names and values`);
  }
  if (areOutputs(root)) {
    for (const { key, value } of root.items) visit(value?.get('value', true) as Node, String(key));
  } else visit(root, '');
  mistakes.refuse();
  return { entries, warnings: [] };
}

/**
 * Whether it is what `terraform output -json` prints: each output is a map of these three, and only
 * `value` holds a value.
 */
function areOutputs(root: YAMLMap): root is YAMLMap<Node, YAMLMap> {
  return (
    root.items.length > 0 &&
    root.items.every(
      ({ value }) =>
        isMap(value) &&
        value.items
          .map(({ key }) => String(key))
          .toSorted()
          .join() === 'sensitive,type,value' &&
        /^(?:true|false)$/.test(String(value.get('sensitive'))),
    )
  );
}

function textOf({ value, type }: { value: unknown; type?: string | undefined }): string | null {
  const text = typeof value === 'string' ? value : '';
  return type === 'PLAIN' && NULL.test(text) ? null : text;
}

/** The same for JSON: refuses what only YAML reads. */
export function readJson(text: string, file: string): Reading {
  try {
    JSON.parse(text);
  } catch {
    // The error's own text quotes the file.
    throw new CofferError('source', `${file} is not valid JSON`);
  }
  return readStructured(text, file);
}
