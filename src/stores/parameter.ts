import type { SsmFields, ToldFields } from '../manifest/ssm-fields.ts';
import type { Version } from './model.ts';

/** A parameter or a secret, with its value opened. */
export interface StoredValue {
  name: string;
  /** The account that has it, if the answer says so: what stands in for AWS may not. */
  account?: string | undefined;
  type: string;
  value: string;
  /** The value of a secret that is not text; `value` is then empty. */
  bytes?: Buffer | undefined;
  version: Version;
  /** When this version was written. */
  modified?: Date | undefined;
}

/** A parameter as SSM returns it. */
export interface StoredParameter extends StoredValue {
  version: number;
}

/** A parameter or a secret as its store lists it, without its value. */
export interface ListedValue extends SsmFields {
  name: string;
  type: string;
  keyId?: string | undefined;
  version: Version;
  modified?: Date | undefined;
  /** ARN of the writer of this version, where the store says it. */
  user?: string | undefined;
}

/** A parameter as SSM lists it. */
export interface ParameterMetadata extends Omit<ListedValue, keyof ToldFields>, ToldFields {
  version: number;
}

/** One version of a parameter or a secret. */
export interface ValueVersion extends ListedValue {
  /** Absent if it was not opened. */
  value?: string | undefined;
  labels: string[];
}

/** One version of a parameter, with its value. */
export interface ParameterVersion extends ParameterMetadata {
  value: string;
  labels: string[];
}

/** Whether values of this type must stay hidden. */
export function isSecretType(type: string): boolean {
  return type === 'SecureString' || type === 'Secret';
}

export interface PutParameter extends SsmFields {
  name: string;
  value: string;
  type: string;
  keyId?: string | undefined;
  /** Replaces an existing parameter; without it, the call fails if the name exists. */
  overwrite: boolean;
  /** Only for a new parameter: SSM refuses tags together with `overwrite`. */
  tags?: Readonly<Record<string, string>> | undefined;
}
