import { describe, expect, test } from 'vitest';
import { readCall } from '../../../src/cli/command-line.ts';
import { COMMANDS } from '../../../src/cli/index.ts';
import { GLOBAL_FLAGS, HELP_FLAGS } from '../../../src/cli/specs/flags.ts';
import type { FlagHelp } from '../../../src/cli/help.ts';
import { failureOf } from '../../support/failure.ts';
import { byLength } from '../../support/length.ts';

/** Words that a parser could mistake for values of flags, numbers or flags. */
const ARGS = ['a.yml', '0123', 'false', 'true', '1e3', '', '-', '@'];

interface Flag {
  /** The command that declares it. */
  command: string;
  names: string[];
  /** The key by which commands find it. */
  key: string;
  isNegated: boolean;
  /** A value that it accepts; absent if it takes none. */
  value: string | undefined;
}

const FLAGS = COMMANDS.flatMap(({ name, flags }) =>
  [...GLOBAL_FLAGS, ...HELP_FLAGS, ...flags].map((flag) => describeFlag(flag, name)),
);

function describeFlag([written, , values]: FlagHelp, command: string): Flag {
  const names = written.replace(/ <.*/, '').split(', ');
  const [, no, long = ''] = /^--(no-)?(.+)$/.exec(names.at(-1) ?? '') ?? [];
  const taken = values ? (values.find((value) => value === command) ?? values[0]) : '0123';
  return {
    command,
    names,
    key: long.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
    isNegated: no !== undefined,
    value: written.includes('<') ? taken : undefined,
  };
}

/** Every way to write a flag. */
function spellings({ names, value }: Flag): string[][] {
  if (value === undefined) return names.map((name) => [name]);
  return names.flatMap((name) => [
    [name, value],
    [`${name}=${value}`],
    ...(name.startsWith('--') ? [] : [[name + value]]),
  ]);
}

/** A call's arguments and flags, by key. */
function reading(words: readonly string[]): object {
  const { spec, args, rest, flags } = readCall(words);
  const told = FLAGS.filter(({ command }) => command === spec?.name).flatMap((flag) => {
    const isOn = flag.isNegated ? !flags.isAllowed(flag.key) : flags.boolean(flag.key);
    const given = flag.value === undefined ? isOn : flags.list(flag.key);
    return given === false || (Array.isArray(given) && given.length === 0)
      ? []
      : [[flag.key, given]];
  });
  return { command: spec?.name, args, rest, flags: Object.fromEntries(told) };
}

const NAMED = FLAGS.map((flag) => [`${flag.command} ${flag.names.at(-1)}`, flag] as const);

describe('a flag works in any position, and takes only its own value:', () => {
  test.each(NAMED)('%s', (_, flag) => {
    const { command, key, value } = flag;
    const words = [command, ...ARGS];
    for (const spelt of spellings(flag)) {
      for (const at of byLength([0, 1, words.length], [...words.keys(), words.length])) {
        const once = { command, args: ARGS, rest: [], flags: { [key]: value ? [value] : true } };
        expect(reading(words.toSpliced(at, 0, ...spelt))).toEqual(once);
        const twice = { ...once, flags: { [key]: value ? [value, value] : true } };
        expect(reading([...spelt, ...words.toSpliced(at, 0, ...spelt)])).toEqual(twice);
      }
    }
  });
});

test.each(COMMANDS.map(({ name }) => [name]))('%s accepts all its flags at once', (command) => {
  const flags = FLAGS.filter((flag) => flag.command === command);
  const expected = Object.fromEntries(flags.map(({ key, value }) => [key, value ? [value] : true]));
  for (const [before, after] of [
    [flags, []],
    [[], flags],
    [flags.filter((_, i) => i % 2 > 0), flags.filter((_, i) => i % 2 === 0)],
  ]) {
    const words = (some: Flag[] = []) => some.flatMap((flag) => spellings(flag)[0] ?? []);
    expect(reading([command, ...words(before), ...ARGS, ...words(after)])).toEqual({
      command,
      args: ARGS,
      rest: [],
      flags: expected,
    });
  }
});

describe('refuses an incomplete flag:', () => {
  test.each(NAMED)('%s', async (_, { command, names, value }) => {
    for (const name of names) {
      const calls =
        value === undefined
          ? ['', 'true', 'false', 'no', '0'].map((given) => [`${name}=${given}`])
          : [[name], [name, '--json'], [name, '-x'], [name, '--', value], [name, '--yes=x']];
      for (const words of calls) {
        const error = await failureOf(() => readCall([command, 'a.yml', ...words]));
        expect(error, words.join(' ')).toMatchObject({ code: 'usage' });
        expect(error.message).toBe(
          `${name} ${value === undefined ? 'does not take a value' : 'needs a value'}`,
        );
      }
    }
  });
});

test('a flag name takes a value in every command, or in none', () => {
  const kinds = new Map<string, boolean>();
  for (const { names, value } of FLAGS) {
    for (const name of names) {
      expect(kinds.get(name) ?? value !== undefined, name).toBe(value !== undefined);
      kinds.set(name, value !== undefined);
    }
  }
});
