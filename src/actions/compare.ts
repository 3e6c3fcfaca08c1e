import { CofferError } from '../errors.ts';
import { groupBy } from '../formats/group-by.ts';
import { shortNames } from '../formats/short-names.ts';
import type { StoreName } from '../manifest/model.ts';
import { differingIn, differingTraits, kindOf, settingsOf, type Kind } from './compare/kind.ts';
import { findShared, type Member } from './compare/shared.ts';
import { readManifests, refuseRepeated } from './manifests.ts';
import { stateOf, type ParameterState } from './parameter-state.ts';
import type { Tools } from './tools.ts';

export interface ComparisonOptions {
  /** Decrypts secrets, to find those that have the same value in several manifests. */
  values?: boolean | undefined;
}

/** A manifest that is compared with others. */
export interface ComparedManifest {
  file: string;
  /** The shortest name that tells it from the others. */
  label: string;
  path: string;
  regions: readonly string[];
  store: StoreName;
  /** What it says of all its parameters: `store`, the names of its `tags`, and `maxAge`. */
  settings: Kind;
}

/** A parameter as one of the manifests has it. */
export interface ComparedEntry {
  file: string;
  /** Where its name is: counts from 1. */
  line: number;
  state: ParameterState;
  /** `type`, `tier`, `source`, `form` and others, each as a text. */
  kind: Kind;
  /** The value, if it is in plain sight and no secret in any of the manifests. */
  value: string | undefined;
}

/** What the manifests say of one name. */
export interface ComparedParameter {
  /** Relative to the path of each manifest. */
  name: string;
  entries: ComparedEntry[];
  /** The files that do not have it. */
  missing: string[];
  /** The names of those parts of `kind` that differ. */
  differing: string[];
  /** Whether plain values differ, which is normal. */
  differentValues: boolean;
  /** Groups of files in which it has the same value, and is secret; only if asked for. */
  shared: string[][] | undefined;
}

/** The report for programs. */
export interface ComparisonReport {
  manifests: ComparedManifest[];
  /** The settings of manifests that differ. */
  differing: string[];
  /** All names, sorted. */
  parameters: ComparedParameter[];
}

/**
 * Compares manifests with each other, name by name. Without `values` it calls no AWS and opens
 * nothing.
 * @throws CofferError `usage` for less than two manifests
 */
export async function compare(
  tools: Tools,
  files: readonly string[],
  { values = false }: ComparisonOptions = {},
): Promise<ComparisonReport> {
  if (files.length < 2) {
    throw new CofferError('usage', 'coffer compare needs two manifests or more', {
      hint: 'for example: coffer compare dev.yml prod.yml',
    });
  }
  await refuseRepeated(files);
  const manifests = await readManifests(tools, files);
  const members = manifests.flatMap((manifest) =>
    manifest.parameters.map((parameter): Member => ({ manifest, parameter })),
  );
  const groups = [...groupBy(members, ({ parameter }) => parameter.name)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const shared = values
    ? await findShared(
        tools,
        groups.map(([, group]) => group),
      )
    : [];
  const labels = shortNames(files);
  const described = manifests.map((manifest, index) => {
    const { file, path, regions, store } = manifest;
    return {
      file,
      label: labels[index] ?? file,
      path,
      regions,
      store,
      settings: settingsOf(manifest),
    };
  });
  return {
    manifests: described,
    differing: differingTraits(described.map(({ settings }) => settings)),
    parameters: groups.map(([name, group], index) => compareOne(name, group, files, shared[index])),
  };
}

/** Whether something is missing, differs in kind, or has the same secret value. */
export function isUneven({ differing, parameters }: ComparisonReport): boolean {
  return differing.length > 0 || parameters.some((parameter) => !isEven(parameter));
}

export function isEven({ missing, differing, shared = [] }: ComparedParameter): boolean {
  return missing.length === 0 && differing.length === 0 && shared.length === 0;
}

function compareOne(
  name: string,
  members: readonly Member[],
  files: readonly string[],
  shared: string[][] | undefined,
): ComparedParameter {
  const isSecret = members.some(({ parameter }) => parameter.type === 'SecureString');
  const entries = members.map(({ manifest, parameter }): ComparedEntry => {
    const { content, place } = parameter;
    const isShown = !isSecret && content.kind === 'plain';
    return {
      file: manifest.file,
      line: place.line,
      state: stateOf(parameter),
      kind: kindOf(manifest, parameter),
      value: isShown ? content.text : undefined,
    };
  });
  const there = new Set(entries.map(({ file }) => file));
  return {
    name,
    entries,
    missing: files.filter((file) => !there.has(file)),
    differing: differingIn(
      members.map(({ parameter }) => parameter),
      entries.map(({ kind }) => kind),
    ),
    differentValues: new Set(entries.flatMap(({ value }) => value ?? [])).size > 1,
    shared,
  };
}
