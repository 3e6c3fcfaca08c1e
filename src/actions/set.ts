import { CofferError } from '../errors.ts';
import { isThere } from '../files/private-file.ts';
import { shellFile, shellWord } from '../files/shell-words.ts';
import type { Reviewed } from '../seal/apply.ts';
import { editManifest, parseManifest } from '../manifest/index.ts';
import type { Manifest, NewParameter, Parameter, ParameterType } from '../manifest/model.ts';
import { newManifestText, type Destination } from '../manifest/new-manifest.ts';
import { didYouMean } from './parameter-name.ts';
import { changeManifest, nameBelow, requireWritable } from './manifests.ts';
import { sealInPlace, type SealReport } from './sealing.ts';
import { sealNew } from './sealing-new.ts';
import type { Tools, WriteOptions } from './tools.ts';

export interface SetOptions extends WriteOptions, Reviewed {
  /** Type of a new parameter. Default: SecureString. */
  type?: ParameterType | undefined;
  /** Description of a new parameter. */
  description?: string | undefined;
  /** Whether the manifest must lack the parameter, or must have it; by default it may do either. */
  isNew?: boolean | undefined;
  /** Makes the manifest if the file does not exist. */
  init?: Destination | undefined;
}

/**
 * Sets one value in a manifest; adds the parameter if it is new.
 * @param value called with the parameter's name, after checking that the manifest can hold it
 */
export async function set(
  tools: Tools,
  file: string,
  name: string,
  value: (name: string) => Promise<Buffer>,
  options: SetOptions = {},
): Promise<SealReport> {
  const { init, isNew } = options;
  if (file !== '-' && !(await isThere(file))) {
    if (init) return setFirst(tools, file, name, value, { ...options, init });
    if (isNew !== false) throw noManifest(file, name);
  }
  // Holds the lock only before and after: others need not wait while a person types.
  const [before, wanted] = await changeManifest(tools, file, options, (manifest) =>
    Promise.resolve([manifest, plan(manifest, name, options).name] as const),
  );
  const bytes = await value(wanted);
  return changeManifest(
    tools,
    file,
    options,
    (manifest) => setValue(tools, manifest, name, bytes, options),
    before,
  );
}

/** The first secret of a path often comes before its manifest. */
function noManifest(file: string, name: string): CofferError {
  return new CofferError('usage', `${file} does not exist`, {
    hint: `coffer init ${shellFile(file)} makes it; or make it with its first secret: coffer set ${shellFile(file)} ${shellWord(name)} --init --path PATH --region REGION --kmskey KEY`,
  });
}

/** Sets the only value of a new manifest. */
async function setFirst(
  tools: Tools,
  file: string,
  wanted: string,
  value: (name: string) => Promise<Buffer>,
  { init, ...options }: SetOptions & { init: Destination },
): Promise<SealReport> {
  await requireWritable(tools, [file]);
  const path = init.path.endsWith('/') ? init.path : `${init.path}/`;
  const name = nameBelow({ path }, wanted);
  const { type = 'SecureString', description } = options;
  const added = { name, type, description };
  // Checks the settings and the name before a person types the value.
  newManifestText(init, [{ ...added, content: { kind: 'plain', text: '-' } }]);
  const bytes = await value(name);
  return sealNew(tools, file, init, new Map([[name, bytes]]), [added], options);
}

async function setValue(
  tools: Tools,
  manifest: Manifest,
  wanted: string,
  value: Buffer,
  options: SetOptions,
): Promise<SealReport> {
  const { host } = tools;
  const { existing, name, added } = plan(manifest, wanted, options);
  const request = {
    only: new Set([name]),
    values: new Map([[name, value]]),
    add: existing ? [] : [added],
    // A file would bring its own content back at the next encrypt, so it has to go even then.
    unlessSame: existing !== undefined && !fileOf(existing),
  };
  const report = await sealInPlace(tools, manifest, request, options);
  if (report.sealed.length === 0) {
    host.note(`${manifest.file}: ${name} has this value already`);
    return report;
  }
  if (options.review && !report.changed) return report;
  const form = report.sealed[0]?.form === 'blob' ? ' (as a blob for S3)' : '';
  host.note(
    existing
      ? `${manifest.file}: ${name} has a new value${form}`
      : `${manifest.file}: added ${name}, a ${added.type}${form}`,
  );
  const left = existing && fileOf(existing);
  if (left) host.note(`${name} no longer comes from ${left}; the file is unchanged`);
  return report;
}

function fileOf({ origin }: Parameter): string | undefined {
  return origin && 'file' in origin ? origin.file : undefined;
}

/** Plans the change, and checks that the manifest can hold it. */
function plan(manifest: Manifest, wanted: string, { type, description, isNew }: SetOptions) {
  const existing = manifest.parameters.find(
    ({ name, fullName }) => name === wanted || fullName === wanted,
  );
  const name = existing?.name ?? nameBelow(manifest, wanted);
  if (existing && isNew === true) throw alreadyThere(manifest, existing);
  if (!existing && isNew === false) throw notThere(manifest, name);
  const added: NewParameter = { name, type: type ?? 'SecureString', description };
  if (existing) refuseChange(existing, { type, description });
  else refuseUnreadable(manifest, added);
  return { existing, name, added };
}

function alreadyThere({ file }: Manifest, { name, place }: Parameter): CofferError {
  return new CofferError('usage', `${file} already has ${name}`, {
    place,
    hint: `for a new value: coffer update ${shellFile(file)} ${name}; to send the present one to AWS: coffer sync ${shellFile(file)} --only ${name}`,
  });
}

function notThere({ file, parameters }: Manifest, name: string): CofferError {
  const names = parameters.map((parameter) => parameter.name);
  const meant = didYouMean(name, names);
  return new CofferError('usage', `${file} has no parameter ${name}`, {
    hint: `${meant ? `${meant}; ` : ''}to add it: coffer create ${shellFile(file)} ${shellWord(name)}`,
  });
}

function refuseChange(
  { name, type, place }: Parameter,
  wanted: { type: string | undefined; description: string | undefined },
): void {
  const hint =
    'change it in the manifest, or leave out the flag: coffer set replaces only the value';
  if (wanted.type !== undefined && wanted.type !== type) {
    throw new CofferError('usage', `${name} is already a ${type}`, { hint, place });
  }
  if (wanted.description !== undefined) {
    throw new CofferError('usage', `${name} already exists: --description is for new parameters`, {
      hint,
      place,
    });
  }
}

/** Checks that the manifest can hold the parameter before a person types its value. */
function refuseUnreadable(manifest: Manifest, added: NewParameter): void {
  const add = [{ ...added, content: { kind: 'plain', text: '-' } } as const];
  try {
    parseManifest(editManifest(manifest, { add }), manifest.file, manifest);
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    // Drops the places: they refer to lines that do not exist.
    const problems = error.problems.map(({ message, hint }) => ({
      message: message.replace(/^parameter [^:]*: /, `${added.name}: `),
      hint,
    }));
    throw new CofferError('usage', problems[0]?.message ?? error.message, {
      hint: error.hint,
      problems,
    });
  }
}
