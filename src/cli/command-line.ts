import { cac } from 'cac';
import { CofferError } from '../errors.ts';
import { checkFlag, type GivenFlag } from './declared-flags.ts';
import { Flags, markValue, unmarkValue } from './flags.ts';
import { COMMANDS, findCommand } from './index.ts';
import { nearest } from '../manifest/nearest.ts';
import { GLOBAL_FLAGS, HELP_FLAGS, OVERVIEW_FLAGS } from './specs/flags.ts';
import type { CommandSpec } from './specs/spec.ts';
import { oneOf, unknown } from './unknown.ts';
import { isKnownFlag, readWords } from './words.ts';

/** One call, parsed. */
export interface Call {
  /** Absent when the call names no command. */
  spec: CommandSpec | undefined;
  /** Whether the call asks for help. */
  isHelp: boolean;
  args: readonly string[];
  /** The words after `--`, for a command that runs another. */
  rest: readonly string[];
  flags: Flags;
}

/**
 * Parses a call, without checking the number of its arguments.
 * @throws CofferError `usage` for an unknown command or flag, or an invalid value of a flag
 */
export function readCall(argv: readonly string[]): Call {
  const end = argv.indexOf('--');
  const rest = end < 0 ? [] : argv.slice(end + 1);
  const words = readWords(end < 0 ? argv : argv.slice(0, end));
  const isAsked = words.args[0] === 'help';
  if (isAsked) words.args.shift();
  // It is not a command that has help of its own.
  if (isAsked && words.args[0] === 'help') words.args.shift();
  if (words.args[0] === 'version') {
    words.args.shift();
    words.given.push({ name: '--version', value: undefined });
  }
  const spec = takeCommand(words.args, words.given);
  const { args, flags } = parse(words.args, words.given, spec);
  refuseOtherOperation(flags.list('operation'), spec);
  const isHelp = isAsked || flags.boolean('help');
  return spec && runsCommand(spec)
    ? { spec, isHelp, args, rest, flags }
    : { spec, isHelp, args: [...args, ...rest], rest: [], flags };
}

/**
 * Parses a call with cac. cac would take the word after a flag for its value, 0123 for a number,
 * and only one of `-o a --output b`, so every word is rewritten until it can mean one thing only.
 */
function parse(args: readonly string[], given: readonly GivenFlag[], spec?: CommandSpec) {
  const declared = [...GLOBAL_FLAGS, ...HELP_FLAGS, ...(spec?.flags ?? OVERVIEW_FLAGS)];
  const cli = cac('coffer');
  const words = given.map((one) => {
    const { flag, value } = checkFlag(one, declared, `coffer ${spec?.name ?? ''}`.trim());
    const name = `--${flag.isNegated ? 'no-' : ''}${flag.key}`;
    cli.option(flag.takesValue ? `${name} <value>` : name, '');
    if (flag.isNegated) return name;
    return `${name}=${value === undefined ? 'true' : markValue(value)}`;
  });
  const argv = ['node', 'coffer', ...words, ...args.map(markValue)];
  const parsed = cli.parse(argv, { run: false });
  return { args: parsed.args.map(unmarkValue), flags: new Flags(parsed.options) };
}

/** @throws CofferError `usage` for missing, unexpected or too many arguments */
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
  if (args.includes('')) {
    throw new CofferError('usage', `an argument of coffer ${spec.name} is empty`, {
      hint: 'is a variable unset?',
    });
  }
  for (const [i, argument] of wanted.entries()) {
    const arg = args[i];
    if (arg !== undefined && argument.includes('|')) {
      const words = argument.slice(1, -1).split('|');
      if (!words.includes(arg))
        throw unknown(`coffer ${spec.name} does not take ${arg}`, arg, words);
    }
  }
  if (!wanted.at(-1)?.includes('...') && args.length > wanted.length) {
    const which = spec.surplus === undefined ? args.at(-1) : 'more arguments';
    throw new CofferError('usage', `coffer ${spec.name} does not take ${which}`, {
      hint: spec.surplus ?? `see coffer help ${spec.name}`,
    });
  }
}

/** The positional arguments of a command, as declared. */
export function argumentsOf({ args }: CommandSpec): string[] {
  return args.split(/\[?-- /)[0]?.match(/[<[][^>\]]+[>\]]/g) ?? [];
}

function runsCommand({ args }: CommandSpec): boolean {
  return args.includes('-- ');
}

/** Removes the command's name from the front of the arguments. */
function takeCommand(args: string[], given: GivenFlag[]): CommandSpec | undefined {
  const [name] = args;
  const spec = findCommand(name);
  if (spec) args.shift();
  const implied = spec?.aliasFlags?.[name ?? ''];
  if (implied && !given.some((flag) => flag.name === implied.name)) given.push({ ...implied });
  const found = spec ?? operationOf(given);
  if (found || name === undefined) return found;
  const names = COMMANDS.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  const slip = given.find((flag) => !isKnownFlag(flag.name));
  // It is the value of a flag that is not one.
  if (slip && !nearest(name, names)) checkFlag(slip, [...GLOBAL_FLAGS, ...HELP_FLAGS], 'coffer');
  throw unknown(`unknown command ${name}`, name, names, 'coffer help lists the commands');
}

/**
 * s3-kms-ssm-secrets named its operation by a flag: -O, or -o in one version of its README. Turns
 * that -o, which is short for --output, into -O.
 */
function operationOf(given: GivenFlag[]): CommandSpec | undefined {
  const flag = given.find(({ name }) => /^(?:-O|--operation|-o)$/.test(name));
  const found =
    flag?.value === 'put' || flag?.value === 'get' ? findCommand(flag.value) : undefined;
  if (flag && found) flag.name = '-O';
  return found;
}

function refuseOtherOperation(operations: readonly string[], spec?: CommandSpec): void {
  const other = operations.find((operation) => operation !== spec?.name);
  if (other === undefined) return;
  throw new CofferError('usage', `--operation ${other} does not fit coffer ${spec?.name}`, {
    hint: 'leave it out: the command says what to do',
  });
}
