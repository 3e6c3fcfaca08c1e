import { createHash } from 'node:crypto';
import { TAG_BYTES } from '../crypto/object-v3.ts';
import { CofferError, type Problem } from '../errors.ts';
import { isIgnored } from '../git/head.ts';
import type { Blob, Generate, Manifest, Parameter } from '../manifest/model.ts';
import { openBlobBody, openedChunks } from './blob-body.ts';
import { generateValue } from './generate.ts';
import { readCommitted } from './head.ts';
import { ssmLimit } from './limits.ts';
import { encodeSource, type Opener } from './opener.ts';
import { goesToSsm, isMisplaced } from './placement.ts';
import { findSource, missingSource, type SourceFile } from './source.ts';

/** A plaintext to write into the manifest. */
export type Plaintext = { why: 'new' | 'changed' | 'generated' | 'moved' } & (
  | { form: 'value'; text: string }
  | { form: 'blob'; size: number; bytes: () => AsyncIterable<Buffer> | Iterable<Buffer> }
  /** A value that is not secret, from `generate` or from outside. */
  | { form: 'plain'; text: string }
);

/** A parameter, and the plaintext to seal, if any. */
export interface Work {
  parameter: Parameter;
  plaintext?: Plaintext | undefined;
}

/** Which parameters to look at, and what to seal besides plaintext. */
export interface WorkRequest {
  /** Parameters to seal again, even if unchanged. */
  reseal?: ReadonlySet<string>;
  /** Looks at only these parameters. */
  only?: ReadonlySet<string>;
  /** Plaintext from outside the manifest, by parameter name. */
  values?: ReadonlyMap<string, Buffer>;
  /** Parameters whose values are generated again. */
  regenerate?: ReadonlySet<string>;
  watch?: Watch | undefined;
  /** Asks whether a file may replace ciphertext that was there before its `file:`. */
  accept?: ((file: NewFile) => Promise<void>) | undefined;
}

/** A `file:` beside ciphertext that the last commit does not have. */
export interface NewFile {
  name: string;
  /** Its real path. */
  path: string;
  isIgnored: boolean;
}

/** Gets the progress of large values, in bytes. */
interface Watch {
  /** While comparing a file with its ciphertext. */
  compared: (bytes: number, total: number) => void;
  /** While sealing. */
  sealed: (bytes: number, total: number) => void;
}

/**
 * Finds what to seal in a manifest.
 * @throws CofferError with the problems of all parameters
 */
export async function findWork(
  manifest: Manifest,
  opener: Opener,
  request: WorkRequest,
): Promise<{ work: Work[]; warnings: Problem[] }> {
  const work: Work[] = [];
  const warnings: Problem[] = [];
  const problems: CofferError[] = [];
  const { only } = request;
  for (const parameter of manifest.parameters) {
    if (only && !only.has(parameter.name)) continue;
    try {
      const plaintext = await plaintextOf(manifest, parameter, opener, request, warnings);
      work.push({ parameter, plaintext });
    } catch (error) {
      if (
        !(error instanceof CofferError) ||
        !['source', 'oversize', 'manifest'].includes(error.code)
      ) {
        throw error;
      }
      problems.push(error);
    }
  }
  const [first, ...more] = problems;
  if (!first) return { work, warnings };
  if (more.length === 0) throw first;
  throw new CofferError(first.code, `${problems.length} values cannot be encrypted`, { problems });
}

