import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { CofferError } from '../errors.ts';
import { shellExport } from '../render/shell.ts';
import { startSandbox } from '../sandbox/index.ts';
import { createAws } from '../aws/index.ts';
import { EXIT, type Context } from './context.ts';
import type { Flags } from './flags.ts';

export async function run(context: Context): Promise<number> {
  const { flags, terminal } = context;
  const region = context.homeRegion ?? 'us-east-1';
  const sandbox = await startSandbox({
    port: flags.count('port'),
    folder: flags.string('folder'),
  });
  const environment = {
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_REGION: region,
  };
  try {
    await prepare(sandbox.url, region, flags);
    const [command, ...args] = context.rest;
    if (command !== undefined) return await runInside(command, args, environment);
    for (const [name, value] of Object.entries(environment)) {
      await terminal.write(`${shellExport(name, value)}\n`);
    }
    terminal.note(`the sandbox runs at ${sandbox.url} until Ctrl-C`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    return EXIT.ok;
  } finally {
    await sandbox.close();
  }
}

/** Creates the buckets and keys that were asked for. */
async function prepare(endpoint: string, region: string, flags: Flags): Promise<void> {
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
  const aws = createAws({ endpoint, credentials, concurrency: 1 });
  for (const name of flags.list('bucket')) await (await aws.objects(region)).createBucket(name);
  for (const alias of flags.list('key')) {
    const kms = await aws.kms(region);
    if (!(await kms.resolve(alias))) await kms.createKey(alias, 'Made by coffer sandbox');
  }
}

/** Runs a command with the sandbox as its AWS, and nothing left that leads to the real one. */
async function runInside(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: { ...Object.fromEntries(inherited), ...environment },
  });
  // The terminal sends Ctrl-C to both; the command decides what becomes of it.
  const passOn = () => child.kill('SIGTERM');
  process.on('SIGINT', ignore).on('SIGTERM', passOn);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal ? constants.signals[signal] : 0);
  } catch (cause) {
    throw new CofferError('usage', `${command} cannot be run`, {
      hint: 'check its name; what follows -- is run as it is, without a shell',
      cause,
    });
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', passOn);
  }
}

function ignore(): void {}
