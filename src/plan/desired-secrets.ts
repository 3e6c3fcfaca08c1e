import { versionIdOf, type Held } from '../crypto/version-id.ts';
import { entriesOf, type Entry } from '../manifest/entries.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { openPublished } from '../seal/opener.ts';
import { findMisplaced, findUnplaced } from '../seal/placement.ts';
import { findFullSecret } from '../seal/secret-placement.ts';
import type { Desired } from '../stores/model.ts';
import { collect, refuseUnsealed } from './desired.ts';

/**
 * What a manifest wants in Secrets Manager. Opens nothing: the version of a secret follows from the
 * ciphertext in git. So a secret in plaintext has none, and is refused whatever the caller allows.
 * @throws CofferError as `desiredState`
 */
export async function desiredSecrets(
  manifest: Manifest,
  { noDecrypt }: { noDecrypt: boolean },
): Promise<Desired[]> {
  refuseUnsealed(manifest, { allowPlaintext: 'never' });
  const full = findFullSecret(manifest);
  if (full) throw full;
  const held = await heldBy(manifest);
  const byName = new Map(held.map((parameter) => [parameter.name, parameter]));
  return entriesOf(manifest).map((entry): Desired => {
    const rows = entry.parameters.flatMap(({ name }) => byName.get(name) ?? []);
    return {
      name: entry.name,
      type: 'Secret',
      value: '',
      isSecret: true,
      keyId: manifest.kmskey,
      ...detailsOf(manifest, entry),
      secret: {
        versionId: versionIdOf(entry.name, rows),
        values: manifest.secret === undefined ? undefined : rows.map(({ name }) => name).toSorted(),
        replicas: manifest.replicas,
      },
      closed: noDecrypt ? 'content' : undefined,
    };
  });
}

/** What git holds of each parameter. */
export function heldBy(manifest: Manifest): Promise<Held[]> {
  return collect(manifest.parameters, async (parameter) => ({
    name: parameter.name,
    type: parameter.type,
    ciphertext: await ciphertextOf(manifest, parameter),
  }));
}

function detailsOf(
  { secret, description, tags }: Manifest,
  { parameters: [only] }: Entry,
): Pick<Desired, 'description' | 'tags'> {
  if (secret !== undefined || !only) return { description, tags };
  return { description: only.description, tags: only.tags };
}

/** What git holds of a parameter: for bytes, their digest; for what is no secret, its text. */
async function ciphertextOf(manifest: Manifest, parameter: Parameter): Promise<string> {
  const { content } = parameter;
  const misplaced = findMisplaced(manifest, parameter);
  if (misplaced) throw misplaced;
  switch (content.kind) {
    case 'sealed':
      return content.text;
    case 'psyml':
      return content.ciphertext;
    case 'blob':
      return content.blob.sha256;
    case 'plain':
    case 'absent': {
      const bytes =
        content.kind === 'plain'
          ? Buffer.from(content.text)
          : await openPublished(manifest, parameter);
      const unplaced = findUnplaced(manifest, parameter, bytes);
      if (unplaced) throw unplaced;
      return bytes.toString('utf8');
    }
  }
}
