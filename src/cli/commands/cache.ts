import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, rmdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAws } from '../../aws/index.ts';
import { CofferError } from '../../errors.ts';
import { cacheFolder } from '../../files/cache-folder.ts';
import { startSandbox } from '../../sandbox/index.ts';
import { EXIT, type Context } from '../context.ts';
import { FILE_BYTES, isCacheOff, sharedFolder } from '../start/code-cache.ts';
import { readKept, removeKept, writeKept } from '../start/kept-file.ts';

const BUCKET = 'coffer-cache';
const KEY = 'alias/coffer-cache';
const REGION = 'us-east-1';

/** Values of a kind each that commands read and write: plain, secret, generated, and large. */
const MANIFEST = `path: /coffer-cache/
region: ${REGION}
kmskey: ${KEY}
bucket: ${BUCKET}
parameters:
  - name: plain
    type: String
    value: text
  - name: secret
    type: SecureString
    value: text
  - name: generated
    type: SecureString
    generate: {length: 32}
  - name: large
    type: SecureString
    file: large.bin
`;
const LARGE_BYTES = 64 * 1024;

/** The commands whose code is kept. Each is run once; one after the other they work. */
const CALLS: readonly (readonly string[])[] = [
  ['help'],
  ['__complete', 'bash', 'coffer de'],
  ['encrypt', 'app.yml'],
  ['check', 'app.yml'],
  ['diff', 'app.yml'],
  ['sync', 'app.yml', '--yes'],
  ['list', 'app.yml'],
  ['decrypt', 'app.yml'],
  ['export', 'app.yml', '--no-blobs'],
  ['exec', 'app.yml', '--no-blobs', '--', process.execPath, '--version'],
  ['get', '/coffer-cache/secret'],
  ['get', '/coffer-cache/large'],
  ['textconv', 'app.yml'],
  ['merge-driver', 'app.yml', 'app.yml', 'app.yml'],
];

const NO_FOLDER =
  'it has to belong to you alone: check HOME and XDG_CACHE_HOME, and who may write there';
const NO_SCRIPT = 'leave out --shared: only what npm installed has a folder for all users';

export async function run(context: Context): Promise<number> {
  const { args, environment, flags, program, terminal } = context;
  const shared = sharedBy(program);
  const isShared = flags.boolean('shared');
  const folder = isShared ? shared : cacheFolder(environment);
  if (args[0] === 'clear') {
    if (folder !== undefined && existsSync(folder)) clear(folder);
    return EXIT.ok;
  }
  if (folder === undefined || isCacheOff(environment)) {
    throw new CofferError('usage', 'there is no folder for compiled code', {
      hint: isCacheOff(environment) ? 'unset COFFER_CACHE' : isShared ? NO_SCRIPT : NO_FOLDER,
    });
  }
  const work = await mkdtemp(join(tmpdir(), 'coffer-cache-'));
  try {
    if (isShared) await fillShared(context, work, folder);
    else await runCalls(context, work, environment.XDG_CACHE_HOME);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const names = new Set(CALLS.map(([name = '']) => name));
  // What all users share is not kept once more.
  const found = [folder, shared].find((at) => at !== undefined && hasAll(at, names));
  if (found === undefined) {
    throw new CofferError('disk', `the compiled code could not be written to ${folder}`, {
      hint: 'check its space, and that its file system knows when a file was created',
    });
  }
  terminal.note(`the compiled code of ${names.size} commands is in ${found}`);
  return EXIT.ok;
}

function clear(folder: string): void {
  removeKept(folder);
  try {
    rmdirSync(folder);
  } catch {
    // It holds something that is not coffer's.
  }
}

/** A single executable, which brings its code, has no script. */
function sharedBy(program: string | undefined): string | undefined {
  const isScript = program !== undefined && program !== process.execPath;
  return isScript ? sharedFolder(realpathSync(program)) : undefined;
}

function hasAll(folder: string, names: ReadonlySet<string>): boolean {
  const kept = existsSync(folder) ? readdirSync(folder) : [];
  return [...names].every((name) => kept.some((file) => file.endsWith(`-${name}`)));
}

/** Compiles into a folder of this user alone, and copies that. */
async function fillShared(context: Context, work: string, folder: string): Promise<void> {
  const own = cacheFolder({ XDG_CACHE_HOME: work });
  if (own === undefined) {
    throw new CofferError('usage', 'there is no folder to compile in', {
      hint: `who may write above ${work}? set TMPDIR to a folder that only you can change`,
    });
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    // The calls would use it, and keep nothing.
    removeKept(folder);
  } catch (cause) {
    throw new CofferError('disk', `cannot write to ${folder}`, {
      hint: 'run it as the user who installed coffer',
      cause,
    });
  }
  await runCalls(context, work, work);
  for (const name of readdirSync(own)) {
    const content = readKept(join(own, name), 'own', FILE_BYTES);
    if (content) writeKept(join(folder, name), 'shared', content);
  }
}

/** Runs the commands that scripts run, in a folder and a sandbox of their own. */
async function runCalls(
  { environment, program = '' }: Context,
  work: string,
  cacheHome: string | undefined,
): Promise<void> {
  const sandbox = await startSandbox({});
  try {
    await prepare(sandbox.url, work);
    const { HOME, PATH } = environment;
    const env = {
      HOME,
      PATH,
      XDG_CACHE_HOME: cacheHome,
      AWS_ENDPOINT_URL: sandbox.url,
      AWS_ACCESS_KEY_ID: 'sandbox',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_REGION: REGION,
      // Not the caller's profiles, which may lead elsewhere.
      AWS_CONFIG_FILE: join(work, 'none'),
      AWS_SHARED_CREDENTIALS_FILE: join(work, 'none'),
      COFFER_KEY_ALIAS: KEY,
    };
    // A single executable has no script.
    const script = program === process.execPath ? [] : [program];
    for (const call of CALLS) {
      await promisify(execFile)(process.execPath, [...script, ...call], { cwd: work, env }).catch(
        (cause: unknown) => {
          throw new CofferError('partial', `coffer ${call.join(' ')} did not work here`, {
            hint: 'coffer works without compiled code, too',
            cause,
          });
        },
      );
    }
  } finally {
    await sandbox.close();
  }
}

async function prepare(endpoint: string, work: string): Promise<void> {
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
  const aws = createAws({ endpoint, credentials, concurrency: 1 });
  await (await aws.buckets(REGION)).create(BUCKET);
  await (await aws.kms(REGION)).createKey(KEY, 'Made by coffer cache');
  await writeFile(join(work, 'app.yml'), MANIFEST);
  await writeFile(join(work, 'large.bin'), Buffer.alloc(LARGE_BYTES, 'text'));
}
