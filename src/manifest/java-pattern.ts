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
/** What one pattern may take, in milliseconds. */
const MOST_OF_ONE = 200;
/** What all patterns may take together. */
const MOST_OF_ALL = 1_000;
/** To start a pattern with a limit takes about as long, so only what is beyond counts. */
const FREE = 1;

/**
 * The time for patterns: a run has `most` milliseconds. A process that lives on, such as a server,
 * gets a hundredth of the time that passes.
 */
export class PatternTime {
  readonly #most: number;
  readonly #now: () => number;
  #left: number;
  #last: number;

  constructor(most = MOST_OF_ALL, now = () => performance.now()) {
    this.#most = most;
    this.#now = now;
    this.#left = most;
    this.#last = now();
  }

  /**
   * @param work gets the milliseconds that it may take
   * @throws if no time is left
   */
  spend<Result>(work: (milliseconds: number) => Result): Result {
    const start = this.#now();
    this.#left = Math.min(this.#most, this.#left + (start - this.#last) / 100);
    this.#last = start;
    const milliseconds = Math.floor(Math.min(MOST_OF_ONE, this.#left));
    if (milliseconds < 1) throw new Error('no time is left for patterns');
    try {
      return work(milliseconds);
    } finally {
      this.#last = this.#now();
      this.#left -= Math.max(0, this.#last - start - FREE);
    }
  }
}

/** Made by the first pattern: Node loads more for its clock. */
let timeOfProcess: PatternTime | undefined;

/** For all matches: to make one takes longer than most matches. */
let context: Context | undefined;

/**
 * Whether SSM would accept a value under its `allowed_pattern`: `whole` is a match of the whole
 * value, `part` a match of a part. `unknown` if Java may decide differently, or there is no time
 * to find out.
 */
export function matchPattern(
  pattern: string,
  value: string,
  time = (timeOfProcess ??= new PatternTime()),
): 'whole' | 'part' | 'no' | 'unknown' {
  if (!COMMON.test(pattern) || !ASCII.test(pattern + value)) return 'unknown';
  // In Java, $ also matches before a final line break.
  const texts = [value, value.replace(/(?:\r\n|[\r\n])$/, '')];
  const matches = (source: string) => {
    context ??= createContext();
    Object.assign(context, { texts, expression: new RegExp(source) });
    const inside = context;
    // Stops a pattern that would run forever.
    return time.spend((timeout) =>
      runInContext('texts.some((text) => expression.test(text))', inside, { timeout }),
    ) as boolean;
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
