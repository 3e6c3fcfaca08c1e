import type { Manifest } from '../manifest/model.ts';
import { replaceManifest } from '../seal/apply.ts';
import { encryptManifest, type Sealing, type SealRequest } from '../seal/encrypt.ts';
import { FileKey, fileKeyRegion } from '../seal/file-key.ts';
import type { Context } from './context.ts';
import { tellCreated } from './manifests.ts';

/** Seals what is asked for, puts the manifest in place, and reports it when JSON is wanted. */
export async function sealInPlace(
  context: Context,
  manifest: Manifest,
  request: SealRequest,
): Promise<Sealing['sealed']> {
  const { terminal, flags } = context;
  const choice = { ...context.fileKey, create: flags.isAllowed('createKey') };
  const kms = await context.aws.kms(fileKeyRegion(manifest, choice));
  const fileKey = new FileKey(kms, choice, manifest.encryptedWith);
  const sealing = await encryptManifest(manifest, fileKey, request);
  const changed = await replaceManifest(manifest, sealing);
  tellCreated(terminal, fileKey, choice);
  for (const warning of sealing.warnings) terminal.warn(warning);
  if (context.json) {
    const report = {
      file: manifest.file,
      changed,
      encryptedWith: fileKey.id,
      sealed: sealing.sealed,
      warnings: sealing.warnings.map((warning) => warning.message),
    };
    await terminal.write(`${JSON.stringify({ version: 1, manifests: [report] })}\n`);
  }
  return sealing.sealed;
}
