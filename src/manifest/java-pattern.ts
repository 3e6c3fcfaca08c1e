import { runInNewContext } from 'node:vm';
import type { Parameter, Refusal } from './model.ts';

/** What can follow a group's `(?`. */
const GROUP = /^(?:[:=!>]|<[=!]|<[A-Za-z][A-Za-z0-9]*>|[a-zA-Z]*(?:-[a-zA-Z]+)?[:)])/;

/** Why SSM would refuse a parameter's pattern. */
export function refusePattern({ allowedPattern }: Parameter): Refusal | undefined {
  const fault = allowedPattern === undefined ? undefined : findPatternFault(allowedPattern);
  if (fault === undefined) return undefined;
  return {
    message: `"allowed_pattern" does not compile: it ${fault}`,
    hint: 'SSM takes the regular expressions of Java',
  };
}

/**
 * Why Java, whose regular expressions SSM takes, cannot compile a pattern. Finds what is wrong for
 * certain; what it does not find may be wrong all the same.
 */
export function findPatternFault(pattern: string): string | undefined {
  let groups = 0;
  // At the beginning, and behind a ( or |, there is nothing to repeat.
  let isBare = true;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const wasBare = isBare;
    isBare = false;
    if (character === '\\') {
      at += 1;
      if (at === pattern.length) return 'ends with a backslash';
      // \p{Alpha}, \x{41}, \b{g}
      if (/^[A-PR-Za-z]\{/.test(pattern.slice(at, at + 2)))
        at = Math.max(pattern.indexOf('}', at), at);
      if (pattern[at] !== 'Q') continue;
      const end = pattern.indexOf('\\E', at);
      if (end === -1) return undefined;
      at = end + 1;
    } else if (character === '[') {
      const end = endOfClass(pattern, at);
      if (end === undefined) return 'has a [ without its ]';
      at = end;
    } else if (character === '(') {
      groups += 1;
      isBare = true;
      if (pattern[at + 1] !== '?') continue;
      const [opening] = GROUP.exec(pattern.slice(at + 2)) ?? [];
      if (opening === undefined) return 'has a (? that begins no group';
      at += 1 + opening.length;
      // Flags alone, as in (?i).
      if (opening.endsWith(')')) groups -= 1;
    } else if (character === ')') {
      groups -= 1;
      if (groups < 0) return 'has a ) without its (';
    } else if (character === '|') isBare = true;
    else if ('*+?'.includes(character) && wasBare)
      return `has a ${character} with nothing before it`;
    else if (character === '{' && !/^\{\d+(?:,\d*)?\}/.test(pattern.slice(at))) {
      return 'has a { that begins no count: write it as \\{';
    }
  }
  return groups > 0 ? 'has a ( without its )' : undefined;
}

/** Where a character class ends; Java has classes within classes. */
function endOfClass(pattern: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < pattern.length; at += 1) {
    const character = pattern[at];
    if (character === '\\') {
      if (pattern[at + 1] === 'Q') at = Math.max(pattern.indexOf('\\E', at), at);
      at += 1;
    } else if (character === '[') {
      depth += 1;
      if (pattern[at + 1] === '^') at += 1;
      // Right behind its [, a ] is a character like others.
      if (pattern[at + 1] === ']') at += 1;
    } else if (character === ']') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

/** What means the same in Java and JavaScript. */
const COMMON =
  /^(?:[^\\[\](){}?*+]|\\[dDwWtnr]|\\[^A-Za-z0-9]|\[\^?(?:[^\\[\]&^]|\\[dDwWtnr]|\\[^A-Za-z0-9])+\]|\((?:\?[:=!])?|\)|(?:[?*+]|\{\d+(?:,\d*)?\})\??(?![?*+{]))*$/;
const ASCII = /^[\t\n\r -~]*$/;
const MOST_MILLISECONDS = 200;

/**
 * Whether SSM refuses a value for its `allowed_pattern`: `whole` is a match from end to end, `part`
 * one somewhere within. `unknown` where Java could see it differently.
 */
export function matchPattern(pattern: string, value: string): 'whole' | 'part' | 'no' | 'unknown' {
  if (!COMMON.test(pattern) || !ASCII.test(pattern + value)) return 'unknown';
  // To Java, a line break at the very end is behind the $.
  const texts = [value, value.replace(/(?:\r\n|[\r\n])$/, '')];
  const matches = (source: string) => {
    const expression = new RegExp(source);
    // A pattern that takes for ever is stopped.
    return runInNewContext(
      'texts.some((text) => expression.test(text))',
      { texts, expression },
      { timeout: MOST_MILLISECONDS },
    ) as boolean;
  };
  try {
    if (matches(`^(?:${pattern})$`)) return 'whole';
    return matches(pattern) ? 'part' : 'no';
  } catch {
    return 'unknown';
  }
}
