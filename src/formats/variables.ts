import { join, resolve } from 'node:path';
import { CofferError } from '../errors.ts';
import { writeValueFiles } from '../files/value-files.ts';
import type { Secret, Variable, VariableRules } from './format.ts';
import type { Shell } from './shell-names.ts';
import { describeSpecial } from './special-names.ts';
import { formatBytes } from '../sizes.ts';
import { asText } from './text.ts';
import { createNaming, type Naming } from './variable-names.ts';

/** The names of variables. */
export interface VariableNames {
  /** `upper`, `lower`, `exact`, or a pattern such as `APP_{NAME}`. */
  names?: string | undefined;
  /** Prefix of every name. */
  prefix?: string | undefined;
  /** Allows names that programs obey, such as `PATH`. */
  allowSpecial?: boolean | undefined;
  /** The shell that reads the variables. */
  shell?: Shell | undefined;
}

/** A value that can only go to a file. */
export interface Unfit {
  variable: string;
  secret: Secret;
  reason: string;
  /** Whether it is text short enough for a variable. */
  isPlain: boolean;
}

/**
 * The variables of secrets, in order. Values that cannot be variables become files in the folder
 * that `findFolder` returns, with their paths in variables `…_FILE`; without a folder, they are
 * left out.
 * @throws CofferError if a name is impossible, programs obey it, or two secrets would share it
 */
export async function assignVariables(
  secrets: readonly Secret[],
  rules: VariableRules,
  { names = rules.names, prefix, allowSpecial = false, shell }: VariableNames,
  findFolder: (unfit: readonly Unfit[]) => Promise<string | undefined> | string | undefined,
): Promise<Variable[]> {
  const naming = createNaming(names, prefix);
  const sorted = secrets.map((secret) => fit(secret, nameVariable(secret, naming, rules), rules));
  const unfit = sorted.filter((item) => 'reason' in item);
  const folder = unfit.length > 0 ? await findFolder(unfit) : undefined;
  const variables = sorted.flatMap((item) => {
    if (!('reason' in item)) return [item];
    if (folder === undefined) return [];
    const { secret, variable: path } = item;
    const variable = naming(`${secret.name}_FILE`);
    const value = resolve(join(folder, path));
    const fault = rules.findFault?.(value);
    if (fault !== undefined) {
      throw new CofferError(
        'usage',
        `${secret.name}: the path of its file cannot be exported: ${fault}`,
        {
          hint: 'choose another folder with --files',
          place: secret.place,
        },
      );
    }
    return [{ variable, value, secret, isPath: true }];
  });
  refuseCollisions(variables);
  refuseNames(
    variables,
    ({ variable, secret }) => {
      const fault = rules.findNameFault?.(variable, shell);
      return fault && `${secret.name}: ${fault}`;
    },
    'choose another name with --prefix or --names, or leave it out with --only',
  );
  if (rules.isEnvironment && !allowSpecial) {
    refuseNames(
      variables,
      ({ variable, secret }) => describeSpecial(secret.name, variable, Boolean(prefix)),
      'rename it with --prefix, leave it out with --only, or add --allow-special if you mean it',
    );
  }
  if (folder !== undefined) {
    const files = unfit.map(({ variable: path, secret }) => ({ ...secret, path }));
    await writeValueFiles(files, folder);
  }
  return variables;
}

/** Refuses variables for their names, all in one error. */
function refuseNames(
  variables: readonly Variable[],
  describe: (variable: Variable) => string | undefined,
  hint: string,
): void {
  const problems = variables.flatMap((variable) => {
    const message = describe(variable);
    return message ? [{ message, hint, place: variable.secret.place }] : [];
  });
  const [first] = problems;
  if (first) throw new CofferError('usage', first.message, { ...first, problems });
}

function nameVariable({ name, place }: Secret, naming: Naming, { allows }: VariableRules): string {
  const variable = naming(name);
  if (allows.test(variable)) return variable;
  throw new CofferError('usage', `${name}: ${variable} cannot be the name of a variable`, {
    hint: 'choose other names with --names or --prefix, or leave it out with --only',
    place,
  });
}

function fit(secret: Secret, variable: string, rules: VariableRules): Variable | Unfit {
  const { bytes } = secret;
  const text = asText(bytes);
  const unfit = (reason: string, isPlain: boolean) => ({ variable, secret, reason, isPlain });
  if (text === undefined) return unfit('it is binary', false);
  if (variable.length + 1 + bytes.length > (rules.limit ?? Infinity)) {
    return unfit(`${formatBytes(bytes.length)} do not fit into the environment`, false);
  }
  const fault = rules.findFault?.(text);
  if (fault !== undefined) return unfit(fault, true);
  // SSM knows no comma within an item.
  const items = secret.isList ? text.split(',') : undefined;
  return { variable, value: text, items, secret, isPath: false };
}

function refuseCollisions(variables: readonly Variable[]): void {
  const taken = new Map<string, string>();
  for (const { variable, secret } of variables) {
    const other = taken.get(variable);
    if (other !== undefined) {
      throw new CofferError(
        'manifest',
        `${other} and ${secret.name} would both be exported as ${variable}`,
        { hint: 'rename one of them', place: secret.place },
      );
    }
    taken.set(variable, secret.name);
  }
}