async function plaintextOf(
  manifest: Manifest,
  parameter: Parameter,
  opener: Opener,
  request: WorkRequest,
  warnings: Problem[],
): Promise<Plaintext | undefined> {
  const { reseal = new Set(), values, regenerate } = request;
  const { name, content, origin } = parameter;
  const value = values?.get(name);
  if (value) return fromOutside(manifest, parameter, value);
  if (origin && 'generate' in origin && (content.kind === 'absent' || regenerate?.has(name))) {
    return placed(manifest, parameter, generateAt(parameter, origin.generate), 'generated');
  }
  if (content.kind === 'plain') {
    return unlessPlain(placed(manifest, parameter, Buffer.from(content.text), 'new'));
  }
  if (origin && 'file' in origin) {
    return fromFile(manifest, parameter, origin.file, opener, request, warnings);
  }
  if (content.kind === 'absent') return undefined;
  if (reseal.has(name)) return fromCiphertext(manifest, parameter, opener, 'changed');
  return isMisplaced(parameter) ? moved(manifest, parameter, opener, warnings) : undefined;
}

/** The form of a value, by its store. */
function placed(
  manifest: Manifest,
  parameter: Parameter,
  bytes: Buffer,
  why: Plaintext['why'],
): Plaintext {
  if (!goesToSsm(manifest, parameter, bytes)) {
    return { form: 'blob', size: bytes.length, bytes: () => [bytes], why };
  }
  const form = parameter.type === 'SecureString' ? 'value' : 'plain';
  return { form, text: bytes.toString('utf8'), why };
}

/** A value that is not secret may stay in the manifest or its file. */
function unlessPlain(plaintext: Plaintext): Plaintext | undefined {
  return plaintext.form === 'plain' ? undefined : plaintext;
}

/** Treats the bytes like a file's content. Only the manifest can hold plain text here. */
function fromOutside(manifest: Manifest, parameter: Parameter, value: Buffer): Plaintext {
  if (value.length === 0) {
    throw new CofferError('source', `the value of ${parameter.name} is empty`, {
      hint: 'SSM cannot hold an empty value',
    });
  }
  const why = parameter.content.kind === 'absent' ? 'new' : 'changed';
  return placed(manifest, parameter, encodeSource(parameter, value), why);
}

/** A sealed value to seal again, for its current store. */
async function fromCiphertext(
  manifest: Manifest,
  parameter: Parameter,
  opener: Opener,
  why: Plaintext['why'],
): Promise<Plaintext> {
  const { content } = parameter;
  if (content.kind !== 'blob')
    return placed(manifest, parameter, await opener.open(parameter), why);
  const size = content.blob.size - TAG_BYTES;
  // Reports a value that is too large for SSM without opening it.
  if (isMisplaced(parameter) && size > ssmLimit(parameter)) goesToSsm(manifest, parameter, size);
  return placed(manifest, parameter, encodeSource(parameter, await opener.open(parameter)), why);
}

/** The same for a value in the form for the other store; keeps it if it may not be opened. */
async function moved(
  manifest: Manifest,
  parameter: Parameter,
  opener: Opener,
  warnings: Problem[],
): Promise<Plaintext | undefined> {
  try {
    return await fromCiphertext(manifest, parameter, opener, 'moved');
  } catch (error) {
    if (!(error instanceof CofferError) || error.code !== 'denied') throw error;
    const to = parameter.content.kind === 'blob' ? 'SSM' : 'S3';
    warnings.push({
      message: `${parameter.name} now goes to ${to}, but encrypting it again needs kms:Decrypt; its ciphertext is unchanged`,
      hint: `ask someone who may decrypt to run coffer encrypt ${manifest.file}`,
      place: parameter.place,
    });
    return undefined;
  }
}

function generateAt(parameter: Parameter, generate: Generate): Buffer {
  try {
    return Buffer.from(generateValue(generate));
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    throw new CofferError(error.code, `${parameter.name}: ${error.message}`, {
      place: parameter.place,
      hint: error.hint,
    });
  }
}

