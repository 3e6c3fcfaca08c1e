import type { Commitment } from '../crypto/object-v3.ts';
import type { ParameterType, Tags } from '../manifest/model.ts';
import type { SsmFields, SsmName } from '../manifest/ssm-fields.ts';
import type { ObjectState } from './s3/expected.ts';

/** The object that a pointer names. */
export interface DesiredObject {
  bucket: string;
  key: string;
  /** Of the sealed bytes. */
  sha256: string;
  /** Of the sealed bytes. */
  size: number;
  /** As its metadata holds it. */
  commitment: Commitment;
  /** The key that readers need, as the manifest names it. */
  kmskey: string;
}

/** A parameter as the manifest wants it in SSM. Without a tier, any will do. */
export interface Desired extends SsmFields {
  /** Full name. */
  name: string;
  /** `String` for a pointer, whatever the manifest's type. */
  type: ParameterType;
  /** The value, or the pointer. */
  value: string;
  /** Whether the value has to stay hidden. */
  isSecret: boolean;
  /** For a SecureString. */
  keyId?: string | undefined;
  /** Those that have to be there; others may be. */
  tags: Tags;
  object?: DesiredObject | undefined;
  /** What may not be opened: the value, which is empty then, or a data key. */
  closed?: Closable | undefined;
}

/**
 * What takes kms:Decrypt: to compare and write a secret, its value; to publish an object in another
 * region than the file key's, its data key.
 */
export type Closable = 'value' | 'data key';

/** A parameter as it is in SSM. */
export interface Actual extends SsmFields {
  name: string;
  type: string;
  /** Opened; absent for a parameter that nobody needs to open, or that may not be opened. */
  value?: string | undefined;
  version: number;
  keyId?: string | undefined;
  /** SSM does not list this version yet: nothing is known but its type, value and number. */
  isUnlisted?: boolean | undefined;
}

/** What is in AWS for one manifest. */
export interface ActualState {
  /** Every parameter under the manifest's path, by full name. */
  parameters: ReadonlyMap<string, Actual>;
  /** By the full name of its parameter. */
  objects: ReadonlyMap<string, ObjectState>;
  /** By full name, of those that lack a wanted tag, and of all when foreign tags are to go. */
  tags: ReadonlyMap<string, Tags>;
}

export type Field = 'type' | 'value' | 'object' | 'key' | SsmName | 'tags';

/** One way in which AWS is not as the manifest wants it. */
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
  /** To be deleted and created anew: SSM cannot change it in place. */
  | 'replace'
  | 'unchanged'
  /** Cannot be told or written without opening what may not be opened. */
  | 'closed'
  /** Under the path and in no manifest: to be deleted, as was asked for. */
  | 'delete'
  /** Under the path and in no manifest: left alone. */
  | 'extra';

export interface Change {
  action: Action;
  name: string;
  differences: readonly Difference[];
  desired?: Desired | undefined;
  actual?: Actual | undefined;
  /** Of the object that is wanted, if one is. */
  object?: ObjectState | undefined;
  /** Keys of tags that are to go. */
  foreignTags: readonly string[];
}
