import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAws } from '../../aws/index.ts';
import { CofferError } from '../../errors.ts';
import { cacheFolder } from '../../files/cache-folder.ts';
import { startSandbox } from '../../sandbox/index.ts';
import { EXIT, type Context } from '../context.ts';
import { isCacheOff } from '../start/code-cache.ts';

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

export async function run(context: Context): Promise<number> {
  const { args, environment } = context;
  const folder = cacheFolder(environment);
  if (args[0] === 'clear') {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    return EXIT.ok;
  }
  if (folder === undefined || isCacheOff(environment)) {
    throw new CofferError('usage', 'there is no folder for compiled code', {
      hint: isCacheOff(environment)
        ? 'unset COFFER_CACHE'
        : 'it has to belong to you alone: check HOME and XDG_CACHE_HOME, and who may write there',
    });
  }
  await warm(context);
  const kept = await readdir(folder).catch(() => []);
  const names = new Set(CALLS.map(([name = '']) => name));
  if ([...names].some((name) => !kept.some((file) => file.endsWith(`-${name}`)))) {
    throw new CofferError('disk', `the compiled code could not be written to ${folder}`, {
      hint: 'check its space, and that you may write there',
    });
  }
  const count = names.size;
  context.terminal.note(`the compiled code of ${count} commands is in ${folder}`);
  return EXIT.ok;
}

/** Runs the commands that scripts run, in a folder and a sandbox of their own. */
async function warm({ environment, program = '' }: Context): Promise<void> {
  const sandbox = await startSandbox({});
  const work = await mkdtemp(join(tmpdir(), 'coffer-cache-'));
  try {
    await prepare(sandbox.url, work);
    const { HOME, PATH, XDG_CACHE_HOME } = environment;
    const env = {
      HOME,
      PATH,
      XDG_CACHE_HOME,
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
    await rm(work, { recursive: true, force: true });
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
