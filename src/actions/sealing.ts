import type { Manifest } from '../manifest/model.ts';
import { replaceManifest } from '../seal/apply.ts';
import { encryptManifest, type Sealed, type SealRequest } from '../seal/encrypt.ts';
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
  request: SealRequest,
  options: WriteOptions,
): Promise<SealReport> {
  const { host } = tools;
  const fileKey = await fileKeyFor(tools, manifest, options);
  const comparing = host.progress('comparing', 'bytes');
  const sealing = host.progress('encrypting', 'bytes');
  const watch = { compared: comparing.update, sealed: sealing.update };
  const { sealed, warnings, ...next } = await encryptManifest(manifest, fileKey, {
    ...request,
    watch,
  }).finally(() => {
    comparing.end();
    sealing.end();
    tellCreated(host, fileKey);
  });
  const { changed } = await replaceManifest(manifest, next);
  for (const warning of warnings) host.warn(warning);
  return {
    file: manifest.file,
    changed,
    encryptedWith: fileKey.id,
    sealed,
    warnings: warnings.map(({ message }) => message),
  };
}
