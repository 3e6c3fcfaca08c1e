import { namesOf, takesValue, type GivenFlag } from './declared-flags.ts';
import { COMMANDS } from './index.ts';
import { GLOBAL_FLAGS, HELP_FLAGS } from './specs/flags.ts';

let known: ReadonlyMap<string, boolean> | undefined;

/**
 * Whether a flag takes a value, by name. Flags of the same name are of the same kind in every
 * command, so flags can be told from arguments before the command is known.
 */
function knownFlags(): ReadonlyMap<string, boolean> {
  const all = [...GLOBAL_FLAGS, ...HELP_FLAGS, ...COMMANDS.flatMap(({ flags }) => flags)];
  known ??= new Map(
    all.flatMap((flag) => namesOf(flag).map((name) => [name, takesValue(flag)] as const)),
  );
  return known;
}

/** Whether a command has a flag of this name. */
export function isKnownFlag(name: string): boolean {
  return knownFlags().has(name);
}

/** Separates arguments, including the command name, from flags and their values. */
export function readWords(words: readonly string[]): { args: string[]; given: GivenFlag[] } {
  const args: string[] = [];
  const given: GivenFlag[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!isFlag(word)) {
      args.push(word);
      continue;
    }
    const flag = takeApart(word);
    const next = words[i + 1];
    const takesNext = flag.value === undefined && knownFlags().get(flag.name);
    if (takesNext && next !== undefined && !isFlag(next)) {
      flag.value = next;
      i++;
    }
    given.push(flag);
  }
  return { args, given };
}

/** A single dash means standard input or output. */
function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** `--flag`, `--flag=value`, `-f`, `-f=value` or `-fvalue`. */
function takeApart(word: string): GivenFlag {
  const [, name = word, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
  const short = word.slice(0, 2);
  // -region lacks a dash: it is not the region "egion".
  const isGlued = name.length > 2 && knownFlags().get(short) && !knownFlags().has(`-${name}`);
  return isGlued ? { name: short, value: word.slice(2) } : { name, value };
}
