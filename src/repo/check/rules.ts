import { parseInline } from '../../crypto/inline.ts';
import type { Problem } from '../../errors.ts';
import { matchPattern } from '../../manifest/java-pattern.ts';
import type { Manifest, Parameter } from '../../manifest/model.ts';
import { Places } from '../../manifest/yaml/places.ts';
import { createNaming } from '../../formats/variable-names.ts';
import { nearestRegion } from '../../manifest/read/region.ts';
import { REGIONS } from '../../aws/regions.ts';
import { findMisplaced, findUnplaced } from '../../seal/placement.ts';

/** What one rule found of one parameter. */
export type Rule = (manifest: Manifest, parameter: Parameter) => Problem | undefined;

/** What can be seen of a parameter by itself. */
export const RULES: readonly Rule[] = [findUnsealed, findOversize, findMisplaced];

/** What may be meant as it is. */
export const WARNINGS: readonly ((manifest: Manifest) => Problem[])[] = [
  findUnknownRegion,
  findPartialMatches,
  findUnusedDataKeys,
];

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
  return findUnplaced(manifest, parameter, Buffer.from(content.text));
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
function findUnusedDataKeys({ text, file, dataKeys, parameters }: Manifest): Problem[] {
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

/** A region that coffer has not heard of: a new one, or a slip. */
function findUnknownRegion({ text, file, region }: Manifest): Problem[] {
  if (REGIONS.includes(region)) return [];
  const meant = nearestRegion(region);
  return [
    {
      message: `coffer knows no region ${region}`,
      hint: `${meant === undefined ? '' : `did you mean ${meant}? `}AWS may have opened it since; then all is well`,
      place: new Places(text, file).at(text.search(/\bregion["']?\s*:/)),
    },
  ];
}

/** Values that a part of `allowed_pattern` matches, which may or may not be enough for SSM. */
function findPartialMatches({ parameters }: Manifest): Problem[] {
  return parameters.flatMap(({ name, type, content, allowedPattern, place }) => {
    if (type === 'SecureString' || content.kind !== 'plain' || allowedPattern === undefined) {
      return [];
    }
    if (matchPattern(allowedPattern, content.text) !== 'part') return [];
    const message = `${name}: allowed_pattern matches a part of its value`;
    return [{ message, hint: 'SSM may want it to match all: write .* around it', place }];
  });
}
