import type { Manifest } from '../manifest/model.ts';
import { createObjectWriter, type ObjectWriter } from '../plan/object-writer.ts';
import { fileKeyRegion } from '../seal/file-key.ts';
import type { Context } from './context.ts';

/** Publishes a manifest's blobs; absent, and S3's client not loaded, when it has none. */
export async function objectWriterFor(
  { aws, fileKey }: Context,
  manifest: Manifest,
): Promise<ObjectWriter | undefined> {
  if (!manifest.parameters.some(({ content }) => content.kind === 'blob')) return undefined;
  return createObjectWriter(manifest, {
    fileKeyKms: await aws.kms(fileKeyRegion(manifest, fileKey)),
    kms: await aws.kms(manifest.region),
    objects: await aws.objects(manifest.region),
  });
}
