import { parseInline } from '../crypto/inline.ts';
import { CofferError, type Problem } from '../errors.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { Places } from '../manifest/yaml/places.ts';
import { createNaming } from '../render/variable-names.ts';
import { goesToSsm } from '../seal/placement.ts';

/** What one rule found of one parameter. */
export type Rule = (manifest: Manifest, parameter: Parameter) => Problem | undefined;

/** What can be seen of a parameter by itself. */
export const RULES: readonly Rule[] = [findUnsealed, findOversize, findBlobWithoutBucket];

function findUnsealed(manifest: Manifest, { name, type, content, origin, place }: Parameter) {
  const hint = `run coffer encrypt ${manifest.file}`;
  if (content.kind !== 'plain' && content.kind !== 'absent') return undefined;
  if (type === 'SecureString')
    return { message: `${name} is a secret and not encrypted`, hint, place };
  const isToBeMade = content.kind === 'absent' && origin !== undefined && 'generate' in origin;
  return isToBeMade ? { message: `${name} has not been generated yet`, hint, place } : undefined;
}

/** A value that is no secret stays as typed, unless only S3 can hold it. */
function findOversize(manifest: Manifest, parameter: Parameter) {
  const { content, type } = parameter;
  if (content.kind !== 'plain' || type === 'SecureString') return undefined;
  return findUnplaced(manifest, parameter, Buffer.byteLength(content.text));
}

/** What is wrong with a value of this size that is not sealed. */
export function findUnplaced(
  manifest: Manifest,
  parameter: Parameter,
  size: number,
): Problem | undefined {
  try {
    if (goesToSsm(manifest, parameter, size, true)) return undefined;
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    return error;
  }
  return {
    message: `${parameter.name} goes to S3 and is not sealed for it`,
    hint: `run coffer encrypt ${manifest.file}`,
    place: parameter.place,
  };
}

function findBlobWithoutBucket({ file, bucket }: Manifest, { name, content, place }: Parameter) {
  if (content.kind !== 'blob' || bucket !== undefined) return undefined;
  return {
    message: `${name} goes to S3, and there is no bucket`,
    hint: `add "bucket: NAME" to the top of ${file}`,
    place,
  };
}

/** Names that `coffer export` cannot tell apart, such as those that differ in case alone. */
export function findCollisions({ parameters }: Manifest): Problem[] {
  const toVariable = createNaming('upper');
  const taken = new Map<string, string>();
  return parameters.flatMap(({ name, place }) => {
    const variable = toVariable(name);
    const other = taken.get(variable);
    if (other === undefined) taken.set(variable, name);
    if (other === undefined) return [];
    const message = `${other} and ${name} would both be exported as ${variable}`;
    return [{ message, hint: 'rename one of them', place }];
  });
}

/** Data keys that no value is sealed under. */
export function findUnusedDataKeys({ text, file, dataKeys, parameters }: Manifest): Problem[] {
  const used = new Set(
    parameters.map(({ content }) =>
      content.kind === 'sealed' ? parseInline(content.text)?.keyId : undefined,
    ),
  );
  const unused = Object.keys(dataKeys).filter((id) => !used.has(id));
  if (unused.length === 0) return [];
  const places = new Places(text, file);
  return unused.map((id) => ({
    message: `no value is sealed under the data key ${id}`,
    hint: 'remove its line from "data_keys", unless a branch that is still to be merged uses it',
    place: places.at(text.search(new RegExp(`\\b${id}["']?\\s*:`))),
  }));
}
