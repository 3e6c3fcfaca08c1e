import type { Destination } from '../crypto/contexts.ts';
import type { WrappedDataKeys } from '../crypto/data-keys.ts';
import type { RecoveryWraps } from '../crypto/recovery.ts';
import type { Place } from '../errors.ts';
import type { SizeLimit } from '../sizes.ts';

export const PARAMETER_TYPES = ['String', 'StringList', 'SecureString'] as const;
/** SSM's own spelling; a manifest may write it in any letter case. */
export type ParameterType = (typeof PARAMETER_TYPES)[number];

export type Tier = 'Standard' | 'Advanced' | 'Intelligent-Tiering';

/** Where the values of a manifest go: SSM (and S3), or AWS Secrets Manager. */
export const STORES = ['ssm', 'secretsmanager'] as const;
export type StoreName = (typeof STORES)[number];

/** Where a value goes: `auto` uses S3 only for values that SSM cannot hold. */
export type Store = 'auto' | 'ssm' | 's3';

export type Tags = Readonly<Record<string, string>>;

/**
 * A value to generate: `length` characters of `charset`, at least one of each class in `require`.
 */
export interface Generate {
  length: number;
  /** `alnum`, `ascii`, `hex`, `base64url`, or the characters themselves after `custom:`. */
  charset: string;
  /** Classes that must occur: any of `lower`, `upper`, `digit`, `symbol`. */
  require: readonly string[];
}

/** A parameter policy of SSM, in AWS's own shape, with every value as text. */
export interface Policy {
  /** `Expiration`, `ExpirationNotification` or `NoChangeNotification`. */
  Type: string;
  Version: string;
  Attributes: Readonly<Record<string, string>>;
}

/** A sealed value of any size: the body of one Amazon S3 Encryption Client V3 object. */
export interface Blob {
  /** SHA-256 of the sealed bytes, 64 lower-case hex digits. */
  sha256: string;
  /** Size of the sealed bytes. */
  size: number;
  /** The wrapped data key under the file key, base64. */
  key: string;
  /** Of the key's encryption context: 8 hex digits. */
  binding: string;
  /** What ties the blob to one data key: 32 bytes, base64. */
  commit: string;
  /** 28 bytes, base64. */
  messageId: string;
  /** 28 bytes, base64. */
  commitment: string;
  /** Its data key for those in the manifest's recovery list. */
  recovery: RecoveryWraps | undefined;
  /**
   * The sealed bytes: in the manifest itself (base64) or in a file (path relative to the manifest).
   */
  body: { data: string } | { path: string };
}

/** The value of a parameter in the manifest. */
export type Content =
  /** Plaintext, as typed. */
  | { kind: 'plain'; text: string }
  /** `ENC[v1,…]`, whole. */
  | { kind: 'sealed'; text: string }
  /** psyml's ciphertext: base64 of kms:Encrypt. */
  | { kind: 'psyml'; ciphertext: string }
  | { kind: 'blob'; blob: Blob }
  /** No value yet: encrypt must read the file or generate the value. */
  | { kind: 'absent' };

/** The source of a value that is not typed in; stays beside the ciphertext. */
export type Origin = { file: string } | { generate: Generate };

export interface Parameter {
  /** The name in the manifest; may contain slashes. */
  name: string;
  /** `path` + `name`: the name in SSM. */
  fullName: string;
  type: ParameterType;
  /** The type as written; lower case means "processed". */
  typeAsWritten: string;
  content: Content;
  origin?: Origin | undefined;
  description?: string | undefined;
  tier?: Tier | undefined;
  store: Store;
  /** `base64`: SSM holds the bytes of a small binary value as base64 text. */
  encoding?: 'base64' | undefined;
  /** Suffix of the S3 key, with its dot: `.tar`. */
  extension: string;
  allowedPattern?: string | undefined;
  dataType?: string | undefined;
  policies?: readonly Policy[] | undefined;
  /** The manifest's tags and the parameter's own, merged. */
  tags: Tags;
  /** How old its value may become, such as `90d`, `12w` or `1y`; `never` overrides the manifest's. */
  maxAge?: string | undefined;
  /** The day in UTC on which coffer last wrote another value, such as `2026-11-27`. */
  changed?: string | undefined;
  /** The place of its name. */
  place: Place;
}

/** Why a field is invalid. Never quotes a value. */
export interface Refusal {
  message: string;
  hint: string;
}

