import type { ParameterType, Tags, Tier } from '../manifest/model.ts';

/** The object that a pointer names. */
export interface DesiredObject {
  bucket: string;
  key: string;
  /** Of the sealed bytes. */
  sha256: string;
  size: number;
}

/** A parameter as the manifest wants it in SSM. */
export interface Desired {
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
  description: string;
  tier?: Tier | undefined;
  allowedPattern?: string | undefined;
  dataType?: string | undefined;
  tags: Tags;
  object?: DesiredObject | undefined;
}
