import { basename } from 'node:path';
import { git } from '../../actions/git.ts';
import { hook } from '../../actions/hook.ts';
import { init } from '../../actions/init.ts';
import { CofferError } from '../../errors.ts';
import { isThere } from '../../files/private-file.ts';
import { shellFile } from '../../files/shell-words.ts';
import { repositoryRoot } from '../../git/repository.ts';
import { EXAMPLE, newManifestText, type Destination } from '../../manifest/new-manifest.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { writeReport } from '../report.ts';
import { writeOptions } from '../options.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, terminal, tools } = context;
  const [file = 'secrets.yml'] = args;
  const given = destinationOf(context);
  const isComplete = isWhole(given);
  if (!isComplete && (await isThere(file))) {
    throw new CofferError('usage', `${file} already exists`, {
      hint: `coffer set ${shellFile(file)} NAME adds a secret to it`,
    });
  }
  const destination = isComplete ? given : await ask(context, file, given);
  const report = await init(tools, file, destination, {
    ...writeOptions(flags),
    schema: flags.isAllowed('schema'),
  });
  await installInGit(context, file, isComplete);
  await tellNext(terminal.note, file);
  await writeReport(context, report);
  return EXIT.ok;
}

/** What the flags and the surroundings say. */
export function destinationOf({ flags, tools }: Context): Partial<Destination> {
  const regions = flags.string('regions')?.toLowerCase().split(',');
  if (regions && flags.string('region') !== undefined) {
    throw new CofferError('usage', '--regions cannot be used with --region', {
      hint: 'a manifest has either one region or several',
    });
  }
  return {
    path: flags.string('path'),
    region: regions?.[0] ?? tools.homeRegion?.toLowerCase(),
    regions,
    kmskey: flags.string('kmskey'),
    bucket: flags.string('bucket'),
    account: flags.string('account'),
  };
}

/** Whether nothing that a manifest needs is missing. */
export function isWhole(given: Partial<Destination>): given is Destination {
  return given.path !== undefined && given.region !== undefined && given.kmskey !== undefined;
}

/** Names the flags that would do without a question. */
export function refuseIncomplete(given: Partial<Destination>, what: string): CofferError {
  const missing = [
    ...(given.path === undefined ? ['--path'] : []),
    ...(given.region === undefined ? ['--region'] : []),
    ...(given.kmskey === undefined ? ['--kmskey'] : []),
  ];
  return new CofferError('usage', `${what} needs ${missing.join(', ')}`, {
    hint: 'for example: --path /apps/superman/ --region us-east-1 --kmskey alias/superman',
  });
}

type Setting = Exclude<keyof Destination, 'regions'>;

async function ask(
  { terminal }: Context,
  file: string,
  given: Partial<Destination>,
): Promise<Destination> {
  if (!terminal.isInteractive) throw refuseIncomplete(given, 'without a terminal, coffer init');
  const app = basename(file)
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-');
  const whole: Destination = {
    ...given,
    path: given.path ?? `/${app}/`,
    region: given.region ?? 'us-east-1',
    kmskey: given.kmskey ?? `alias/${app}`,
  };
  const questions: readonly [Setting, string][] = [
    ['path', 'Path in SSM, the prefix of every name'],
    ['region', 'AWS region'],
    ['kmskey', 'KMS key for what is stored in AWS'],
    ['bucket', 'Bucket for values too large for SSM, if any'],
    ['account', 'AWS account, to refuse all others, if you like'],
  ];
  for (const [setting, question] of questions) {
    // The region that the surroundings name may not be the one that is meant.
    const isOpen = setting === 'region' && given.regions === undefined;
    if (!isOpen && given[setting] !== undefined) continue;
    for (;;) {
      const proposed = whole[setting];
      const suffix = proposed === undefined ? '' : ` [${proposed}]`;
      const answer = (await terminal.ask?.(`${question}${suffix}: `)) || proposed;
      const next = { ...whole, [setting]: answer };
      const problem = problemOf(next);
      if (problem) {
        terminal.note(problem);
        continue;
      }
      Object.assign(whole, next);
      break;
    }
  }
  return whole;
}

/** Why no manifest can be so. */
function problemOf(destination: Destination): string | undefined {
  try {
    newManifestText(destination, [EXAMPLE]);
    return undefined;
  } catch (error) {
    if (error instanceof CofferError) return error.message;
    throw error;
  }
}

/** Asks, unless the flags said all. */
async function installInGit(
  { flags, program, terminal, tools }: Context,
  file: string,
  isComplete: boolean,
): Promise<void> {
  const folder = process.cwd();
  if ((await repositoryRoot(folder)) === undefined) return;
  if (!flags.boolean('git')) {
    const question = 'Let git diff and merge manifests with coffer, and check every commit? [y/n] ';
    if (isComplete || (await terminal.choose(question, ['y', 'n'])) !== 'y') {
      terminal.note('later: coffer git install and coffer hook install, in every clone');
      return;
    }
  }
  await git(tools, folder, 'install', [file], { program });
  // Others may have a hook already: the manifest is there all the same.
  await hook(tools, folder, 'install', { program }).catch((error: unknown) => {
    if (!(error instanceof CofferError)) throw error;
    terminal.warn(error);
  });
}

async function tellNext(note: (text: string) => void, file: string): Promise<void> {
  const hasDotenv = await isThere('.env');
  const first = hasDotenv
    ? [`coffer import .env --into ${shellFile(file)}`, 'takes over the values of .env, encrypted']
    : [`coffer set ${shellFile(file)} api_token`, 'asks for a value, and encrypts it'];
  const second = [
    `coffer bootstrap ${shellFile(file)}`,
    'shows the keys and buckets that AWS lacks',
  ];
  const width = Math.max(...[first, second].map(([command = '']) => command.length));
  note('next:');
  for (const [command = '', why] of [first, second]) note(`  ${command.padEnd(width)}  ${why}`);
}
