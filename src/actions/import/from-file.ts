import { CofferError, type Problem } from '../../errors.ts';
import { isPipeOrDevice } from '../../files/private-file.ts';
import { readBytes } from '../../files/read.ts';
import { isThere } from '../../files/private-file.ts';
import { shellFile } from '../../files/shell-words.ts';
import { countOf } from '../../formats/count.ts';
import { editManifest, parseManifest } from '../../manifest/index.ts';
import type { Manifest } from '../../manifest/model.ts';
import {
  EXAMPLE,
  newManifestText,
  type NewSettings,
  type Destination,
} from '../../manifest/new-manifest.ts';
import { changeManifest } from '../manifests.ts';
import { sealNew } from '../sealing-new.ts';
import { sealInPlace, type SealReport } from '../sealing.ts';
import type { Tools, WriteOptions } from '../tools.ts';
import { chooseEntries, type Choice, type Chosen } from './chosen.ts';
import { isOfSops, readEntries } from './read/index.ts';
import type { Reading } from './read/entries.ts';
import { FILE_KINDS, kindOf, type FileKind } from './read/kinds.ts';

export interface ImportFileOptions extends WriteOptions, Choice {
  /** The kind of the file; by default its name says it. */
  kind?: FileKind | undefined;
  /** Replaces the values that the manifest has. */
  overwrite?: boolean | undefined;
  /** Where the secrets go, if the manifest does not exist yet. */
  destination?: Destination | undefined;
  /** Decrypts a file of sops to JSON. */
  sops?: ((file: string) => Promise<Buffer>) | undefined;
}

/**
 * Seals the values of a file into a manifest, which may be new. Plaintext stays in memory.
 * @param source a dotenv, JSON, YAML or tfvars file, or one that sops encrypted; `-` is the input
 */
export async function importFile(
  tools: Tools,
  source: string,
  file: string,
  options: ImportFileOptions = {},
): Promise<SealReport> {
  const { host } = tools;
  const { entries, warnings } = await read(tools, source, options);
  for (const warning of warnings) host.warn(warning);
  if (entries.length === 0) throw new CofferError('source', `${source} holds no values`);
  // Nobody should answer questions about a call that cannot succeed.
  const isNew = !(await isThere(file));
  if (isNew && !options.destination) throw missing(file);
  const chosen = await chooseEntries(entries, source, host, options);
  if (chosen.length === 0)
    throw new CofferError('source', `nothing of ${source} is left to import`);
  const report = await (isNew && options.destination
    ? importNew(tools, file, options.destination, chosen, options)
    : changeManifest(tools, file, options, (manifest) =>
        importInto(tools, manifest, chosen, options),
      ));
  const secrets = chosen.filter(({ parameter }) => parameter.type === 'SecureString').length;
  host.note(
    `${countOf(chosen.length, 'value')} imported from ${source}: ${countOf(secrets, 'secret')}, encrypted, and ${chosen.length - secrets} readable`,
  );
  if (source !== '-') host.note(`${source} is unchanged: delete it once nothing reads it`);
  return report;
}

async function read({ input, limit }: Tools, source: string, { kind, sops }: ImportFileOptions) {
  const bytes =
    source === '-' && input
      ? await input(limit)
      : await readBytes(source, limit, { mayBePipe: true });
  if (!isOfSops(bytes)) {
    if (kind !== undefined) return readEntries(bytes, source, kind);
    return readGuessed(bytes, source);
  }
  const isFile = source !== '-' && !(await isPipeOrDevice(source));
  if (sops && isFile) return readEntries(await sops(source), source, 'json');
  throw new CofferError('source', `sops encrypted ${source === '-' ? 'standard input' : source}`, {
    hint: 'name the file, so that coffer can ask sops for its values',
  });
}

