import { isMultiRegion, keyIn } from '../../aws/multi-region.ts';
import { partitionOf } from '../../aws/regions.ts';
import { isAgeRecipient } from '../../crypto/recovery.ts';
import { CofferError } from '../../errors.ts';
import type { Manifest } from '../../manifest/model.ts';
import { fileKeyRegion, type FileKeyChoice } from '../../seal/file-key.ts';
import type { Condition } from './condition.ts';

/** A manifest in one of its regions, and the keys it uses, as policies name them. */
export interface Subject {
  manifest: Manifest;
  account: string;
  /** The key that seals, or will seal, the manifest. */
  fileKey: KeyPlace;
  /** The key that the alias names today, the target of `refresh`; absent if it is `fileKey`. */
  currentKey: KeyPlace | undefined;
  /** The replica of the file key in a region where the file key itself is not. */
  replica: KeyPlace | undefined;
  kmskey: KeyPlace | undefined;
  /** The keys in the recovery list. */
  recoveryKeys: readonly KeyPlace[];
}

/** A KMS key in a policy. */
export interface KeyPlace {
  region: string;
  account: string;
  /** Its ARN, or all keys if only its alias is known: `condition` then narrows it. */
  resource: string;
  condition: Condition;
}

type Choice = Pick<FileKeyChoice, 'alias' | 'region'>;

/**
 * @param given the account of the manifest's resources; by default, that of the keys' ARNs
 * @throws CofferError `usage` if they do not tell it
 */
export function subjectOf(manifest: Manifest, choice: Choice, given: string | undefined): Subject {
  const { encryptedWith, region } = manifest;
  const account = given ?? onlyAccountOf(manifest);
  const alias = locateKey(choice.alias, choice.region ?? manifest.regions[0], account);
  const fileKey =
    encryptedWith === undefined
      ? alias
      : locateKey(encryptedWith, fileKeyRegion(manifest, choice), account);
  const hasReplica = fileKey.region !== region && isMultiRegion(fileKey.resource);
  return {
    manifest,
    account,
    fileKey,
    replica: hasReplica ? locateKey(keyIn(region, fileKey.resource), region, account) : undefined,
    currentKey: encryptedWith === undefined ? undefined : alias,
    kmskey: manifest.kmskey === undefined ? undefined : locateKey(manifest.kmskey, region, account),
    recoveryKeys: manifest.recovery
      .filter((recipient) => !isAgeRecipient(recipient))
      .map((arn) => locateKey(arn, region, account)),
  };
}

/**
 * A key by id, alias or ARN. IAM knows keys only by their ARNs; for an alias, the condition
 * `kms:ResourceAliases` works without a lookup, and follows the alias when it moves.
 */
function locateKey(reference: string, region: string, account: string): KeyPlace {
  const parts = reference.startsWith('arn:')
    ? reference.split(':')
    : ['arn', partitionOf(region), 'kms', region, account, reference];
  const [, partition = '', , itsRegion = '', itsAccount = '', name = ''] = parts;
  const key = (id: string) => ({
    region: itsRegion,
    account: itsAccount,
    resource: `arn:${partition}:kms:${itsRegion}:${itsAccount}:key/${id}`,
  });
  if (!name.startsWith('alias/')) return { ...key(name.replace(/^key\//, '')), condition: {} };
  return {
    ...key('*'),
    condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': [name] } },
  };
}

/** Whether KMS cannot re-encrypt data keys of blobs for the region of the subject. */
export function isFar({ fileKey, kmskey, replica, manifest: { bucket } }: Subject): boolean {
  return (
    bucket !== undefined && kmskey !== undefined && !replica && kmskey.region !== fileKey.region
  );
}

/** A key may be in another account: two accounts do not tell where the parameters are. */
function onlyAccountOf({ file, kmskey, encryptedWith }: Manifest): string {
  const [account, other] = new Set([kmskey, encryptedWith].map(accountOf).filter(Boolean));
  if (account !== undefined && other === undefined) return account;
  throw new CofferError(
    'usage',
    account === undefined
      ? `no ARN in ${file} names the AWS account`
      : `the keys of ${file} are in two AWS accounts, ${account} and ${other}: which one has the parameters?`,
    { hint: 'add --account 123456789012' },
  );
}

function accountOf(reference: string | undefined): string | undefined {
  return reference?.startsWith('arn:') ? reference.split(':')[4] : undefined;
}
