import type { Place, Problem } from '../errors.ts';
import type { Shell } from './shell-names.ts';

/** A decrypted value. */
export interface Secret {
  /** The name without the path. */
  name: string;
  bytes: Buffer;
  /** Whether it is secret, unlike a plain String. */
  isSecret: boolean;
  /** Whether it is a StringList, with commas between its items. */
  isList?: boolean | undefined;
  /** Version in AWS; absent for values from a manifest. */
  version?: number | string | undefined;
  /** Place in the manifest; absent for values from SSM. */
  place?: Place | undefined;
}

/** A variable's name and text. */
export interface Entry {
  variable: string;
  value: string;
  /** Those of a StringList, for formats that have lists. */
  items?: readonly string[] | undefined;
}

export interface Variable extends Entry {
  secret: Pick<Secret, 'name' | 'isSecret' | 'place'>;
  /** Whether its value is the path of a file with the secret. */
  isPath: boolean;
}

/** The rules for names and values of variables. */
export interface VariableRules {
  /** The default naming. */
  names: string;
  /** The names that the reader accepts. */
  allows: RegExp;
  /** Maximum bytes of `NAME=value`. */
  limit?: number;
  /** Whether the variables become those of a process, whose programs obey some names. */
  isEnvironment?: boolean;
  /** Why the reader would lose any value of a variable of this name. */
  findNameFault?: (variable: string, shell: Shell | undefined) => string | undefined;
  /** Why the reader would not get this text unchanged. */
  findFault?: (text: string) => string | undefined;
}

/** The environment of a process. It allows any name of SSM's characters. */
export const ENVIRONMENT = {
  names: 'upper',
  allows: /^[\w./-]+$/,
  // Linux's limit for one string, its name included.
  limit: 128 * 1024 - 1,
  isEnvironment: true,
} as const satisfies VariableRules;

/** A format of `export`: its own file, and a line in index.ts. */
export type Format = VariableFormat | ObjectFormat;

/** For names and texts. */
export interface VariableFormat {
  rules: VariableRules;
  /** Text for standard output. */
  render: (variables: readonly Variable[]) => string;
  /** What may go wrong when a variable is used, although its value is intact. */
  findDoubt?: (variable: Variable, shell: Shell | undefined) => Problem | undefined;
  /** Text to append to a file of the job. */
  appendix?: {
    /** The environment variable with the file's path. */
    path: string;
    /** Where such a file exists. */
    hint: string;
    render: (variables: readonly Variable[]) => string;
  };
}

/** For whole values, binary ones too, in one named object. */
export interface ObjectFormat {
  renderObject: (secrets: readonly Secret[], target: ObjectName) => string;
}

export interface ObjectName {
  name: string;
  namespace?: string | undefined;
}

/** One line per variable. */
export function lines(
  renderLine: (name: string, value: string) => string,
): VariableFormat['render'] {
  return (variables) =>
    variables.map(({ variable, value }) => `${renderLine(variable, value)}\n`).join('');
}