/** Reads a file by its name. What has no name, or one that says no kind, is most often a dotenv file. */
function readGuessed(bytes: Buffer, source: string): Reading {
  const kind = kindOf(source);
  if (kind !== undefined) return readEntries(bytes, source, kind);
  try {
    return readEntries(bytes, source, 'dotenv');
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    const others = FILE_KINDS.filter((one) => one !== 'dotenv').join(', ');
    const guess = {
      message: `${source === '-' ? 'standard input' : source} is read as a dotenv file, and is not one`,
      hint: `correct the lines below; or name its kind with --type: ${others}`,
    };
    const problems = [guess, ...error.problems];
    throw new CofferError(error.code, guess.message, { hint: guess.hint, problems });
  }
}

function missing(file: string): CofferError {
  return new CofferError('usage', `${file} does not exist`, {
    hint: `coffer init ${shellFile(file)} makes it; or add --path, --kmskey and --region`,
  });
}

export async function importNew(
  tools: Tools,
  file: string,
  destination: NewSettings,
  chosen: readonly Chosen[],
  options: WriteOptions,
): Promise<SealReport> {
  const parameters = chosen.map(({ parameter }) => parameter);
  const blank = parameters.map((one) => ({ ...one, content: PLACEHOLDER }));
  nameProblems(parameters, () => newManifestText(destination, blank));
  return sealNew(tools, file, destination, valuesOf(chosen), parameters, options);
}

const PLACEHOLDER = { kind: 'plain', text: '-' } as const;

export async function importInto(
  tools: Tools,
  manifest: Manifest,
  chosen: readonly Chosen[],
  options: WriteOptions & Pick<ImportFileOptions, 'overwrite'>,
): Promise<SealReport> {
  const { file } = manifest;
  const known = new Map(manifest.parameters.map((parameter) => [parameter.name, parameter]));
  const taken = chosen.filter(({ parameter }) => known.has(parameter.name));
  if (taken.length > 0 && !options.overwrite) {
    const names = taken.map(({ parameter }) => parameter.name).join(', ');
    throw new CofferError('conflict', `${file} already has ${names}`, {
      hint: '--overwrite replaces the values; --skip leaves a name out',
    });
  }
  const add = chosen.map(({ parameter }) => parameter).filter(({ name }) => !known.has(name));
  nameProblems([...manifest.parameters, ...add], () =>
    parseManifest(
      editManifest(manifest, { add: add.map((one) => ({ ...one, content: PLACEHOLDER })) }),
      file,
    ),
  );
  const values = valuesOf(chosen);
  const report = await sealInPlace(
    tools,
    manifest,
    { only: new Set(values.keys()), values, add },
    options,
  );
  if (hasExample(manifest)) {
    tools.host.note(
      `${file} still has init's example: coffer rm ${shellFile(file)} ${EXAMPLE.name}`,
    );
  }
  return report;
}

function hasExample({ parameters }: Manifest): boolean {
  return parameters.some(
    ({ name, description }) => name === EXAMPLE.name && description === EXAMPLE.description,
  );
}

function valuesOf(chosen: readonly Chosen[]): Map<string, Buffer> {
  return new Map(chosen.map(({ parameter, value }) => [parameter.name, value]));
}

/** Reports what a manifest cannot hold by name: the text with the places is in no file. */
function nameProblems(all: readonly { name: string }[], check: () => unknown): void {
  // The message counts a parameter whose name is invalid.
  try {
    check();
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    const names = all.map(({ name }) => name);
    const problems: Problem[] = error.problems.map(({ message, hint }) => ({
      message: message.replace(/^parameter (.*?): /, (_, word: string) => {
        const name = /^\d+$/.test(word) ? (names[Number(word) - 1] ?? word) : word;
        return `${name}: `;
      }),
      hint: `${hint ?? 'SSM refuses it'}; or leave it out with --skip`,
    }));
    const [{ message, hint } = { message: error.message }] = problems;
    throw new CofferError('source', message, { hint, problems });
  }
}
