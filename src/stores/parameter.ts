import type { SsmFields, ToldFields } from '../manifest/ssm-fields.ts';

/** A parameter as SSM returns it, its value opened. */
export interface StoredParameter {
  name: string;
  type: string;
  value: string;
  version: number;
}

/** What SSM tells about a parameter without its value. */
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
  /** ARN of who wrote it. */
  user?: string | undefined;
  labels: string[];
}

export interface PutParameter extends SsmFields {
  name: string;
  value: string;
  type: string;
  keyId?: string | undefined;
  /** Replace what is there; without it, a parameter of that name makes the call fail. */
  overwrite: boolean;
  /** Only for a new parameter: SSM refuses tags together with `overwrite`. */
  tags?: Readonly<Record<string, string>> | undefined;
}
