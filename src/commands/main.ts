import { cac, type CAC } from 'cac';
import { CofferError } from '../errors.ts';
import { nearest } from '../manifest/read/nearest.ts';
import { createAws } from '../aws/index.ts';
import { EXIT, type Context } from './context.ts';
import { Flags, VERBATIM } from './flags.ts';
import { COMMANDS } from './index.ts';
import { GLOBAL_FLAGS } from './specs/flags.ts';
import type { CommandSpec } from './specs/spec.ts';
import { createTerminal } from './terminal.ts';

/** Set by the build. */
declare const COFFER_VERSION: string;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Runs one call of the command line; its exit status.
 * @throws CofferError for every expected failure.
 */
export async function main(argv: readonly string[], env: Environment): Promise<number> {
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
  const separator = words.indexOf('--');
  const rest = separator < 0 ? [] : words.splice(separator).slice(1);
  adoptOperation(words);
  const name = words[0]?.startsWith('-') ? undefined : words[0];
  const spec = COMMANDS.find((command) => command.name === name);
  if (name !== undefined && !spec) throw unknownCommand(name);

  const cli = declare(spec);
  const { args, options } = cli.parse(['node', 'coffer', ...keepVerbatim(words, spec)], {
    run: false,
  });
  if (options['help'] === true || options['version'] === true) return EXIT.ok;
  if (!spec) {
    cli.globalCommand.outputHelp();
    return EXIT.usage;
  }
  validate(cli, spec, options);
  const { run } = await spec.load();
  return run(createContext(args, rest, new Flags(options), env));
}

/** s3-kms-ssm-secrets named its operation by a flag. */
function adoptOperation(words: string[]): void {
  if (!words[0]?.startsWith('-')) return;
  const at = words.findIndex((word) => /^(?:-O|--operation)(?:=|$)/.test(word));
  const operation = words[at]?.split('=')[1] ?? words[at + 1];
  if (operation === 'put' || operation === 'get') words.unshift(operation);
}

/** Only the command that was called gets its flags; the others are there for the help text. */
function declare(called: CommandSpec | undefined): CAC {
  const cli = cac('coffer');
  for (const spec of COMMANDS) {
    const command = cli.command(`${spec.name} ${spec.args}`.trim(), spec.summary);
    if (spec !== called) continue;
    for (const [flag, description] of spec.flags) command.option(flag, description);
    for (const example of spec.examples) command.example(`  coffer ${example}`);
  }
  for (const [flag, description] of GLOBAL_FLAGS) cli.option(flag, description);
  cli.help((sections) => tidyHelp(sections, called)).version(COFFER_VERSION);
  return cli;
}

/** cac's help without what is no news: defaults of `--no-…` flags, and each command twice. */
function tidyHelp(sections: { title?: string; body: string }[], called: CommandSpec | undefined) {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 2;
  for (const section of sections) {
    section.body = section.body.replaceAll(' (default: true)', '').replaceAll(/ +$/gm, '');
    if (section.title === 'Commands') {
      section.body = COMMANDS.map((spec) => `  ${spec.name.padEnd(width)}${spec.summary}`).join(
        '\n',
      );
    }
  }
  if (called) sections.splice(1, 0, { body: `${called.summary}.` });
  const kept = sections.filter(({ title }) => !title?.startsWith('For more info'));
  if (kept.length < sections.length) kept.push({ body: 'coffer help <command> tells more.' });
  return kept;
}

/** The names, without dashes, of the flags that take a value. */
function valueFlags(spec: CommandSpec | undefined): Set<string> {
  const flags = [...GLOBAL_FLAGS, ...(spec?.flags ?? [])].map(([flag]) => flag);
  return new Set(
    flags
      .filter((flag) => flag.includes('<'))
      .flatMap((flag) => [...flag.matchAll(/-{1,2}([\w-]+)/g)].map(([, name = '']) => name)),
  );
}

/** Joins each value to its flag and marks it, so that the parser leaves it as it was typed. */
function keepVerbatim(words: readonly string[], spec: CommandSpec | undefined): string[] {
  const takesValue = valueFlags(spec);
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const [, flag = '', name = '', value] = /^(--?([\w-]+))(?:=(.*))?$/s.exec(word) ?? [];
    const next = words[i + 1];
    if (!takesValue.has(name)) kept.push(word);
    else if (value !== undefined) kept.push(`${flag}=${VERBATIM}${value}`);
    else if (next !== undefined && (next === '-' || !next.startsWith('-'))) {
      kept.push(`${flag}=${VERBATIM}${next}`);
      i++;
    } else throw new CofferError('usage', `${flag} needs a value`);
  }
  return kept;
}

function validate(cli: CAC, spec: CommandSpec, options: Readonly<Record<string, unknown>>): void {
  const known = [...GLOBAL_FLAGS, ...spec.flags].flatMap(([flag]) =>
    [...flag.matchAll(/(--?[\w-]+)/g)].map(([name]) => name),
  );
  for (const option of Object.keys(options)) {
    if (option === '--' || cli.matchedCommand?.hasOption(option)) continue;
    if (cli.globalCommand.hasOption(option)) continue;
    const flag = `${option.length === 1 ? '-' : '--'}${kebab(option)}`;
    const close = nearest(flag, known);
    throw new CofferError('usage', `coffer ${spec.name} has no flag ${flag}`, {
      hint: close ? `did you mean ${close}?` : `coffer help ${spec.name} lists its flags`,
    });
  }
  const wanted = spec.args.split(' ').filter(Boolean);
  const missing = wanted.filter((argument) => argument.startsWith('<'))[cli.args.length];
  if (missing !== undefined) {
    const what = missing.includes('manifest') ? 'a manifest' : 'a name';
    throw new CofferError('usage', `coffer ${spec.name} needs ${what}`, {
      hint: `for example: coffer ${spec.examples[0]}`,
    });
  }
  if (!spec.args.includes('...') && cli.args.length > wanted.length) {
    const which = spec.surplus === undefined ? cli.args.at(-1) : 'further argument';
    throw new CofferError('usage', `coffer ${spec.name} takes no ${which}`, {
      hint: spec.surplus ?? `see coffer help ${spec.name}`,
    });
  }
}

function unknownCommand(name: string): CofferError {
  const close = nearest(
    name,
    COMMANDS.map((command) => command.name),
  );
  return new CofferError('usage', `coffer has no command ${name}`, {
    hint: close ? `did you mean ${close}?` : 'coffer --help lists the commands',
  });
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function createContext(
  args: readonly string[],
  rest: readonly string[],
  flags: Flags,
  env: Environment,
): Context {
  const json = flags.boolean('json');
  const terminal = createTerminal({
    color: flags.isAllowed('color') && !env['NO_COLOR'],
    quiet: flags.boolean('quiet'),
  });
  return {
    args,
    rest,
    flags,
    json,
    terminal,
    region: flags.string('region'),
    homeRegion: flags.string('region') || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'],
    aws: createAws({
      profile: flags.string('profile'),
      endpoint: flags.string('endpointUrl') || env['AWS_ENDPOINT_URL'],
      concurrency: flags.count('concurrency') ?? 8,
      log: flags.boolean('debug')
        ? (line) => process.stderr.write(`coffer: debug: ${line}\n`)
        : undefined,
    }),
    fileKey: {
      alias: env['COFFER_KEY_ALIAS'] || env['PSYML_KEY_ALIAS'] || 'alias/coffer',
      region: env['COFFER_KEY_REGION'] || env['PSYML_KEY_REGION'],
    },
  };
}