async function fromFile(
  manifest: Manifest,
  parameter: Parameter,
  file: string,
  opener: Opener,
  { reseal = new Set(), watch, accept }: WorkRequest,
  warnings: Problem[],
): Promise<Plaintext | undefined> {
  const { content } = parameter;
  const source = await findSource(manifest, parameter, file);
  if (!source) {
    if (content.kind === 'absent' || reseal.has(parameter.name)) {
      throw missingSource(parameter, file);
    }
    return isMisplaced(parameter) ? moved(manifest, parameter, opener, warnings) : undefined;
  }
  const isAsked = content.kind !== 'absent' && !reseal.has(parameter.name);
  const seal = async (why: Plaintext['why']) => {
    if (isAsked && accept) await acceptNew(manifest, parameter, file, source, accept);
    return sealFile(manifest, parameter, source, why);
  };
  if (isMisplaced(parameter)) return seal('moved');
  if (isAsked) {
    try {
      if (await isSame(manifest, parameter, source, opener, watch)) return undefined;
    } catch (error) {
      if (!(error instanceof CofferError)) throw error;
      // Sealing the file again repairs a lost blob.
      if (error.code === 'source') return seal('changed');
      if (error.code !== 'denied') throw error;
      warnings.push({
        message: `${parameter.name}: cannot tell without kms:Decrypt whether ${file} changed; its ciphertext is unchanged`,
        hint: `to encrypt the file again anyway, run coffer encrypt --reseal ${parameter.name}`,
        place: parameter.place,
      });
      return undefined;
    }
  }
  return seal(content.kind === 'absent' ? 'new' : 'changed');
}

/** Whoever adds a line to a manifest must not get a file of somebody else's machine sealed. */
async function acceptNew(
  manifest: Manifest,
  { name }: Parameter,
  file: string,
  { located: { path, isInRepository } }: SourceFile,
  accept: NonNullable<WorkRequest['accept']>,
): Promise<void> {
  const head = isInRepository ? await readCommitted(manifest.file) : undefined;
  const before = head?.parameters.find((parameter) => parameter.name === name)?.origin;
  if (!isInRepository || (before && 'file' in before && before.file === file)) return;
  await accept({ name, path, isIgnored: await isIgnored(path) });
}

async function sealFile(
  manifest: Manifest,
  parameter: Parameter,
  source: SourceFile,
  why: Plaintext['why'],
): Promise<Plaintext | undefined> {
  if (source.size <= ssmLimit(parameter)) {
    return unlessPlain(
      placed(manifest, parameter, encodeSource(parameter, await source.read()), why),
    );
  }
  goesToSsm(manifest, parameter, source.size);
  return { form: 'blob', size: source.size, bytes: source.stream, why };
}

/** Whether the file's content equals the encrypted value. */
async function isSame(
  manifest: Manifest,
  parameter: Parameter,
  source: SourceFile,
  opener: Opener,
  watch: Watch | undefined,
): Promise<boolean> {
  const { content } = parameter;
  if (content.kind === 'blob') {
    if (content.blob.size !== source.size + TAG_BYTES) return false;
    return isSameBlob(manifest, parameter, content.blob, source, opener, watch);
  }
  // Base64 adds a third at most, so a larger file cannot be the same.
  if (source.size > ssmLimit(parameter)) return false;
  return (await opener.open(parameter)).equals(encodeSource(parameter, await source.read()));
}

async function isSameBlob(
  manifest: Manifest,
  parameter: Parameter,
  blob: Blob,
  source: SourceFile,
  opener: Opener,
  watch: Watch | undefined,
): Promise<boolean> {
  const dataKey = await opener.openBlobKey(parameter, blob);
  const body = await openBlobBody(manifest, parameter, blob);
  try {
    let read = 0;
    const tell = (bytes: number) => watch?.compared((read += bytes), 2 * source.size);
    const held = await digest(counted(openedChunks(body, blob, dataKey), tell));
    return held.equals(await digest(counted(source.stream(), tell)));
  } finally {
    await body.close();
  }
}

/** The same chunks; calls `tell` with the size of each. */
export async function* counted(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  tell: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk;
    tell(chunk.length);
  }
}

async function digest(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest();
}
