import { tmpdir } from 'node:os';
import { createAws } from './aws/index.ts';
import type { Session } from './aws/session.ts';
import { readManifest, writeManifest as putManifest } from './manifest/index.ts';
import type { Manifest } from './manifest/model.ts';
import { fileKeyRegion } from './seal/file-key.ts';
import { withLocks } from './seal/locked.ts';
import { Opener } from './seal/opener.ts';
import { followPointer } from './stores/follow.ts';

/** How to reach AWS; without any of it, as the AWS SDK does by itself. */
export interface AwsOptions extends Pick<Session, 'profile' | 'endpoint' | 'credentials'> {
  region?: string | undefined;
}

/**
 * The values of a manifest, by name. Costs one `kms:Decrypt` for each data key and each blob.
 * @throws CofferError
 */
export async function openSecrets(
  file: string,
  options: AwsOptions = {},
): Promise<Map<string, Buffer>> {
  const manifest = await readManifest(file);
  const aws = createAws({ ...options, concurrency: 8 });
  const region = fileKeyRegion(manifest, { region: options.region });
  const opener = new Opener(manifest, await aws.kms(region));
  const opened = manifest.parameters.map(
    async (parameter) => [parameter.name, await opener.open(parameter)] as const,
  );
  return new Map(await Promise.all(opened));
}

/**
 * Puts `newText` in place of a manifest's text, and says whether that changed anything, while no
 * coffer writes the same manifest.
 * @throws CofferError `conflict` when the file is no longer what the manifest was read from
 */
export function writeManifest(manifest: Manifest, newText: string): Promise<boolean> {
  const patience = { seconds: 60, note: () => {} };
  return withLocks([manifest.file], patience, () => putManifest(manifest, newText));
}

/**
 * The value of a parameter in SSM, or the whole verified object that it points to.
 * @param selector its name, `name:version` or `name:label`
 * @throws CofferError
 */
export async function getSecret(selector: string, options: AwsOptions = {}): Promise<Buffer> {
  const { region } = options;
  const aws = createAws({ ...options, concurrency: 8 });
  const parameter = await (await aws.parameters(region)).get(selector);
  return followPointer(parameter, {
    objects: () => aws.objects(region),
    kms: () => aws.kms(region),
    spoolFolder: tmpdir(),
  });
}
