import { partitionOf } from '../../aws/regions.ts';
import { blobContext, dataKeyContext } from '../../crypto/contexts.ts';
import { objectContext } from '../../crypto/object-v3.ts';
import { both, contextHas, contextIs, contextIsExactly, type Condition } from './condition.ts';
import type { Manifest, StoreName } from '../../manifest/model.ts';
import type { KeyPlace, Subject } from './subject.ts';

/** The subject of a statement; its Sid. */
export type Scope = keyof typeof SCOPES;

/** The resources on which actions are allowed. */
export interface Place {
  resources: readonly string[];
  condition: Condition;
  /** The key; its own condition is not in `condition` yet. */
  key?: KeyPlace | undefined;
}

/** The places of each scope for a manifest, in the order of statements; may be none. */
const SCOPES = {
  /** Data keys of the values in the manifest. */
  SealedValues: ({ fileKey, manifest }) => [use(fileKey, valuesOf(manifest))],
  /** Those alone whose makers may not decrypt. */
  WriteOnlyValues: ({ fileKey, manifest }) => [use(fileKey, writeOnlyValuesOf(manifest))],
  /** The key that the file key's alias names today: a file that names another is not trusted. */
  FileKey: ({ fileKey, currentKey }) => [use(currentKey ?? fileKey, {})],
  /** Data keys of blobs, in git. */
  SealedBlobs: (subject) => blobsUnder(subject, subject.fileKey),
  /** The same under a replica of the file key, for objects in another region. */
  BlobReplicas: (subject) => (subject.replica ? blobsUnder(subject, subject.replica) : []),
  /** Data keys on their way to this recovery list from another one. */
  ListedValues: ({ fileKey, manifest }) =>
    manifest.recovery.length > 0 ? [use(fileKey, valuesOf(manifest))] : [],
  /** The same data keys under the keys in the recovery list, */
  RecoveryValues: ({ recoveryKeys, manifest }) =>
    recoveryKeys.map((key) => use(key, valuesOf(manifest))),
  /** those alone whose makers may not decrypt, */
  RecoveryWriteOnly: ({ recoveryKeys, manifest }) =>
    recoveryKeys.map((key) => use(key, writeOnlyValuesOf(manifest))),
  /** and those of blobs. */
  RecoveryBlobs: (subject) => subject.recoveryKeys.flatMap((key) => blobsUnder(subject, key)),
  /** psyml's contexts do not name a path. */
  PsymlValues: ({ fileKey, manifest }) =>
    manifest.parameters.some(({ content }) => content.kind === 'psyml')
      ? [use(fileKey, contextIsExactly({ Client: 'psyml', Name: '' }, { open: ['Name'] }))]
      : [],
  RefreshedValues: ({ currentKey, manifest }) =>
    currentKey ? [use(currentKey, valuesOf(manifest))] : [],
  RefreshedBlobs: (subject) => (subject.currentKey ? blobsUnder(subject, subject.currentKey) : []),
  /** The KMS calls that SSM makes for SecureStrings. */
  Secrets: (subject) => {
    const { kmskey, manifest } = subject;
    if (!kmskey || !isIn('ssm', subject)) return [];
    const context = contextIs({ PARAMETER_ARN: parametersArn(subject) });
    // The suffix is the same in all partitions.
    const service = `ssm.${manifest.region}.amazonaws.com`;
    const via = { StringEquals: { 'kms:ViaService': [service] } };
    return [use(kmskey, both(via, context))];
  },
  /** Data keys of objects in S3, each bound to a parameter under the path. */
  ObjectKeys: ({ kmskey, manifest }) =>
    kmskey && manifest.bucket !== undefined
      ? [use(kmskey, contextIsExactly(objectContext(`${manifest.path}*`)))]
      : [],
  /** Those of objects that s3-kms-ssm-secrets wrote, whose contexts name no parameter. */
  OlderKeys: ({ kmskey, manifest }) =>
    kmskey && manifest.bucket !== undefined ? [use(kmskey, contextHas(['kms_cmk_id']))] : [],
  /** The readers' key itself, to compare objects with it. */
  ReadersKey: ({ kmskey, manifest }) =>
    kmskey && manifest.bucket !== undefined ? [use(kmskey, {})] : [],
  /** The other keys themselves. */
  Keys: ({ fileKey, kmskey, manifest }) =>
    present([fileKey, manifest.bucket === undefined ? kmskey : undefined]).map((key) =>
      use(key, {}),
    ),
  Parameters: (subject) =>
    isIn('ssm', subject) ? [{ resources: [parametersArn(subject)], condition: {} }] : [],
  /** ssm:DescribeParameters does not support resources. */
  ParameterList: (subject) => (isIn('ssm', subject) ? [anything()] : []),
  /** The secrets in Secrets Manager. */
  StoredSecrets: (subject) =>
    isIn('secretsmanager', subject) ? [{ resources: secretsArns(subject), condition: {} }] : [],
  /** Listing secrets, and reading many at once, does not support resources. */
  SecretList: (subject) => (isIn('secretsmanager', subject) ? [anything()] : []),
  /** The KMS calls that Secrets Manager makes. */
  SecretKeys: (subject) => secretKeys(subject, secretsArn(subject)),
  /** Those to find out whether a new secret's key can be used, for which there is no secret yet. */
  SecretKeyTrials: (subject) => secretKeys(subject, 'RequestToValidateKeyAccess'),
  /** SSM checks that a machine image exists; ec2:DescribeImages does not support resources. */
  Images: ({ manifest }) =>
    manifest.parameters.some(({ dataType }) => dataType === 'aws:ec2:image') ? [anything()] : [],
  Objects: (subject) =>
    bucketsOf(subject).map((arn) => ({
      resources: [`${arn}${subject.manifest.path}*`],
      condition: {},
    })),
  Bucket: (subject) => bucketsOf(subject).map((arn) => ({ resources: [arn], condition: {} })),
} as const satisfies Record<string, (subject: Subject) => Place[]>;

