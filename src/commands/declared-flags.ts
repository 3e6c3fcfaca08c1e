import { CofferError } from '../errors.ts';
import type { FlagHelp } from '../render/help.ts';
import { VERBATIM } from './flags.ts';
import { oneOf, unknown } from './unknown.ts';

/** The names of a flag, with dashes. */
export function namesOf([written]: FlagHelp): string[] {
  return written.replace(/ <.*/, '').split(', ');
}

export function takesValue([written]: FlagHelp): boolean {
  return written.includes('<');
}

/**
 * Checks the flags, joins each value to its flag and marks it, so that the parser leaves it as it
 * was typed.
 */
export function prepareFlags(
  words: readonly string[],
  declared: readonly FlagHelp[],
  command = '',
): string[] {
  const flags = new Map(declared.flatMap((flag) => namesOf(flag).map((name) => [name, flag])));
  const prepared: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const [, name, joined, glued] = /^(--[^=]+|-[^-=])(?:=(.*)|(.+))?$/s.exec(word) ?? [];
    const value = joined ?? glued;
    if (name === undefined) {
      prepared.push(word);
      continue;
    }
    const flag = flags.get(name);
    if (!flag) {
      const message = `${`coffer ${command}`.trim()} has no flag ${name}`;
      const hint = `${`coffer help ${command}`.trim()} lists the flags`;
      throw unknown(message, name, [...flags.keys()], hint);
    }
    if (!takesValue(flag)) {
      if (value !== undefined) throw new CofferError('usage', `${name} takes no value`);
      prepared.push(word);
      continue;
    }
    const next = words[i + 1];
    if (value === undefined && (next === undefined || /^-./.test(next))) {
      throw new CofferError('usage', `${name} needs a value`);
    }
    if (value === undefined) i++;
    prepared.push(`${name}=${VERBATIM}${canonicalValue(name, value ?? next ?? '', flag)}`);
  }
  return prepared;
}

/** A value as it is declared, in whatever letter case it was typed. */
function canonicalValue(name: string, value: string, [, , values]: FlagHelp): string {
  const found = values?.find((one) => one.toLowerCase() === value.toLowerCase());
  if (!values || found !== undefined) return found ?? value;
  throw unknown(`${name} cannot be ${value}`, value, values, `it is ${oneOf(values)}`);
}
