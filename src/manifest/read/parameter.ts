import { isMap, type Resolved } from '../yaml/nodes.ts';
import type { WrappedDataKeys } from '../../crypto/data-keys.ts';
import { quote } from '../yaml/faults.ts';
import { type FIELDS, type Member, ROWS } from '../fields.ts';
import {
  type Content,
  type Origin,
  PARAMETER_TYPES,
  type ParameterType,
  type Parameter,
  type Refusal,
  type StoreName,
  type Tags,
} from '../model.ts';
import { findNameFault } from './names.ts';
import { checkFilePath, readBlob } from './blob.ts';
import { readGenerate } from './generate.ts';
import { readValue } from './value.ts';
import { type Reading, readTags, readText } from './reading.ts';
import type { SecretGuard } from './secrets.ts';
import type { Field, Fields } from '../yaml/tree.ts';

const MAX_TAGS = 50;

/** What reading a parameter needs from its manifest. */
export interface Surroundings extends Reading {
  guard: SecretGuard;
  path: string;
  region: string;
  store: StoreName;
  secret: string | undefined;
  tags: Tags;
  encryptedWith: string | undefined;
  dataKeys: WrappedDataKeys | undefined;
  place: (offset: number) => Parameter['place'];
}

/** One parameter, as far as it can be read; undefined if it is not a map. */
export function readParameter(
  around: Surroundings,
  node: Resolved,
  prefix: string,
): Parameter | undefined {
  if (!isMap(node)) return undefined;
  const fields = around.tree.fields(node);
  around.guard.inspect(node, fields, prefix);
  const name = readName(around, fields, prefix);
  const typeAsWritten = readText(fields, 'type') ?? '';
  const type = canonicalType(typeAsWritten);
  const { encryptedWith, dataKeys } = around;
  const context = { type, typeAsWritten, encryptedWith, dataKeys, prefix };
  const value = usable(fields.get('value'));
  const content = value
    ? readValue(around, value, context)
    : readBlobContent(around, fields, prefix);
  checkSources(around, fields, content, node.range[0], prefix);
  const parameter: Parameter = Object.assign(readRows(around.tree.data(node)), {
    name,
    fullName: around.path + name,
    type: type ?? 'String',
    typeAsWritten,
    content,
    origin: readOrigin(around, fields, prefix),
    tags: mergeTags(around, fields, prefix),
    place: around.place(fields.get('name')?.valueAt ?? node.range[0]),
  });
  checkRows(around, fields, parameter, type, prefix);
  return parameter;
}

type ReadMember = {
  [M in Member]: (typeof FIELDS)[M] extends { read: object } ? M : never;
}[Member];

/** The fields that can be read on their own. */
function readRows(data: unknown): Pick<Parameter, ReadMember> {
  const values = data as Readonly<Record<string, unknown>>;
  // Objects that get their members one by one in the same order are fast, unlike `fromEntries`.
  const read: Partial<Record<Member, unknown>> = {};
  for (const [member, { keys, read: readOne }] of ROWS) {
    if (readOne) read[member] = readOne(values[keys[0]]);
  }
  return read as Pick<Parameter, ReadMember>;
}

function checkRows(
  { faults, store }: Surroundings,
  fields: Fields,
  parameter: Parameter,
  type: ParameterType | undefined,
  prefix: string,
): void {
  for (const [, { keys, check, isStamp = false, onlyFor = store }] of ROWS) {
    const field = fields.get(keys[0]);
    if (!field) continue;
    // Without a type, that is the fault: what a field says of another one would be false.
    const refuse = type && check;
    const refusal =
      isStamp && !field.own
        ? refuseShared(field.key)
        : onlyFor === store
          ? refuse?.(parameter)
          : refuseForStore(field.key, store);
    if (refusal) faults.add(field.valueAt, prefix + refusal.message, refusal.hint);
  }
}

function refuseForStore(key: string, store: StoreName): Refusal {
  return {
    message: `${quote(key)} has no meaning where the store is ${store}`,
    hint: 'remove it, or put the parameter into a manifest of its own',
  };
}

function refuseShared(key: string): Refusal {
  return {
    message: `${quote(key)} comes through an alias or a merge`,
    hint: 'write it out here, or leave it to coffer',
  };
}

function canonicalType(written: string): ParameterType | undefined {
  return PARAMETER_TYPES.find((type) => type.toLowerCase() === written.toLowerCase());
}

/** Secrets that come through an alias or a merge are already reported. */
function usable(field: Field | undefined): Field | undefined {
  return field?.own ? field : undefined;
}

function readName(around: Surroundings, fields: Fields, prefix: string): string {
  const field = fields.get('name');
  const name = readText(fields, 'name');
  if (!field || name === undefined) return '';
  const fault = findNameFault(name, around);
  if (fault) around.faults.add(field.valueAt, prefix + fault.message, fault.hint);
  return name;
}

function readBlobContent(around: Surroundings, fields: Fields, prefix: string): Content {
  const field = usable(fields.get('blob'));
  const blob = field && readBlob(around, field, prefix);
  return blob ? { kind: 'blob', blob } : { kind: 'absent' };
}

function readOrigin(around: Surroundings, fields: Fields, prefix: string): Origin | undefined {
  const generate = usable(fields.get('generate'));
  if (generate) return { generate: readGenerate(around, generate, prefix) };
  const file = usable(fields.get('file'));
  const path = readText(fields, 'file');
  if (!file || path === undefined) return undefined;
  checkFilePath(around, file, path, prefix);
  return { file: path };
}

/** A value has one source; ciphertext may keep its source beside it. */
function checkSources(
  { faults }: Surroundings,
  fields: Fields,
  content: Content,
  start: number,
  prefix: string,
): void {
  const [value, file, generate, blob] = ['value', 'file', 'generate', 'blob'].map((key) =>
    fields.get(key),
  );
  const refuse = (first: Field, second: Field, hint: string) => {
    const message = `${prefix}both ${quote(first.key)} and ${quote(second.key)} are present`;
    faults.add(Math.max(first.keyAt, second.keyAt), message, hint);
  };
  if (file && generate) refuse(file, generate, 'a value has one source: remove one');
  if (value && blob) refuse(value, blob, 'remove the one that is out of date');
  if (value && file && content.kind === 'plain') {
    refuse(value, file, 'a value has one source: remove one');
  }
  if (!value && !file && !generate && !blob) {
    const hint = 'add "value:", "file:" or "generate:"';
    faults.add(start, `${prefix}the value is missing`, hint);
  }
}

function mergeTags(around: Surroundings, fields: Fields, prefix: string): Tags {
  const field = fields.get('tags');
  if (!field) return around.tags;
  if (around.secret !== undefined) {
    const message = `${prefix}"tags" of one parameter, but all are in one secret`;
    around.faults.add(field.keyAt, message, "write the tags at the top: they are the secret's");
  }
  const tags = { ...around.tags, ...readTags(around, field) };
  if (Object.keys(tags).length > MAX_TAGS) {
    const message = `${prefix}more than ${MAX_TAGS} tags, those of the manifest included`;
    around.faults.add(field.valueAt, message, 'remove some');
  }
  return tags;
}
