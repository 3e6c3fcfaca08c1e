import type { Paint } from './terminal/paint.ts';

/** How a flag is written, what it does, and its values if they are few. */
export type FlagHelp = readonly [written: string, what: string, values?: readonly string[]];

/** The help of one command. */
export interface CommandHelp {
  name: string;
  /** Other names, which people know from other programs. */
  aliases?: readonly string[];
  /** The flag that one of these names stands for too. */
  aliasFlags?: Readonly<Record<string, { name: string; value: string }>>;
  /**
   * Positional arguments: `<needed>`, `[optional]`, `<...many>`, `<one|other>`, `[-- command...]`.
   */
  args: string;
  summary: string;
  /** What it reads and writes, the rights it needs, and what its exit codes mean. */
  description: string;
  flags: readonly FlagHelp[];
  /** Calls without `coffer`, and what they are for. */
  examples: readonly (readonly [call: string, why: string])[];
}

/** Every line of help fits a terminal of this many columns. */
const WIDTH = 80;
const WIDEST_TERM = 26;

const ABOUT = 'coffer keeps secrets in git as ciphertext, and in AWS as SSM parameters.\n';

const BEGINNINGS = [
  ['coffer init app.yml', 'makes a manifest, the list of your secrets'],
  ['coffer set app.yml token', 'asks for a value, and encrypts it'],
  ['coffer encrypt app.yml', 'encrypts the secrets: you can commit the file'],
  ['coffer diff app.yml', 'shows how AWS differs'],
  ['coffer sync app.yml', 'writes what differs'],
  ['coffer sandbox -- bash', 'opens a shell to try it in, without AWS'],
] as const;

export const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'failed'],
  ['2', 'wrong usage or manifest'],
  ['3', 'differences found'],
  ['4', 'partly failed'],
  ['130', 'interrupted'],
  ['141', 'the reader of the output left'],
];

interface Group {
  title: string;
  commands: readonly CommandHelp[];
}

/** The first steps, and the names of all commands: one screen. */
export function renderOverview(groups: readonly Group[], paint: Paint): string {
  const names = groups.map(
    ({ title, commands }) => [title, commands.map(({ name }) => name).join(' ')] as const,
  );
  return [
    ABOUT,
    section('Where to begin', renderTerms(BEGINNINGS), paint),
    section('Commands', renderTerms(names), paint),
    'coffer help <command> explains a command, coffer help --all lists everything.\n',
  ].join('\n');
}

/** All commands by subject with what they do, the flags they share, the exit codes. */
export function renderEverything(
  groups: readonly Group[],
  globalFlags: readonly FlagHelp[],
  paint: Paint,
): string {
  const width = Math.max(
    ...groups.flatMap(({ commands }) => commands.map(({ name }) => name.length)),
  );
  const subjects = groups.map(({ title, commands }) => {
    const lines = commands.flatMap(({ name, summary }) => renderTerm(name, summary, width));
    return section(title, lines, paint);
  });
  const aliases = groups
    .flatMap(({ commands }) => commands)
    .flatMap((command) =>
      (command.aliases ?? []).map((alias) => `${alias} is ${meaningOf(command, alias)}`),
    );
  return [
    ABOUT,
    section('Where to begin', renderTerms(BEGINNINGS), paint),
    ...subjects,
    section('Global flags', renderTerms(globalFlags), paint),
    `${wrap(`Other names: ${aliases.join(', ')}.`, WIDTH).join('\n')}\n`,
    `${wrap(`Exit codes: ${EXIT_CODES.map((row) => row.join(' ')).join(', ')}.`, WIDTH).join('\n')}\n`,
    'coffer help <command> explains a command.\n',
  ].join('\n');
}

/** One command: what it does, its flags, its examples. */
export function renderCommandHelp(
  command: CommandHelp,
  globalFlags: readonly FlagHelp[],
  paint: Paint,
): string {
  const { aliases = [], flags, examples } = command;
  const shared = globalFlags.map(([written]) => written.replace(/^-\w, /, '').replace(/ .*/, ''));
  const calls = examples.flatMap(([call, why]) => {
    const reason = wrap(why, WIDTH - 6).map((line) => `      ${line}`);
    const [line = '', ...more] = wrap(`coffer ${call}`, WIDTH - 8).map(paint.bold);
    return [[`  ${line}`, ...more.map((part) => `      ${part}`)].join(' \\\n'), ...reason];
  });
  return [
    `${renderUsage(command)}\n`,
    ...aliases.map((alias) => `${alias} is another name of ${meaningOf(command, alias)}.\n`),
    `${wrap(`${command.summary}.`, WIDTH).join('\n')}\n`,
    `${wrap(command.description, WIDTH).join('\n')}\n`,
    ...(flags.length > 0 ? [section('Flags', renderTerms(flags), paint)] : []),
    section('Examples', calls, paint),
    `${wrap(`Also ${shared.join(', ')}: see coffer help --all.`, WIDTH).join('\n')}\n`,
  ].join('\n');
}

/** `list`, or `export --from aws` for a name that stands for a flag too. */
function meaningOf({ name, aliasFlags }: CommandHelp, alias: string): string {
  const flag = aliasFlags?.[alias];
  return flag ? `${name} ${flag.name} ${flag.value}` : name;
}

/** `coffer set MANIFEST NAME [flags]`. */
export function renderUsage({ name, args, flags }: CommandHelp): string {
  const [, before = '', command = ''] = /^(.*?)(\[?-- .*)?$/.exec(args) ?? [];
  const words = before.replaceAll(
    /([<[])(\.{3})?([\w|]+)[>\]]/g,
    (_, bracket: string, many: string | undefined, what: string) => {
      const one = what.includes('|') ? what : what.toUpperCase();
      const word = many ? `${one.replace(/S$/, '')}...` : one;
      return bracket === '[' ? `[${word}]` : word;
    },
  );
  const options = flags.length > 0 ? '[flags]' : '';
  return ['coffer', name, words.trim(), options, command.toUpperCase()].filter(Boolean).join(' ');
}

/** Words and their meanings, in two columns. */
function renderTerms(terms: readonly (readonly [word: string, meaning: string, ...unknown[]])[]) {
  const width = Math.min(WIDEST_TERM, Math.max(...terms.map(([word]) => word.length)));
  return terms.flatMap(([word, meaning]) => renderTerm(word, meaning, width));
}

function section(title: string, lines: readonly string[], paint: Paint): string {
  return `${paint.bold(title)}\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** A long word gets its own line. */
function renderTerm(word: string, meaning: string, width: number): string[] {
  const indent = width + 4;
  const [first = '', ...more] = wrap(meaning, WIDTH - indent);
  const lines = more.map((line) => ' '.repeat(indent) + line);
  return word.length > width
    ? [`  ${word}`, ' '.repeat(indent) + first, ...lines]
    : [`  ${word.padEnd(width)}  ${first}`, ...lines];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
