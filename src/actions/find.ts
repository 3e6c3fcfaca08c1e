import { CofferError, type Place } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { createNaming } from '../formats/variable-names.ts';
import { matcher } from '../formats/wildcards.ts';
import { nameInStore } from '../manifest/entries.ts';
import { decodeManifest, parseManifest } from '../manifest/index.ts';
import type { Manifest, Parameter, ParameterType } from '../manifest/model.ts';
import { openWorkTree } from '../repo/check/work-tree.ts';
import { didYouMean } from './parameter-name.ts';
import { stateOf, type ParameterState } from './parameter-state.ts';
import type { Tools } from './tools.ts';

export interface FindOptions {
  /** The base of relative paths, and where to look for manifests. Default: the current folder. */
  folder?: string | undefined;
}

/** Where a parameter is. */
export interface FoundParameter extends Place {
  /** In the manifest. */
  name: string;
  /** In AWS. */
  fullName: string;
  /** Its key, if one secret holds all values of the manifest. */
  property: string | undefined;
  /** As `exec` and `export` call it by default. */
  variable: string;
  type: ParameterType;
  state: ParameterState;
}

export interface FindReport {
  parameters: FoundParameter[];
}

const toVariable = createNaming('upper');

/** How many names a hint offers. */
const FEW = 3;

/**
 * Finds parameters by name, in git: by that in the manifest, in AWS, or of the variable that `exec`
 * and `export` make of it. Calls no AWS, and shows no value.
 * @param pattern a name; `*` stands for any text
 * @param files manifests; if empty, all manifests of the repository, of which those that cannot be
 * read are left out with a warning
 * @throws CofferError `not-found`
 */
export async function find(
  tools: Pick<Tools, 'host' | 'allowedFiles' | 'input'>,
  pattern: string,
  files: readonly string[] = [],
  { folder = '.' }: FindOptions = {},
): Promise<FindReport> {
  if (pattern === '') {
    throw new CofferError('usage', 'the name is empty', { hint: "to list all, write '*'" });
  }
  const manifests = await readAll(tools, files, folder);
  const matches = matcher([pattern]);
  const all = manifests.flatMap((manifest) =>
    manifest.parameters.map((parameter) => ({ manifest, parameter })),
  );
  const found = all.filter(({ manifest, parameter }) =>
    namesOf(manifest, parameter).some((name) => matches(name)),
  );
  if (found.length === 0) throw notFound(pattern, manifests);
  return { parameters: found.map(({ manifest, parameter }) => describe(manifest, parameter)) };
}

async function readAll(
  { host, allowedFiles, input }: Pick<Tools, 'host' | 'allowedFiles' | 'input'>,
  files: readonly string[],
  folder: string,
): Promise<Manifest[]> {
  const { sources, warnings, close } = await openWorkTree(files, folder, allowedFiles, input);
  close();
  for (const warning of warnings) host.warn(warning);
  const manifests: Manifest[] = [];
  const broken = new Map<string, CofferError>();
  for (const { file, bytes } of sources) {
    try {
      manifests.push(parseManifest(decodeManifest(bytes, file), file));
    } catch (error) {
      if (!(error instanceof CofferError)) throw error;
      broken.set(file, error);
    }
  }
  const [first] = broken.values();
  if (first && (files.length > 0 || manifests.length === 0)) {
    const problems = [...broken.values()].flatMap((error) => error.problems);
    const { code, message, hint, place } = first;
    throw new CofferError(code, message, { hint, place, problems });
  }
  for (const file of broken.keys()) {
    const hint = `coffer check ${shellFile(file)} says why`;
    host.warn({ message: `${file} is left out: it cannot be read`, hint });
  }
  return manifests;
}

/** All by which somebody may know it. */
function namesOf({ store, secret }: Manifest, { name, fullName, content }: Parameter): string[] {
  const variable = toVariable(name);
  // A blob may become a file, with its path in a variable.
  const path = content.kind === 'blob' ? [`${variable}_FILE`] : [];
  const whole = secret === undefined ? [] : [secret];
  return [name, fullName, nameInStore(store, fullName), ...whole, variable, ...path];
}

function describe({ store, secret }: Manifest, parameter: Parameter): FoundParameter {
  const { name, fullName, type, place } = parameter;
  return {
    ...place,
    name,
    fullName: secret ?? nameInStore(store, fullName),
    property: secret === undefined ? undefined : name,
    variable: toVariable(name),
    type,
    state: stateOf(parameter),
  };
}

function notFound(pattern: string, manifests: readonly Manifest[]): CofferError {
  if (manifests.length === 0) {
    return new CofferError('not-found', 'there are no manifests here', {
      hint: 'coffer finds YAML files with path and parameters that git does not ignore',
    });
  }
  const [one, ...more] = manifests;
  const message =
    more.length === 0
      ? `${one?.file} has no parameter ${pattern}`
      : `none of ${manifests.length} manifests has a parameter ${pattern}`;
  const parameters = manifests.flatMap((manifest) => manifest.parameters);
  return new CofferError('not-found', message, { hint: suggest(pattern, parameters) });
}

/** The names of which the pattern is a part; otherwise the one that is nearly the same. */
function suggest(pattern: string, parameters: readonly Parameter[]): string {
  const part = toVariable(pattern.replaceAll('*', ''));
  const isWithin = ({ name }: Parameter) => part !== '' && toVariable(name).includes(part);
  const within = [...new Set(parameters.filter(isWithin).map(({ name }) => name))];
  if (within.length > 0) {
    const more = within.length > FEW ? ` or ${within.length - FEW} more` : '';
    return `did you mean ${within.slice(0, FEW).join(', ')}${more}?`;
  }
  const known = parameters.flatMap(({ name, fullName }) => [name, fullName, toVariable(name)]);
  return didYouMean(pattern, known) ?? "coffer find '*' lists all names";
}
