import { createHash } from 'node:crypto';
import { createObjectCipher, sealChunks, TAG_BYTES } from '../crypto/object-v3.ts';
import { CofferError, type Problem } from '../errors.ts';
import { isIgnored } from '../git/head.ts';
import type { Blob, Manifest, Parameter } from '../manifest/model.ts';
import { headerOf, openUnread } from './blob-body.ts';
import { readCommitted } from './head.ts';
import { inlineLimit } from './limits.ts';
import { encodeSource, type Opener } from './opener.ts';
import { isInline, isMisplaced } from './placement.ts';
import { moved, placed, unlessPlain, type Plaintext } from './plaintext.ts';
import { findSource, missingSource, type SourceFile } from './source.ts';

/** How to treat the files of a manifest. */
export interface FileRequest {
  /** Parameters to seal again, even if unchanged. */
  reseal?: ReadonlySet<string>;
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
export interface Watch {
  /** While comparing a file with its ciphertext. */
  compared: (bytes: number, total: number) => void;
  /** While sealing. */
  sealed: (bytes: number, total: number) => void;
}

/** What to seal of a parameter with `file:`. */
export async function fromFile(
  manifest: Manifest,
  parameter: Parameter,
  file: string,
  opener: Opener,
  { reseal = new Set(), watch, accept }: FileRequest,
  warnings: Problem[],
): Promise<Plaintext | undefined> {
  const { content } = parameter;
  const source = await findSource(manifest, parameter, file);
  if (!source) {
    if (content.kind === 'absent' || reseal.has(parameter.name)) {
      throw missingSource(parameter, file);
    }
    return isMisplaced(manifest, parameter)
      ? moved(manifest, parameter, opener, warnings)
      : undefined;
  }
  const isAsked = content.kind !== 'absent' && !reseal.has(parameter.name);
  const seal = async (why: Plaintext['why']) => {
    if (isAsked && accept) await acceptNew(manifest, parameter, file, source, accept);
    return sealFile(manifest, parameter, source, why);
  };
  if (isMisplaced(manifest, parameter)) return seal('moved');
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
  const plaintext = await seal(content.kind === 'absent' ? 'new' : 'changed');
  // One comparison is enough: the file may be large.
  return isAsked && plaintext ? { ...plaintext, isSame: false } : plaintext;
}

/** The last commit's version, read once for each manifest of a command. */
const committed = new WeakMap<Manifest, Promise<Manifest | undefined>>();

function committedOf(manifest: Manifest): Promise<Manifest | undefined> {
  const found = committed.get(manifest) ?? readCommitted(manifest.file);
  committed.set(manifest, found);
  return found;
}

/** Whoever adds a line to a manifest must not get a file of somebody else's machine sealed. */
async function acceptNew(
  manifest: Manifest,
  { name }: Parameter,
  file: string,
  { located: { path, isInRepository } }: SourceFile,
  accept: NonNullable<FileRequest['accept']>,
): Promise<void> {
  const head = isInRepository ? await committedOf(manifest) : undefined;
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
  if (source.size <= inlineLimit(manifest, parameter)) {
    return unlessPlain(
      placed(manifest, parameter, encodeSource(parameter, await source.read()), why),
    );
  }
  isInline(manifest, parameter, source.size);
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
    return isSameBlob(manifest, parameter, content.blob, source, opener, watch);
  }
  // Base64 adds a third at most, so a larger file cannot be the same.
  if (source.size > inlineLimit(manifest, parameter)) return false;
  return (await opener.open(parameter)).equals(encodeSource(parameter, await source.read()));
}

/**
 * Whether a file, or an object, is what a blob holds, in one pass over it: the same plaintext, data key and
 * message id make the same sealed bytes. What another content makes of them is hashed in memory
 * and gone: two bodies under one message id never exist outside of this function.
 */
export async function isSameBlob(
  manifest: Manifest,
  parameter: Parameter,
  blob: Blob,
  source: { size: number; stream: () => AsyncIterable<Buffer> | Iterable<Buffer> },
  opener: Opener,
  watch?: Watch,
): Promise<boolean> {
  if (blob.size !== source.size + TAG_BYTES) return false;
  const dataKey = await opener.openBlobKey(parameter, blob);
  await (await openUnread(manifest, parameter, blob)).close();
  const { messageId, commitment: wanted } = headerOf(blob);
  const { cipher, commitment } = createObjectCipher(dataKey, messageId);
  if (!commitment.equals(wanted)) {
    throw new CofferError('tampered', `${parameter.name}: the key commitment does not match`, {
      place: parameter.place,
      hint: `restore its blob from git, or run coffer encrypt --reseal ${parameter.name}`,
    });
  }
  let read = 0;
  const tell = (bytes: number) => watch?.compared((read += bytes), source.size);
  const digest = createHash('sha256');
  for await (const chunk of sealChunks(cipher, counted(source.stream(), tell))) {
    digest.update(chunk);
  }
  return digest.digest('hex') === blob.sha256;
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
