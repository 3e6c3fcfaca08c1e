import type { SsmFields, ToldFields } from '../manifest/ssm-fields.ts';

/** A parameter as SSM returns it, with its value opened. */
export interface StoredParameter {
  name: string;
  /** The account that has it, if the answer says so: what stands in for AWS may not. */
  account?: string | undefined;
  type: string;
  value: string;
  version: number;
}

/** A parameter as SSM lists it, without its value. */
export interface ParameterMetadata extends ToldFields {
  name: string;
  type: string;
  keyId?: string | undefined;
  version: number;
  modified?: Date | undefined;
}

/** One version of a parameter, with its value. */
export interface ParameterVersion extends ParameterMetadata {
  value: string;
  /** ARN of its writer. */
  user?: string | undefined;
  labels: string[];
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
