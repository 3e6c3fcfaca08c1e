import { createContext, runInContext, type Context } from 'node:vm';
import type { Parameter, Refusal } from './model.ts';

/** What may follow `(?` in a group. */
const GROUP = /^(?:[:=!>]|<[=!]|<[A-Za-z][A-Za-z0-9]*>|[a-zA-Z]*(?:-[a-zA-Z]+)?[:)])/;

/** Why SSM would refuse a parameter's pattern. */
export function refusePattern({ allowedPattern }: Parameter): Refusal | undefined {
  const fault = allowedPattern === undefined ? undefined : findPatternFault(allowedPattern);
  if (fault === undefined) return undefined;
  return {
    message: `"allowed_pattern" does not compile: it ${fault}`,
    hint: 'SSM uses the regular expressions of Java',
  };
}

/**
 * Why Java, whose regular expressions SSM uses, cannot compile a pattern. Reports only certain
 * faults; a pattern without one may still be invalid.
 */
export function findPatternFault(pattern: string): string | undefined {
  let groups = 0;
  // At the beginning, and after ( or |, there is nothing to repeat.
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
      if (opening === undefined) return 'has a (? that does not begin a group';
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
      return 'has a { that does not begin a count: write it as \\{';
    }
  }
  return groups > 0 ? 'has a ( without its )' : undefined;
}

/** The end of a character class; Java nests classes. */
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
      // Right after [, a ] is an ordinary character.
      if (pattern[at + 1] === ']') at += 1;
    } else if (character === ']') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

/** Syntax with the same meaning in Java and JavaScript. */
const COMMON =
  /^(?:\((?:\?[:=!])?|(?:[^\\[\](){}?*+]|\\[dDwWtnr]|\\[^A-Za-z0-9]|\[\^?(?:[^\\[\]&^]|\\[dDwWtnr]|\\[^A-Za-z0-9])+\]|\))(?:(?:[?*+]|\{\d+(?:,\d*)?\})\??)?)*$/;
const ASCII = /^[\t\n\r -~]*$/;
const MOST_MILLISECONDS = 200;
/** For all matches: to make one takes longer than most matches. */
let context: Context | undefined;

/**
 * Whether SSM would accept a value under its `allowed_pattern`: `whole` is a match of the whole
 * value, `part` a match of a part. `unknown` if Java may decide differently.
 */
export function matchPattern(pattern: string, value: string): 'whole' | 'part' | 'no' | 'unknown' {
  if (!COMMON.test(pattern) || !ASCII.test(pattern + value)) return 'unknown';
  // In Java, $ also matches before a final line break.
  const texts = [value, value.replace(/(?:\r\n|[\r\n])$/, '')];
  const matches = (source: string) => {
    context ??= createContext();
    Object.assign(context, { texts, expression: new RegExp(source) });
    // Stops a pattern that would run forever.
    return runInContext('texts.some((text) => expression.test(text))', context, {
      timeout: MOST_MILLISECONDS,
    }) as boolean;
  };
  try {
    if (matches(`^(?:${pattern})$`)) return 'whole';
    return matches(pattern) ? 'part' : 'no';
  } catch {
    return 'unknown';
  } finally {
    // Secrets need not stay in memory.
    if (context) context['texts'] = [];
  }
}
