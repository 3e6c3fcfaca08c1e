import { cac } from 'cac';
import { CofferError } from '../errors.ts';
import { namesOf, prepareFlags, takesValue } from './declared-flags.ts';
import { Flags } from './flags.ts';
import { COMMANDS } from './index.ts';
import { GLOBAL_FLAGS, HELP_FLAGS } from './specs/flags.ts';
import type { CommandSpec } from './specs/spec.ts';
import { oneOf, unknown } from './unknown.ts';

/** One call, taken apart. */
export interface Call {
  /** Absent when no command was named. */
  spec: CommandSpec | undefined;
  args: readonly string[];
  /** What stands after `--`, for a command that runs another. */
  rest: readonly string[];
  flags: Flags;
}

/**
 * Reads a call, whose arguments are yet to be counted.
 * @throws CofferError `usage` for a command, a flag or a flag's value that there is not.
 */
export function readCall(argv: readonly string[]): Call {
  const words = [...argv];
  const end = words.indexOf('--');
  const rest = end < 0 ? [] : words.splice(end).slice(1);
  adoptOperation(words);
  const spec = findCommand(words);

  const declared = [...GLOBAL_FLAGS, ...HELP_FLAGS, ...(spec?.flags ?? [])];
  const prepared = prepareFlags(words, declared, spec?.name);
  const cli = cac('coffer');
  const command = cli.command(spec?.name ?? '');
  for (const [written, what] of declared) command.option(written, what);
  const { args, options } = cli.parse(['node', 'coffer', ...prepared], { run: false });
  const flags = new Flags(options);
  return spec && runsCommand(spec)
    ? { spec, args, rest, flags }
    : { spec, args: [...args, ...rest], rest: [], flags };
}

/** @throws CofferError `usage` for arguments that are missing, too many or not to be. */
export function checkArguments(spec: CommandSpec, args: readonly string[]): void {
  const wanted = argumentsOf(spec);
  const missing = wanted.filter((argument) => argument.startsWith('<'))[args.length];
  if (missing !== undefined) {
    const what = missing.replaceAll(/[<>.]|s>$/g, '');
    const thing = what.includes('|') ? oneOf(what.split('|')) : `a ${what}`;
    throw new CofferError('usage', `coffer ${spec.name} needs ${thing}`, {
      hint: `for example: coffer ${spec.examples[0]?.[0]}`,
    });
  }
  for (const [i, argument] of wanted.entries()) {
    const arg = args[i];
    if (arg !== undefined && argument.includes('|')) {
      const words = argument.slice(1, -1).split('|');
      if (!words.includes(arg)) throw unknown(`coffer ${spec.name} takes no ${arg}`, arg, words);
    }
  }
  if (!wanted.at(-1)?.includes('...') && args.length > wanted.length) {
    const which = spec.surplus === undefined ? args.at(-1) : 'further argument';
    throw new CofferError('usage', `coffer ${spec.name} takes no ${which}`, {
      hint: spec.surplus ?? `see coffer help ${spec.name}`,
    });
  }
}

/** The positional arguments of a command, in the notation of its declaration. */
export function argumentsOf({ args }: CommandSpec): string[] {
  return args.split(/\[?-- /)[0]?.match(/[<[][^>\]]+[>\]]/g) ?? [];
}

function runsCommand({ args }: CommandSpec): boolean {
  return args.includes('-- ');
}

/** s3-kms-ssm-secrets named its operation by a flag. */
function adoptOperation(words: string[]): void {
  if (!words[0]?.startsWith('-')) return;
  const pattern = /^(?:-O|--operation)(?:=?(put|get))?$/;
  const at = words.findIndex((word) => pattern.test(word));
  const operation = pattern.exec(words[at] ?? '')?.[1] ?? words[at + 1];
  if (at >= 0 && (operation === 'put' || operation === 'get')) words.unshift(operation);
}

/** The first word that is no flag and no flag's value. */
export function findCommandName(words: readonly string[]): string | undefined {
  const valued = new Set(GLOBAL_FLAGS.filter(takesValue).flatMap(namesOf));
  return words.find((word, i) => !word.startsWith('-') && !valued.has(words[i - 1] ?? ''));
}

function findCommand(words: readonly string[]): CommandSpec | undefined {
  const name = findCommandName(words);
  const names = COMMANDS.map((command) => command.name);
  const spec = COMMANDS.find((command) => command.name === name);
  if (name === undefined || spec) return spec;
  throw unknown(`coffer has no command ${name}`, name, names, 'coffer help lists the commands');
}
