/** A lifecycle rule as S3 has it, with the fields that matter here; the others are kept. */
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

/** What S3 does by itself with the objects of a bucket. */
export interface Lifecycle {
  rules: readonly LifecycleRule[];
  /** Belongs to the rules: writing them without it would reset it. */
  minimumSize?: 'all_storage_classes_128K' | 'varies_by_storage_class' | undefined;
}

/** How a bucket is set up. */
export interface BucketSettings {
  isPublicAccessBlocked: boolean;
  /** Whether its owner owns every object in it, and no ACL counts. */
  isOwnerEnforced: boolean;
  isEncrypted: boolean;
  isVersioned: boolean;
  /** JSON. */
  policy: string | undefined;
  lifecycle: Lifecycle;
}
