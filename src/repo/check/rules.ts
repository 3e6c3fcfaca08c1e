import { parseInline } from '../../crypto/inline.ts';
import type { Problem } from '../../errors.ts';
import { shellFile } from '../../files/shell-words.ts';
import { matchPattern } from '../../manifest/java-pattern.ts';
import type { Manifest, Parameter } from '../../manifest/model.ts';
import { Places } from '../../manifest/yaml/places.ts';
import { describeSpecial } from '../../formats/special-names.ts';
import { createNaming } from '../../formats/variable-names.ts';
import { nearestRegion } from '../../manifest/read/region.ts';
import { REGIONS } from '../../aws/regions.ts';
import { findMoved, findMovedKeys } from './bindings.ts';
import { describeGap, findGaps } from '../../seal/recovery.ts';
import { findMisplaced, findUnplaced } from '../../seal/placement.ts';
import { findFullSecret } from '../../seal/secret-placement.ts';

/** The result of one rule for one parameter. */
export type Rule = (manifest: Manifest, parameter: Parameter) => Problem | undefined;

/** Rules that need only one parameter; they report problems. */
export const RULES: readonly Rule[] = [findUnsealed, findOversize, findMisplaced, findMoved];

/** What can be seen of a manifest as a whole. */
export const FILE_RULES: readonly ((manifest: Manifest) => Problem[])[] = [
  findCollisions,
  findMovedKeys,
  findRecoveryGaps,
  findFull,
];

/** Rules that report warnings, because the author may intend it. */
export const WARNINGS: readonly ((manifest: Manifest) => Problem[])[] = [
  findUnknownRegion,
  findPartialMatches,
  findUnusedDataKeys,
  findSpecialNames,
];

function findUnsealed(manifest: Manifest, { name, type, content, origin, place }: Parameter) {
  const hint = `run coffer encrypt ${shellFile(manifest.file)}`;
  if (content.kind !== 'plain' && content.kind !== 'absent') return undefined;
  if (type === 'SecureString')
    return { message: `${name} is a secret but not encrypted`, hint, place };
  const isToBeMade = content.kind === 'absent' && origin !== undefined && 'generate' in origin;
  return isToBeMade ? { message: `${name} is not generated yet`, hint, place } : undefined;
}

/** A value that is not secret stays as typed, unless only S3 can hold it. */
function findOversize(manifest: Manifest, parameter: Parameter) {
  const { content, type } = parameter;
  if (content.kind !== 'plain' || type === 'SecureString') return undefined;
  return findUnplaced(manifest, parameter, Buffer.from(content.text));
}

/** Values that do not fit into one secret together. */
function findFull(manifest: Manifest): Problem[] {
  const full = findFullSecret(manifest);
  return full ? [...full.problems] : [];
}

/** Names that `coffer export` cannot distinguish, such as those that differ only in case. */
function findCollisions({ parameters }: Manifest): Problem[] {
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

/** Data keys that are not wrapped for exactly those in the recovery list. */
function findRecoveryGaps(manifest: Manifest): Problem[] {
  const { text, file, parameters } = manifest;
  const places = new Places(text, file);
  return findGaps(manifest).map((gap) => {
    const parameter = parameters.find(({ name }) => name === gap.of);
    const place = parameter?.place ?? places.at(text.search(new RegExp(`\\b${gap.of}["']?\\s*:`)));
    return { ...describeGap(gap, file), place };
  });
}

/** Names that `coffer exec` and most formats of `coffer export` refuse. */
function findSpecialNames({ parameters }: Manifest): Problem[] {
  const toVariable = createNaming('upper');
  return parameters.flatMap(({ name, content, place }) => {
    // A blob may become a file, with its path in a variable.
    const names = content.kind === 'blob' ? [name, `${name}_FILE`] : [name];
    const hint = 'rename it, or add --prefix to coffer exec and export, which refuse it';
    return names
      .map((one) => describeSpecial(name, toVariable(one)))
      .flatMap((message) => (message ? [{ message, hint, place }] : []));
  });
}

/** Data keys that no value uses. */
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
    message: `no value uses the data key ${id}`,
    hint: 'remove its line from "data_keys", unless a branch that is not merged yet uses it',
    place: places.at(text.search(new RegExp(`\\b${id}["']?\\s*:`))),
  }));
}

/** A region unknown to coffer: a new one, or a typo. */
function findUnknownRegion({ text, file, regions }: Manifest): Problem[] {
  const unknown = regions.filter((region) => !REGIONS.includes(region));
  const start = text.search(/\bregions?["']?\s*:/);
  return unknown.map((region) => {
    const meant = nearestRegion(region);
    return {
      message: `unknown region ${region}`,
      hint: `${meant === undefined ? '' : `did you mean ${meant}? `}ignore this if it is a new region of AWS`,
      place: new Places(text, file).at(regions.length > 1 ? text.indexOf(region, start) : start),
    };
  });
}

/** Values that `allowed_pattern` matches only in part, which may not be enough for SSM. */
function findPartialMatches({ parameters }: Manifest): Problem[] {
  return parameters.flatMap(({ name, type, content, allowedPattern, place }) => {
    if (type === 'SecureString' || content.kind !== 'plain' || allowedPattern === undefined) {
      return [];
    }
    if (matchPattern(allowedPattern, content.text) !== 'part') return [];
    const message = `${name}: allowed_pattern matches only a part of its value`;
    return [
      { message, hint: 'write .* around it: SSM may require a match of the whole value', place },
    ];
  });
}
