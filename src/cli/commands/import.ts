import { stat } from 'node:fs/promises';
import { importPath, type ImportTarget } from '../../actions/import.ts';
import { readOneManifest } from '../../actions/manifests.ts';
import { isSecretArn } from '../../actions/parameter-name.ts';
import { STORES, type StoreName } from '../../manifest/model.ts';
import { importFile } from '../../actions/import/from-file.ts';
import { importSecrets } from '../../actions/import/from-secrets.ts';
import { FILE_KINDS } from '../../actions/import/read/kinds.ts';
import { isThere } from '../../files/private-file.ts';
import { CofferError } from '../../errors.ts';
import { shellFile } from '../../files/shell-words.ts';
import { EXIT, type Context, type ExitCode } from '../context.ts';
import { written } from '../flags.ts';
import { writeOptions } from '../options.ts';
import { decryptWithSops } from '../sops.ts';
import { destinationOf, isWhole } from './init.ts';

export async function run(context: Context): Promise<ExitCode> {
  const { args, flags, tools } = context;
  const [source = ''] = args;
  const options = { ...writeOptions(flags), allowForeign: flags.boolean('allowForeign') };
  const store = flags.choice('store', STORES) ?? (await storeOf(context, source));
  if (store === 'secretsmanager') await runSecrets(context, source);
  else if (store === undefined && (await isFile(source))) await runFile(context, source);
  else {
    refuseFlags(context, FOR_FILES, `${source} is a path in SSM`);
    await importPath(tools, source, await targetOf(context, source), options);
  }
  return EXIT.ok;
}

/** Of an ARN, or what the manifest says, unless the source is a file. */
async function storeOf({ flags, tools }: Context, source: string): Promise<StoreName | undefined> {
  const into = flags.string('into');
  if (isSecretArn(source)) return 'secretsmanager';
  if (into === undefined || source === '-' || !(await isThere(into))) return undefined;
  if ((await stat(source).catch(() => undefined))?.isFile()) return undefined;
  const { store } = await readOneManifest(tools, into);
  return store === 'secretsmanager' ? store : undefined;
}

/** Only what begins with a slash can be a path in SSM, unless it is a file or a pipe. */
async function isFile(source: string): Promise<boolean> {
  if (!source.startsWith('/')) return true;
  const found = await stat(source).catch(() => undefined);
  return found !== undefined && (found.isFile() || found.isFIFO());
}

const FOR_FILES = ['secret', 'plain', 'skip', 'overwrite', 'type', 'path', 'bucket', 'account'];
const FOR_PATHS = ['output', 'merge', 'allowForeign'];

function refuseFlags({ flags }: Context, names: readonly string[], why: string): void {
  const given = names.find((name) => flags.list(name).length > 0 || flags.boolean(name));
  if (given === undefined) return;
  throw new CofferError('usage', `${written(given)} does not fit: ${why}`);
}

function requireInto(flags: Context['flags'], hint: string): string {
  const into = flags.string('into');
  if (into !== undefined) return into;
  throw new CofferError('usage', 'coffer import needs --into with the manifest for the values', {
    hint,
  });
}

/** Which values become secrets, and how the manifest is written. */
function choiceOf(flags: Context['flags']) {
  return {
    ...writeOptions(flags),
    secret: flags.list('secret'),
    plain: flags.list('plain'),
    skip: flags.list('skip'),
    overwrite: flags.boolean('overwrite'),
  };
}

async function runSecrets(context: Context, source: string): Promise<void> {
  const { flags, tools } = context;
  refuseFlags(context, [...FOR_PATHS, 'type', 'bucket'], `${source} is in Secrets Manager`);
  const into = requireInto(
    flags,
    `for example: coffer import ${shellFile(source)} --store secretsmanager --into app.yml`,
  );
  await importSecrets(tools, source, into, {
    ...choiceOf(flags),
    destination: destinationOf(context),
  });
}

async function runFile(context: Context, source: string): Promise<void> {
  const { environment, flags, terminal, tools } = context;
  refuseFlags(context, FOR_PATHS, `${source} is a file, not a path in SSM`);
  const into = requireInto(
    flags,
    `for example: coffer import ${shellFile(source)} --into app.yml; a path in SSM begins with a slash`,
  );
  const destination = destinationOf(context);
  const question = 'Which are not secrets? Names, patterns such as LOG_*, or Enter: ';
  await importFile(tools, source, into, {
    ...choiceOf(flags),
    kind: flags.choice('type', FILE_KINDS),
    destination: isWhole(destination) ? destination : undefined,
    sops: (file) => decryptWithSops(file, environment),
    askPlain: terminal.isInteractive
      ? async (names) => {
          terminal.note(`from ${source}: ${names.join(', ')}`);
          return ((await terminal.ask?.(question)) ?? '').split(/[\s,]+/).filter(Boolean);
        }
      : undefined,
  });
}

async function targetOf({ flags, terminal }: Context, path: string): Promise<ImportTarget> {
  const into = flags.string('into');
  const isNew = into !== undefined && !(await isThere(into));
  const merge = flags.string('merge') ?? (isNew ? undefined : into);
  const output = flags.string('output') ?? (isNew ? into : undefined);
  const kmskey = flags.string('kmskey');
  if (merge === undefined) {
    if (output !== undefined) return { file: output, kmskey };
    return { file: fileFor(path), kmskey, write: (text) => terminal.write(text) };
  }
  for (const [flag, value] of Object.entries({ output, kmskey })) {
    if (value === undefined) continue;
    throw new CofferError(
      'usage',
      `--${flag} cannot be used with --merge: it is for a new manifest`,
    );
  }
  return { merge };
}

/** The file to which people usually redirect standard output. */
function fileFor(path: string): string {
  return `${path.split('/').findLast((part) => part !== '') ?? 'root'}.yml`;
}
