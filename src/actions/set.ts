import { CofferError } from '../errors.ts';
import { editManifest, parseManifest } from '../manifest/index.ts';
import type { Manifest, NewParameter, Parameter, ParameterType } from '../manifest/model.ts';
import { changeManifest } from './manifests.ts';
import { sealInPlace, type SealReport } from './sealing.ts';
import type { Tools, WriteOptions } from './tools.ts';

export interface SetOptions extends WriteOptions {
  /** Of a new parameter; a SecureString unless it says otherwise. */
  type?: ParameterType | undefined;
  /** Of a new parameter. */
  description?: string | undefined;
}

/**
 * Puts one value into a manifest, as a new parameter if there is none of that name.
 * @param value given the parameter's name, asked for once the manifest is known to take it
 */
export async function set(
  tools: Tools,
  file: string,
  name: string,
  value: (name: string) => Promise<Buffer>,
  options: SetOptions = {},
): Promise<SealReport> {
  // Nobody has to wait while a person types.
  const wanted = await changeManifest(tools, file, options, (manifest) =>
    Promise.resolve(plan(manifest, name, options).name),
  );
  const bytes = await value(wanted);
  return changeManifest(tools, file, options, (manifest) =>
    setValue(tools, manifest, name, bytes, options),
  );
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
  };
  const report = await sealInPlace(tools, manifest, request, options);
  const form = report.sealed[0]?.form === 'blob' ? ' (as a blob for S3)' : '';
  host.note(
    existing
      ? `${manifest.file}: ${name} has a new value${form}`
      : `${manifest.file}: added ${name}, a ${added.type}${form}`,
  );
  const origin = existing?.origin;
  if (origin && 'file' in origin) {
    host.note(`${name} no longer comes from ${origin.file}; that file was left alone`);
  }
  return report;
}

/** What is to be set, which the manifest can hold. */
function plan(manifest: Manifest, wanted: string, { type, description }: SetOptions) {
  const existing = manifest.parameters.find(
    ({ name, fullName }) => name === wanted || fullName === wanted,
  );
  const name = existing?.name ?? nameBelow(manifest, wanted);
  const added: NewParameter = { name, type: type ?? 'SecureString', description };
  if (existing) refuseChange(existing, { type, description });
  else refuseUnreadable(manifest, added);
  return { existing, name, added };
}

/** The name as the manifest has it, even if it is given in full. */
function nameBelow({ path }: Manifest, name: string): string {
  return name.startsWith(path) ? name.slice(path.length) : name;
}

function refuseChange(
  { name, type, place }: Parameter,
  wanted: { type: string | undefined; description: string | undefined },
): void {
  const hint = 'change it in the manifest, or leave the flag out: the value alone is replaced';
  if (wanted.type !== undefined && wanted.type !== type) {
    throw new CofferError('usage', `${name} is a ${type} already`, { hint, place });
  }
  if (wanted.description !== undefined) {
    throw new CofferError('usage', `${name} is there already: --description is for new ones`, {
      hint,
      place,
    });
  }
}

/** Finds out before anybody has to type a value whether the manifest could hold it. */
function refuseUnreadable(manifest: Manifest, added: NewParameter): void {
  const add = [{ ...added, content: { kind: 'plain', text: '-' } } as const];
  try {
    parseManifest(editManifest(manifest, { add }), manifest.file);
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    // The places are those of lines that are not there.
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
