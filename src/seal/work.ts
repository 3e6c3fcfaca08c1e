import { createHash } from 'node:crypto';
import { TAG_BYTES } from '../crypto/object-v3.ts';
import { CofferError, type Problem } from '../errors.ts';
import type { Blob, Generate, Manifest, Parameter } from '../manifest/model.ts';
import { openBlobBody, openedChunks } from './blob-body.ts';
import { generateValue } from './generate.ts';
import { ssmLimit } from './limits.ts';
import { encodeSource, type Opener } from './opener.ts';
import { goesToSsm, isMisplaced } from './placement.ts';
import { findSource, missingSource, type SourceFile } from './source.ts';

/** A plaintext to put into the manifest. */
export type Plaintext = { why: 'new' | 'changed' | 'generated' | 'moved' } & (
  | { form: 'value'; text: string }
  | { form: 'blob'; size: number; bytes: () => AsyncIterable<Buffer> | Iterable<Buffer> }
  /** A value that is no secret, made by `generate` or brought from outside. */
  | { form: 'plain'; text: string }
);

/** A parameter, and the plaintext to seal if there is one. */
export interface Work {
  parameter: Parameter;
  plaintext?: Plaintext | undefined;
}

/** Which parameters to look at, and what is to be sealed besides what is not sealed yet. */
export interface WorkRequest {
  /** Parameters that are sealed again, whatever is there. */
  reseal?: ReadonlySet<string>;
  /** Looks at these parameters alone. */
  only?: ReadonlySet<string>;
  /** Plaintext from outside the manifest, by parameter name. */
  values?: ReadonlyMap<string, Buffer>;
  /** Parameters whose values are made anew by their `generate`. */
  regenerate?: ReadonlySet<string>;
  watch?: Watch | undefined;
}

/** Is told how many bytes of large values have gone through. */
interface Watch {
  /** Of one file and its ciphertext, to see whether it changed. */
  compared: (bytes: number, total: number) => void;
  /** Of all that is to be sealed. */
  sealed: (bytes: number, total: number) => void;
}

/**
 * Looks through a manifest for what is to be sealed.
 * @throws CofferError with the problems of all parameters.
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
  throw new CofferError(first.code, `${problems.length} values cannot be sealed`, { problems });
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

/** The form that a value takes where it belongs. */
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

/** What is no secret may stay where it stands: in the manifest or its file. */
function unlessPlain(plaintext: Plaintext): Plaintext | undefined {
  return plaintext.form === 'plain' ? undefined : plaintext;
}

/** Bytes are what a file would have held; here nothing but the manifest can hold a plain text. */
function fromOutside(manifest: Manifest, parameter: Parameter, value: Buffer): Plaintext {
  if (value.length === 0) {
    throw new CofferError('source', `the value of ${parameter.name} is empty`, {
      hint: 'SSM holds no empty value',
    });
  }
  const why = parameter.content.kind === 'absent' ? 'new' : 'changed';
  return placed(manifest, parameter, encodeSource(parameter, value), why);
}

/** What is sealed already, to be sealed anew for where it belongs now. */
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
  // One that SSM cannot hold need not be opened to say so.
  if (isMisplaced(parameter) && size > ssmLimit(parameter)) goesToSsm(manifest, parameter, size);
  return placed(manifest, parameter, encodeSource(parameter, await opener.open(parameter)), why);
}

/** The same for ciphertext in the wrong place; where it may not be opened, it stays. */
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
      message: `${parameter.name} goes to ${to} now, which takes kms:Decrypt to seal it anew; its ciphertext stands`,
      hint: `have coffer encrypt ${manifest.file} run by somebody who may decrypt`,
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
  { reseal = new Set(), watch }: WorkRequest,
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
  if (isMisplaced(parameter)) return sealFile(manifest, parameter, source, 'moved');
  if (content.kind !== 'absent' && !reseal.has(parameter.name)) {
    try {
      if (await isSame(manifest, parameter, source, opener, watch)) return undefined;
    } catch (error) {
      if (!(error instanceof CofferError)) throw error;
      // A lost blob is mended by sealing its file again.
      if (error.code === 'source') return sealFile(manifest, parameter, source, 'changed');
      if (error.code !== 'denied') throw error;
      warnings.push({
        message: `${parameter.name}: whether ${file} changed cannot be seen without kms:Decrypt; its ciphertext stands`,
        hint: `coffer encrypt --reseal ${parameter.name} seals the file again all the same`,
        place: parameter.place,
      });
      return undefined;
    }
  }
  return sealFile(manifest, parameter, source, content.kind === 'absent' ? 'new' : 'changed');
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

/** Whether the file's content is what the ciphertext holds. */
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

/** The same chunks; `tell` hears the size of each that went by. */
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
