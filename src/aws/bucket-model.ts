/** A lifecycle rule of S3, with the fields that matter here; keeps the others. */
export interface LifecycleRule {
  ID?: string | undefined;
  Status: 'Enabled' | 'Disabled' | undefined;
  /** The older way to write a filter. */
  Prefix?: string | undefined;
  Filter?:
    | {
        Prefix?: string | undefined;
        Tag?: object | undefined;
        And?: object | undefined;
        ObjectSizeGreaterThan?: number | undefined;
        ObjectSizeLessThan?: number | undefined;
      }
    | undefined;
  Expiration?: { Days?: number | undefined } | undefined;
  AbortIncompleteMultipartUpload?: { DaysAfterInitiation?: number | undefined } | undefined;
}

/** The lifecycle of a bucket's objects. */
export interface Lifecycle {
  rules: readonly LifecycleRule[];
  /** Part of the rules: writing them without it would reset it. */
  minimumSize?: 'all_storage_classes_128K' | 'varies_by_storage_class' | undefined;
}

/** The settings of a bucket. */
export interface BucketSettings {
  isPublicAccessBlocked: boolean;
  /** Whether its owner owns every object in it, and ACLs have no effect. */
  isOwnerEnforced: boolean;
  isEncrypted: boolean;
  isVersioned: boolean;
  /** JSON. */
  policy: string | undefined;
  lifecycle: Lifecycle;
}
