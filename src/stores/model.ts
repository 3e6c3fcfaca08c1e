import type { Commitment } from '../crypto/object-v3.ts';
import type { ParameterType, Tags } from '../manifest/model.ts';
import type { SsmFields, SsmName } from '../manifest/ssm-fields.ts';
import type { ObjectState } from './s3/expected.ts';

/** The object that a pointer names. */
export interface DesiredObject {
  bucket: string;
  key: string;
  /** SHA-256 of the sealed bytes. */
  sha256: string;
  /** Size of the sealed bytes. */
  size: number;
  /** As in its metadata. */
  commitment: Commitment;
  /** The key that readers need, as the manifest names it. */
  kmskey: string;
}

/** A number in SSM, a VersionId in Secrets Manager. */
export type Version = number | string;

/** What a secret is to be besides its description, key and tags. */
export interface DesiredSecret {
  /** It follows from the ciphertext in git. */
  versionId: string;
  /** The names of the values that it holds as JSON; absent if it is one value. */
  values?: readonly string[] | undefined;
  /** The regions of its copies. */
  replicas: readonly string[];
}

/** A secret as it is, besides its description, key and tags. */
export interface ActualSecret {
  /** Of its current value; absent if it has none. */
  versionId: string | undefined;
  /** Why coffer did not write that version. */
  note: string | undefined;
  replicas: readonly string[];
  isRotated: boolean;
  /** The day on which it was deleted, if it can still be restored. */
  deletion: string | undefined;
}

/** A parameter as the manifest wants it in its store. Without a tier, any tier is fine. */
export interface Desired extends SsmFields {
  /** Full name in the store. */
  name: string;
  /** `String` for a pointer, whatever the manifest's type. */
  type: ParameterType | 'Secret';
  /** The value, or the pointer. */
  value: string;
  /** Whether the value must stay hidden. */
  isSecret: boolean;
  /** Only for a SecureString. */
  keyId?: string | undefined;
  /** Required tags; there may be others. */
  tags: Tags;
  object?: DesiredObject | undefined;
  /** In Secrets Manager; the value is then empty: its version stands for it. */
  secret?: DesiredSecret | undefined;
  /** What must stay unopened: the value, which is then empty, or a data key. */
  closed?: Closable | undefined;
}

/**
 * What needs kms:Decrypt: the value, to compare and write a secret; the data key, to publish an
 * object in another region than the file key's; the content, to write a secret.
 */
type Closable = 'value' | 'data key' | 'content';

/** A parameter as it is in its store. */
export interface Actual extends SsmFields {
  name: string;
  type: string;
  /** Opened; absent if it need not or must not be opened. */
  value?: string | undefined;
  version: Version;
  /** When AWS got this version. */
  modified?: Date | undefined;
  /** ARN of who wrote it, where the store says so. */
  user?: string | undefined;
  keyId?: string | undefined;
  /** In Secrets Manager. */
  secret?: ActualSecret | undefined;
  /** SSM does not list this version yet: only its type, value and number are known. */
  isUnlisted?: boolean | undefined;
}

/** The actual state of one manifest in AWS. */
export interface ActualState {
  /** Every parameter under the manifest's path, by full name. */
  parameters: ReadonlyMap<string, Actual>;
  /** Objects by the full name of their parameter. */
  objects: ReadonlyMap<string, ObjectState>;
  /**
   * By full name, for parameters that lack a wanted tag; for all of them if other tags are pruned.
   */
  tags: ReadonlyMap<string, Tags>;
}

export type Field =
  | 'type'
  | 'value'
  | 'object'
  | 'key'
  | SsmName
  | 'tags'
  | 'version'
  | 'replicas'
  | 'deletion'
  | 'rotation';

/** One difference between AWS and the manifest. */
export interface Difference {
  field: Field;
  before: string;
  after: string;
  /** Whether `before` and `after` must not be shown. */
  isSecret: boolean;
}

export type Action =
  | 'create'
  | 'update'
  /** Delete and create again: SSM cannot change it in place. */
  | 'replace'
  | 'unchanged'
  /** Cannot be compared or written without opening what must stay unopened. */
  | 'closed'
  /** Under the path and not in any manifest; pruned. */
  | 'delete'
  /** Under the path and not in these manifests; kept. */
  | 'extra';

/** How the values of a secret change, by name. */
export interface ValueChanges {
  added: readonly string[];
  changed: readonly string[];
  removed: readonly string[];
}

export interface Change {
  action: Action;
  name: string;
  differences: readonly Difference[];
  desired?: Desired | undefined;
  actual?: Actual | undefined;
  /** The state of the desired object, if there is one. */
  object?: ObjectState | undefined;
  /** Of a secret that holds several values, if git has the version that is in AWS. */
  values?: ValueChanges | undefined;
  /** Keys of tags to remove. */
  foreignTags: readonly string[];
  /** The other manifest of the repository that publishes it, so that it is not pruned. */
  owner?: string | undefined;
}