export interface Manifest {
  /** The name that the caller used. */
  file: string;
  /** Files and folders that the command line lets it name, wherever they are. */
  allowedFiles?: readonly string[] | undefined;
  /** Of all values that the call opens. */
  limit?: SizeLimit | undefined;
  /** The whole source text. */
  text: string;
  /** What was read: a `ManifestDocument`, which spares whoever edits `text` to read it again. */
  document?: { readonly text: string } | undefined;
  /** Prefix of every name; begins and ends with a slash. */
  path: string;
  /** Where it is published. Reads use the first one, where the file key is, too. */
  regions: readonly [string, ...string[]];
  /** The one that is meant: the first, unless `inRegion` chose another. */
  region: string;
  /** The key for values in AWS, as `region` knows it. Present if a parameter needs it. */
  kmskey?: string | undefined;
  /** The bucket in `region`. */
  bucket?: string | undefined;
  /** Its name in the file, which may hold `{region}`. */
  bucketAsWritten?: string | undefined;
  /** The AWS account that it is for: twelve digits. */
  account?: string | undefined;
  store: StoreName;
  /** The one secret in Secrets Manager that holds all values, as JSON; otherwise each has its own. */
  secret?: string | undefined;
  /** What that secret is for. */
  description?: string | undefined;
  /** The regions to which Secrets Manager copies its secrets. */
  replicas: readonly string[];
  tags: Tags;
  /** How old its secrets may become, unless they say otherwise. */
  maxAge?: string | undefined;
  /** The file key, usually an ARN; psyml wrote it too. */
  encryptedWith?: string | undefined;
  /**
   * Those who can open it when the file key cannot be used: ARNs of KMS keys, and age recipients.
   */
  recovery: readonly string[];
  /** What its data keys are bound to: as the file says it, even where `region` is another. */
  destination: Destination;
  dataKeys: WrappedDataKeys;
  /** Parameters in the order of the file. */
  parameters: readonly Parameter[];
}

/** The edit of one parameter; absent members stay byte for byte. */
export interface ParameterEdit {
  /** The new name. */
  name?: string;
  /** The type's new spelling, such as `securestring`. */
  type?: string;
  /** The new content: `value:` or `blob:` replaces either of them. */
  content?:
    | { kind: 'plain'; text: string }
    | { kind: 'sealed'; text: string }
    | { kind: 'blob'; blob: Blob };
  /** `true` removes `file:` or `generate:`. */
  dropOrigin?: boolean;
  /** The day of the last change; `null` removes it. */
  changed?: string | null;
}

/** A parameter to write; absent members are not written. */
export interface NewParameter extends Partial<
  Omit<Parameter, 'name' | 'fullName' | 'type' | 'typeAsWritten' | 'content' | 'tags' | 'place'>
> {
  name: string;
  /** The type to write, such as `SecureString` or `securestring`. */
  type: string;
  /** Its own tags, without the manifest's. */
  tags?: Tags | undefined;
  content?: ParameterEdit['content'] | undefined;
}

/** The settings at the top of a manifest. */
export interface ManifestSettings {
  path: string;
  region: string;
  kmskey?: string | undefined;
  bucket?: string | undefined;
  account?: string | undefined;
  store?: StoreName | undefined;
  secret?: string | undefined;
  description?: string | undefined;
  tags?: Tags | undefined;
  encryptedWith?: string | undefined;
  dataKeys?: WrappedDataKeys | undefined;
}

/** The edit of a manifest's text. */
export interface ManifestEdit {
  /** By the key of each setting. */
  settings?: Readonly<Record<string, string | undefined>>;
  /** The whole new list, of names that could be regions; a single one is written as `region`. */
  regions?: readonly string[] | undefined;
  /** The whole new list; an empty one removes it. */
  recovery?: readonly string[];
  /** `null` removes the line. */
  encryptedWith?: string | null;
  /** The whole new map; entries equal to the old ones stay byte for byte. `null` removes it. */
  dataKeys?: WrappedDataKeys | null;
  /** Edits by parameter name. */
  parameters?: ReadonlyMap<string, ParameterEdit>;
  /** Parameters to add after the last one, in the style of the list. */
  add?: readonly NewParameter[];
  /** Names of parameters to remove, with the comments directly above them. */
  remove?: ReadonlySet<string>;
}
