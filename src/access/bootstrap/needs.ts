import { isManagedByAws } from '../../aws/managed-key.ts';
import { CofferError } from '../../errors.ts';
import type { Manifest } from '../../manifest/model.ts';
import { inEachRegion } from '../../manifest/regions.ts';
import { fileKeyRegion, type FileKeyChoice } from '../../seal/file-key.ts';

/** A KMS key that manifests name. */
export interface KeyNeed {
  what: 'file key' | 'kmskey';
  /** An alias, id or ARN. */
  id: string;
  region: string;
  /** The description of the key itself. */
  description: string;
  /** Only an alias can be created; an id or ARN names an existing key. */
  canBeMade: boolean;
}

export interface BucketNeed {
  name: string;
  region: string;
}

/** What manifests need in AWS, without duplicates. */
export interface Needs {
  keys: KeyNeed[];
  buckets: BucketNeed[];
}

/** @throws CofferError `manifest` if manifests need one bucket in two regions */
export function needsOf(
  manifests: readonly Manifest[],
  choice: Omit<FileKeyChoice, 'create'>,
): Needs {
  const keys = new Map<string, KeyNeed>();
  const buckets = new Map<string, BucketNeed>();
  for (const manifest of manifests) {
    for (const key of keysOf(manifest, choice)) {
      const name = `${key.region} ${key.id}`;
      if (!keys.has(name)) keys.set(name, key);
    }
    for (const { bucket: name, region, file } of inEachRegion(manifest)) {
      if (name === undefined) continue;
      const other = buckets.get(name);
      if (other && other.region !== region) {
        throw new CofferError(
          'manifest',
          `${file} needs the bucket ${name} in ${region}, another manifest in ${other.region}`,
          { hint: 'a bucket is in one region: use it only in manifests of that region' },
        );
      }
      buckets.set(name, { name, region });
    }
  }
  return { keys: [...keys.values()], buckets: [...buckets.values()] };
}

function keysOf(manifest: Manifest, choice: Omit<FileKeyChoice, 'create'>): KeyNeed[] {
  const { encryptedWith } = manifest;
  const fileKey: KeyNeed = {
    what: 'file key',
    id: encryptedWith ?? choice.alias,
    region: fileKeyRegion(manifest, choice),
    description: 'Encrypts secrets in git, see encrypted_with in coffer manifests',
    // A new key would not open existing ciphertext.
    canBeMade: encryptedWith === undefined && isOwnAlias(choice.alias),
  };
  const description = 'Encrypts SSM parameters and S3 objects, see kmskey in coffer manifests';
  const kmskeys = inEachRegion(manifest).flatMap(({ kmskey: id, region }): KeyNeed[] =>
    id === undefined
      ? []
      : [{ what: 'kmskey', id, region, description, canBeMade: isOwnAlias(id) }],
  );
  return [fileKey, ...kmskeys];
}

function isOwnAlias(id: string): boolean {
  return id.startsWith('alias/') && !isManagedByAws(id);
}
