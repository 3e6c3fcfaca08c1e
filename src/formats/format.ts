import type { Place } from '../errors.ts';

/** An opened value. */
export interface Secret {
  /** Without the path. */
  name: string;
  bytes: Buffer;
  /** Whether it is one, as against a plain String. */
  isSecret: boolean;
  /** In SSM; absent for what comes from a manifest. */
  version?: number | undefined;
  /** In the manifest; absent for what comes from SSM. */
  place?: Place | undefined;
}

/** A name, and the text that it stands for. */
export interface Entry {
  variable: string;
  value: string;
}

export interface Variable extends Entry {
  secret: Pick<Secret, 'name' | 'isSecret' | 'place'>;
  /** Whether its value is the path of a file that holds the secret. */
  isPath: boolean;
}

/** What variables are for: how their names and values have to be. */
export interface VariableRules {
  /** The naming, when `--names` says nothing else. */
  names: string;
  /** The names that the reader takes. */
  allows: RegExp;
  /** Most bytes of `NAME=value`. */
  limit?: number;
  /** Why the reader would not get this text as it is. */
  findFault?: (text: string) => string | undefined;
}

/** The environment of a process. Its names are free, if only SSM's characters are in them. */
export const ENVIRONMENT = {
  names: 'upper',
  allows: /^[\w./-]+$/,
  // Linux gives one string no more, its name included.
  limit: 128 * 1024 - 1,
} as const satisfies VariableRules;

/** A form in which `export` hands secrets on: a file of its own, and a line of index.ts. */
export type Format = VariableFormat | ObjectFormat;

/** Of names and texts. */
export interface VariableFormat {
  rules: VariableRules;
  /** For standard output. */
  render: (variables: readonly Variable[]) => string;
  /** For the end of a file that the job has. */
  appendix?: {
    /** The variable of the environment that holds the file's path. */
    path: string;
    /** Where there is such a file. */
    hint: string;
    render: (variables: readonly Variable[]) => string;
  };
}

/** Of whole values, binary ones too, in one object with a name. */
export interface ObjectFormat {
  renderObject: (secrets: readonly Secret[], target: ObjectName) => string;
}

export interface ObjectName {
  name: string;
  namespace?: string | undefined;
}

/** One line a variable. */
export function lines(
  renderLine: (name: string, value: string) => string,
): VariableFormat['render'] {
  return (variables) =>
    variables.map(({ variable, value }) => `${renderLine(variable, value)}\n`).join('');
}
