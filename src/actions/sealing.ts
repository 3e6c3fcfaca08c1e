import type { Manifest } from '../manifest/model.ts';
import { replaceManifest } from '../seal/apply.ts';
import { encryptManifest, type Sealing, type SealRequest } from '../seal/encrypt.ts';
import { FileKey, fileKeyRegion } from '../seal/file-key.ts';
import type { Context } from '../cli/context.ts';
import { tellCreated } from './manifests.ts';

/** What became of one manifest. */
export interface SealedManifest {
  sealed: Sealing['sealed'];
  changed: boolean;
  /** The same for programs. */
  report: object;
}

/** Seals what is asked for, and puts the manifest in place. */
export async function sealInPlace(
  context: Context,
  manifest: Manifest,
  request: SealRequest,
): Promise<SealedManifest> {
  const { terminal } = context;
  const fileKey = await fileKeyFor(context, manifest);
  const comparing = terminal.progress('comparing', 'bytes');
  const sealing = terminal.progress('sealing', 'bytes');
  const watch = { compared: comparing.update, sealed: sealing.update };
  const { sealed, warnings, ...next } = await encryptManifest(manifest, fileKey, {
    ...request,
    watch,
  }).finally(() => {
    comparing.end();
    sealing.end();
  });
  const { changed } = await replaceManifest(manifest, next);
  tellCreated(terminal, fileKey, context.fileKey);
  for (const warning of warnings) terminal.warn(warning);
  const report = {
    file: manifest.file,
    changed,
    encryptedWith: fileKey.id,
    sealed,
    warnings: warnings.map((warning) => warning.message),
  };
  return { sealed, changed, report };
}

/** The key that seals what is new in a manifest; `--no-create-key` forbids making it. */
export async function fileKeyFor(context: Context, manifest: Manifest): Promise<FileKey> {
  const choice = { ...context.fileKey, create: context.flags.isAllowed('createKey') };
  const kms = await context.aws.kms(fileKeyRegion(manifest, choice));
  return new FileKey(kms, choice, manifest.encryptedWith);
}
