import { CofferError } from '../errors.ts';
import type { FlagHelp } from './help.ts';
import { nearestFlag, oneOf, unknown } from './unknown.ts';

/** A flag as it was typed. */
export interface GivenFlag {
  /** Its name, dashes included. */
  name: string;
  value: string | undefined;
}

/** A flag of a call as it is declared. */
export interface Flag {
  /** `createKey` of `--no-create-key`. */
  key: string;
  isNegated: boolean;
  takesValue: boolean;
}

/** The names of a flag, with dashes. */
export function namesOf([written]: FlagHelp): string[] {
  return written.replace(/ <.*/, '').split(', ');
}

export function takesValue([written]: FlagHelp): boolean {
  return written.includes('<');
}

export function describeFlag(flag: FlagHelp): Flag {
  const [, no, long = ''] = /^--(no-)?(.+)$/.exec(namesOf(flag).at(-1) ?? '') ?? [];
  const key = long.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return { key, isNegated: no !== undefined, takesValue: takesValue(flag) };
}

/** Flags that mean something without any text. */
const MAY_BE_EMPTY = /<(text|suffix)>/;

/**
 * The declaration of a flag, and the value as it is declared there.
 * @throws CofferError `usage` for a flag that is not declared, or whose value cannot be.
 */
export function checkFlag(
  { name, value }: GivenFlag,
  declared: readonly FlagHelp[],
  command: string,
): { flag: Flag; value: string | undefined } {
  const found = declared.find((flag) => namesOf(flag).includes(name));
  if (!found) {
    const close = nearestFlag(name, declared.flatMap(namesOf));
    throw new CofferError('usage', `${command} has no flag ${name}`, {
      hint: close ? `did you mean ${close}?` : `${command} --help lists the flags`,
    });
  }
  const flag = describeFlag(found);
  if (!flag.takesValue) {
    if (value === undefined) return { flag, value };
    throw new CofferError('usage', `${name} takes no value`, {
      hint: 'give it, or leave it out',
    });
  }
  if (value === undefined || (value === '' && !MAY_BE_EMPTY.test(found[0]))) {
    throw new CofferError('usage', `${name} needs a value`, {
      hint:
        value === ''
          ? 'it is empty: is a variable not set?'
          : `${found[0]}; a value that begins with - needs ${name}=…`,
    });
  }
  return { flag, value: canonicalValue(name, value, found) };
}

/** A value as it is declared, in whatever letter case it was typed. */
function canonicalValue(name: string, value: string, [, , values]: FlagHelp): string {
  const found = values?.find((one) => one.toLowerCase() === value.toLowerCase());
  if (!values || found !== undefined) return found ?? value;
  throw unknown(`${name} cannot be ${value}`, value, values, `it is ${oneOf(values)}`);
}
