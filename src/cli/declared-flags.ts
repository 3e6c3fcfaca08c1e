import { CofferError } from '../errors.ts';
import type { FlagHelp } from './help.ts';
import { nearestFlag, oneOf, unknown } from './unknown.ts';

/** A flag as typed. */
export interface GivenFlag {
  /** Its name with dashes. */
  name: string;
  value: string | undefined;
}

/** A typed flag, with its declaration. */
export interface Flag {
  /** `createKey` for `--no-create-key`. */
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

function describeFlag(flag: FlagHelp): Flag {
  const [, no, long = ''] = /^--(no-)?(.+)$/.exec(namesOf(flag).at(-1) ?? '') ?? [];
  const key = long.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return { key, isNegated: no !== undefined, takesValue: takesValue(flag) };
}

/** Flags whose value may be empty. */
const MAY_BE_EMPTY = /<(text|suffix)>/;

/**
 * Finds the declaration of a flag, and normalises its value.
 * @throws CofferError `usage` for an unknown flag or an invalid value
 */
export function checkFlag(
  { name, value }: GivenFlag,
  declared: readonly FlagHelp[],
  command: string,
): { flag: Flag; value: string | undefined } {
  const found = declared.find((flag) => namesOf(flag).includes(name));
  if (!found) {
    const close = nearestFlag(name, declared.flatMap(namesOf));
    throw new CofferError('usage', `unknown flag ${name} for ${command}`, {
      hint: close ? `did you mean ${close}?` : `${command} --help lists the flags`,
    });
  }
  const flag = describeFlag(found);
  if (!flag.takesValue) {
    if (value === undefined) return { flag, value };
    throw new CofferError('usage', `${name} does not take a value`, {
      hint: 'remove the value',
    });
  }
  if (value === undefined || (value === '' && !MAY_BE_EMPTY.test(found[0]))) {
    throw new CofferError('usage', `${name} needs a value`, {
      hint:
        value === ''
          ? 'the value is empty: is a variable unset?'
          : `${found[0]}; write a value that begins with - as ${name}=…`,
    });
  }
  return { flag, value: canonicalValue(name, value, found) };
}

/** Accepts any letter case and returns the declared spelling. */
function canonicalValue(name: string, value: string, [, , values]: FlagHelp): string {
  const found = values?.find((one) => one.toLowerCase() === value.toLowerCase());
  if (!values || found !== undefined) return found ?? value;
  throw unknown(`${name} cannot be ${value}`, value, values, `use ${oneOf(values)}`);
}
