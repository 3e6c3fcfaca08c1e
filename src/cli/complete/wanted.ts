import type { FlagHelp } from '../help.ts';
import { argumentsOf } from '../command-line.ts';
import { namesOf, takesValue } from '../declared-flags.ts';
import { COMMANDS, findCommand } from '../index.ts';
import { GLOBAL_FLAGS, HELP_FLAGS, OVERVIEW_FLAGS } from '../specs/flags.ts';
import type { CommandSpec } from '../specs/spec.ts';
import { readWords } from '../words.ts';

export interface Candidate {
  word: string;
  meaning?: string;
}

/** Files, or all manifests of the repository. */
type Manifests = readonly string[] | 'all';

/** What may be completed at the cursor. */
export type Wanted =
  | { kind: 'words'; candidates: readonly Candidate[] }
  | { kind: 'manifest' }
  /** A parameter of one of these manifests. */
  | { kind: 'parameter'; manifests: Manifests }
  /** Any file; shells find those better. */
  | { kind: 'file' };

const NOTHING: Wanted = { kind: 'words', candidates: [] };

/** What may follow `words`, the words before the cursor; `typed` is the start of the next one. */
export function findWanted(words: readonly string[], typed: string): Wanted {
  if (words.includes('--')) return { kind: 'file' };
  if (words[0] === 'help' && typed.startsWith('-')) return flagWords(OVERVIEW_FLAGS);
  if (words[0] === 'help') return words.length === 1 ? commandWords() : NOTHING;
  const [name, ...given] = readWords(words).args;
  const spec = findCommand(name);
  if (name !== undefined && !spec) return NOTHING;

  const flags = [...(spec?.flags ?? []), ...GLOBAL_FLAGS, ...HELP_FLAGS];
  const flagOf = (word: string | undefined) =>
    flags.find((flag) => takesValue(flag) && namesOf(flag).includes(word ?? ''));
  const manifests = spec ? manifestsOf(spec, given) : [];
  const valued = flagOf(words.at(-1)) ?? flagOf(/^(--?[^=]+)=/.exec(typed)?.[1]);
  if (valued) return valueOf(valued, manifests);
  if (typed.startsWith('-')) return flagWords(flags);
  if (!spec) return commandWords([{ word: 'help', meaning: 'Explain a command' }]);
  return ofArgument(argumentAt(spec, given.length), manifests);
}

/** A command that may do without files means all. */
function manifestsOf(spec: CommandSpec, given: readonly string[]): Manifests {
  const named = given.filter((_, i) => /manifest/.test(argumentAt(spec, i)));
  const isOptional = argumentsOf(spec).includes('[...manifests]');
  return named.length === 0 && isOptional ? 'all' : named;
}

/** The declaration of argument number `i`; the last one may repeat. */
function argumentAt(spec: CommandSpec, i: number): string {
  const declared = argumentsOf(spec);
  const last = declared.at(-1) ?? '';
  return declared[i] ?? (last.includes('...') ? last : '');
}

function commandWords(more: readonly Candidate[] = []): Wanted {
  const commands = COMMANDS.map(({ name, summary }) => ({ word: name, meaning: summary }));
  return { kind: 'words', candidates: [...commands, ...more] };
}

function flagWords(flags: readonly FlagHelp[]): Wanted {
  const candidates = flags.flatMap((flag) =>
    namesOf(flag).map((word) => ({ word, meaning: flag[1] })),
  );
  return { kind: 'words', candidates };
}

function valueOf([written, , values]: FlagHelp, manifests: Manifests): Wanted {
  return values
    ? { kind: 'words', candidates: values.map((word) => ({ word })) }
    : ofArgument(/<[^>]+>/.exec(written)?.[0] ?? '', manifests);
}

/** Decides by the notation of an argument, or of a flag's value. */
function ofArgument(argument: string, manifests: Manifests): Wanted {
  const what = argument.replaceAll(/[<>[\].]/g, '');
  switch (what.replace(/s$/, '')) {
    case 'manifest':
      return { kind: 'manifest' };
    case 'name':
      return { kind: 'parameter', manifests };
    case 'file':
    case 'source':
    case 'dir':
      return { kind: 'file' };
    default:
      return what.includes('|')
        ? { kind: 'words', candidates: what.split('|').map((word) => ({ word })) }
        : NOTHING;
  }
}
