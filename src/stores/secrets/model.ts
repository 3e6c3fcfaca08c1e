import type { Tags } from '../../manifest/model.ts';

/** The staging label of the version that readers get. */
export const CURRENT = 'AWSCURRENT';

/** What a secret holds. */
export type SecretValue = { text: string } | { bytes: Buffer };

/** A secret as Secrets Manager describes it, without its value. */
export interface Secret {
  name: string;
  description: string;
  keyId: string | undefined;
  tags: Tags;
  /** The VersionId of its current value; absent if it has none. */
  current: string | undefined;
  /** The regions of its copies; ListSecrets does not say them. */
  replicas: readonly string[];
  isReplicated: boolean;
  isRotated: boolean;
  changed: Date | undefined;
  /** When it was deleted, for as long as it can be restored. */
  deleted: Date | undefined;
}

/** One version of a secret, with its value. */
export interface OpenedSecret {
  name: string;
  account: string | undefined;
  versionId: string;
  value: SecretValue;
  /** When this version was made. */
  created?: Date | undefined;
}

/** One version of a secret, without its value. */
export interface SecretVersion {
  versionId: string;
  stages: readonly string[];
  created: Date | undefined;
  keyId: string | undefined;
}

/** A secret to create. */
export interface NewSecret {
  name: string;
  versionId: string;
  value: SecretValue;
  description: string | undefined;
  keyId: string | undefined;
  tags: Tags;
  replicas: readonly string[];
}

/** How to delete: for how many days it can be restored, 7 to 30; 0 is for good. */
export interface Deletion {
  recoveryDays: number;
}