export const SCOPE_NAMES = Object.keys(SCOPES) as Scope[];

export function placesOf(scope: Scope, subject: Subject): Place[] {
  return SCOPES[scope](subject);
}

function use(key: KeyPlace, condition: Condition): Place {
  return { resources: [key.resource], condition, key };
}

function anything(): Place {
  return { resources: ['*'], condition: {} };
}

/** Whoever made them: who may open one may open all. */
function valuesOf({ destination }: Manifest): Condition {
  return contextIsExactly(dataKeyContext(destination), { optional: ['Author'] });
}

function writeOnlyValuesOf({ destination }: Manifest): Condition {
  return contextIsExactly(dataKeyContext(destination, 'write-only'));
}

function blobsUnder({ manifest }: Subject, key: KeyPlace): Place[] {
  if (!canHoldBlobs(manifest)) return [];
  // Names and types differ from blob to blob, and none of them opens in another's place.
  const context = blobContext(manifest.destination, { fullName: '', type: '' });
  return [use(key, contextIsExactly(context, { open: ['Name', 'Type'] }))];
}

/** Secrets Manager holds bytes in a secret of their own; SSM needs a bucket for them. */
function canHoldBlobs({ store, secret, bucket }: Manifest): boolean {
  return store === 'ssm' ? bucket !== undefined : secret === undefined;
}

function isIn(store: StoreName, { manifest }: Subject): boolean {
  return manifest.store === store;
}

function secretKeys(subject: Subject, SecretARN: string): Place[] {
  const { kmskey, manifest } = subject;
  if (!kmskey || !isIn('secretsmanager', subject)) return [];
  const service = `secretsmanager.${manifest.region}.amazonaws.com`;
  const via = { StringEquals: { 'kms:ViaService': [service] } };
  return [use(kmskey, both(via, contextIs({ SecretARN })))];
}

/** AWS knows a secret that does not exist yet by its name alone. */
function secretsArns(subject: Subject): string[] {
  const arn = secretsArn(subject);
  const bare = arn.replace(/-\?+$/, '');
  return bare === arn ? [arn] : [bare, arn];
}

/** AWS adds a hyphen and six characters to the name of a secret. */
function secretsArn({ manifest: { path, region, secret }, account }: Subject): string {
  const name = secret === undefined ? `${path.slice(1)}*` : `${secret}-??????`;
  return `arn:${partitionOf(region)}:secretsmanager:${region}:${account}:secret:${name}`;
}

function present<T>(items: readonly (T | undefined)[]): T[] {
  return items.filter((item) => item !== undefined);
}

function parametersArn({ manifest: { path, region }, account }: Subject): string {
  return `arn:${partitionOf(region)}:ssm:${region}:${account}:parameter${path}*`;
}

function bucketsOf({ manifest: { bucket, region } }: Subject): string[] {
  return bucket === undefined ? [] : [`arn:${partitionOf(region)}:s3:::${bucket}`];
}
