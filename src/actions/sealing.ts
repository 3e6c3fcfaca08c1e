import { CofferError, isFailure } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import type { Host } from '../host.ts';
import { dayOf } from '../manifest/age.ts';
import type { Manifest } from '../manifest/model.ts';
import { replaceManifest, type Reviewed } from '../seal/apply.ts';
import { encryptManifest, type Sealed, type SealRequest } from '../seal/encrypt.ts';
import type { NewFile } from '../seal/file-source.ts';
import { fileKeyFor, tellCreated } from './manifests.ts';
import type { Tools, WriteOptions } from './tools.ts';

/** The outcome for one manifest. */
export interface SealReport {
  file: string;
  changed: boolean;
  /** The file key: usually an ARN. */
  encryptedWith: string;
  sealed: Sealed[];
  warnings: string[];
}

/** Seals what the request asks for, and writes the manifest. */
export async function sealInPlace(
  tools: Tools,
  manifest: Manifest,
  request: Omit<SealRequest, 'today'>,
  { review, ...options }: WriteOptions & Reviewed,
): Promise<SealReport> {
  const { host } = tools;
  const fileKey = await fileKeyFor(tools, manifest, options);
  const comparing = host.progress('comparing', 'bytes');
  const sealing = host.progress('encrypting', 'bytes');
  const watch = { compared: comparing.update, sealed: sealing.update };
  const { sealed, warnings, ...next } = await encryptManifest(manifest, fileKey, {
    ...request,
    today: dayOf(new Date()),
    watch,
    accept: (added) => acceptFile(host, manifest, added),
  }).finally(() => {
    comparing.end();
    sealing.end();
    tellCreated(host, fileKey);
  });
  const { changed } = await replaceManifest(manifest, next, review);
  for (const warning of warnings) host.warn(warning);
  return {
    file: manifest.file,
    changed,
    encryptedWith: fileKey.id,
    sealed,
    warnings: warnings.map(({ message }) => message),
  };
}

/**
 * Asks whether a new `file:` may replace what is sealed. Without a person, a file that git does not
 * ignore is accepted: it is part of the repository, and not of this machine alone.
 */
async function acceptFile(
  host: Host,
  manifest: Manifest,
  { name, path, isIgnored }: NewFile,
): Promise<void> {
  const what = `${manifest.file}: the last commit has no "file:" of ${name} that leads to ${path}`;
  if (!host.isInteractive && !isIgnored) return host.note(what);
  try {
    await host.confirm('Encrypt this file in place of the value?', [what]);
  } catch (error) {
    if (!isFailure(error, 'declined')) throw error;
    throw new CofferError('declined', what, {
      hint: `to encrypt this file, run coffer encrypt --reseal ${name} ${shellFile(manifest.file)}`,
      cause: error,
    });
  }
}
