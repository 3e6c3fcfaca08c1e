import { countOf } from '../formats/count.ts';
import { dayOf } from '../manifest/age.ts';
import { parseManifest } from '../manifest/index.ts';
import type { NewParameter } from '../manifest/model.ts';
import { newManifestText, type NewSettings } from '../manifest/new-manifest.ts';
import { replaceManifest } from '../seal/apply.ts';
import { encryptManifest } from '../seal/encrypt.ts';
import { schemaFor } from './init.ts';
import { currentFileKey, lockManifests, tellCreated } from './manifests.ts';
import type { SealReport } from './sealing.ts';
import type { Tools, WriteOptions } from './tools.ts';

/**
 * Writes a new manifest with these parameters, sealed: plaintext secrets are only in memory.
 * @param values by name
 * @throws CofferError `conflict` if the file exists by then
 */
export function sealNew(
  tools: Tools,
  file: string,
  destination: NewSettings,
  values: ReadonlyMap<string, Buffer>,
  parameters: readonly NewParameter[],
  options: WriteOptions,
): Promise<SealReport> {
  return lockManifests(tools, [file], options, async () => {
    const { host, allowedFiles, limit } = tools;
    // What stands in for the values until they are sealed.
    const blank = parameters.map((one) => ({
      ...one,
      content: { kind: 'plain', text: '-' } as const,
    }));
    const text = newManifestText(destination, blank, await schemaFor(file, false));
    const manifest = { ...parseManifest(text, file), allowedFiles, limit };
    const fileKey = await currentFileKey(tools, manifest.region, options);
    const request = { only: new Set(values.keys()), values, today: dayOf(new Date()) };
    const { sealed, warnings, ...next } = await encryptManifest(manifest, fileKey, request).finally(
      () => tellCreated(host, fileKey),
    );
    await replaceManifest({ ...manifest, text: '' }, next);
    for (const warning of warnings) host.warn(warning);
    host.note(`${file} written with ${countOf(parameters.length, 'parameter')}`);
    return {
      file,
      changed: true,
      encryptedWith: fileKey.id,
      sealed,
      warnings: warnings.map(({ message }) => message),
    };
  });
}
