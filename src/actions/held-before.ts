import { versionIdOf, type Held } from '../crypto/version-id.ts';
import { CofferError } from '../errors.ts';
import { readBytes } from '../files/read.ts';
import { readVersions } from '../git/head.ts';
import { entriesOf } from '../manifest/entries.ts';
import { decodeManifest, parseManifest } from '../manifest/index.ts';
import { heldBy } from '../plan/desired-secrets.ts';
import { MANIFEST_LIMIT } from '../sizes.ts';

/**
 * What a version of a secret in Secrets Manager holds, without reading it: its VersionId is a digest
 * of the ciphertext of some commit, and git still has the manifest of that commit.
 * @param file the manifest, which may differ from what is not written yet
 */
export async function findHeld(
  file: string,
  secret: string,
  versionId: string,
): Promise<readonly Held[] | undefined> {
  for await (const bytes of versionsOf(file)) {
    const held = await heldIn(bytes, file, secret);
    if (held && versionIdOf(secret, held) === versionId) return held;
  }
  return undefined;
}

async function* versionsOf(file: string): AsyncGenerator<Buffer> {
  if (file === '-') return;
  const here = await readBytes(file, MANIFEST_LIMIT).catch(() => undefined);
  if (here) yield here;
  yield* readVersions(file, MANIFEST_LIMIT);
}

/** Undefined for a version of the file that cannot be read any more, or lacks the secret. */
async function heldIn(bytes: Buffer, file: string, secret: string): Promise<Held[] | undefined> {
  try {
    const manifest = parseManifest(decodeManifest(bytes, file), file);
    const entry = entriesOf(manifest).find(({ name }) => name === secret);
    return entry && (await heldBy({ ...manifest, parameters: [...entry.parameters] }));
  } catch (error) {
    if (error instanceof CofferError) return undefined;
    throw error;
  }
}
