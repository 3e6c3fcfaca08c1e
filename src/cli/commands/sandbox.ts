import { CofferError } from '../../errors.ts';
import { readBytes } from '../../files/read.ts';
import { shellExport } from '../../formats/shell.ts';
import { Policies } from '../../sandbox/iam/policies.ts';
import { startSandbox } from '../../sandbox/index.ts';
import { createAws } from '../../aws/index.ts';
import { EXIT, type Context } from '../context.ts';
import type { Environment } from '../environment.ts';
import type { Flags } from '../flags.ts';
import { endBy, untilSignal } from '../terminal/interrupt.ts';
import { refuseTrackedLink } from '../../seal/outward-link.ts';
import { SizeLimit } from '../../sizes.ts';
import { createRelay, runCommand } from '../run-command.ts';

/** IAM's own limits are far lower. */
const POLICY_LIMIT = new SizeLimit(1024 * 1024, { code: 'usage', hint: 'is it the right file?' });

export async function run(context: Context): Promise<number> {
  const { flags, terminal } = context;
  const region = context.tools.homeRegion ?? 'us-east-1';
  const folder = flags.string('folder');
  if (folder !== undefined) await refuseTrackedLink(folder);
  const sandbox = await startSandbox({
    port: flags.count('port'),
    folder,
    policies: await readPolicies(flags.list('policy')),
    accounts: readAccounts(flags.list('account')),
  });
  const environment = {
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_REGION: region,
    // boto3 and version 1 of the AWS CLI do not know AWS_REGION.
    AWS_DEFAULT_REGION: region,
  };
  try {
    await prepare(sandbox.url, region, flags);
    if (context.rest.length > 0) return await runInside(context, environment);
    for (const [name, value] of Object.entries(environment)) {
      await terminal.write(`${shellExport(name, value)}\n`);
    }
    terminal.note(`the sandbox runs at ${sandbox.url}; Ctrl-C stops it`);
    await untilSignal();
    return EXIT.ok;
  } finally {
    await sandbox.close();
  }
}

/** Parses `ACCESSKEYID=FILE`. */
async function readPolicies(words: readonly string[]): Promise<Policies> {
  const policies = new Policies();
  for (const word of words) {
    const [, accessKeyId, file] = /^(\w+)=(.+)$/s.exec(word) ?? [];
    if (accessKeyId === undefined || file === undefined) {
      throw new CofferError('usage', `--policy ${word} is not ACCESSKEYID=FILE`, {
        hint: 'for example --policy AKIACI=ci.json',
      });
    }
    const text = (await readBytes(file, POLICY_LIMIT)).toString('utf8');
    try {
      policies.set(accessKeyId, JSON.parse(text));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new CofferError('usage', `the sandbox cannot use the policy ${file}: ${why}`, {
        cause,
      });
    }
  }
  return policies;
}

/** Parses `ACCESSKEYID=ACCOUNT`. */
function readAccounts(words: readonly string[]): Map<string, string> {
  return new Map(
    words.map((word) => {
      const [, accessKeyId, account] = /^(\w+)=(\d{12})$/.exec(word) ?? [];
      if (accessKeyId !== undefined && account !== undefined) return [accessKeyId, account];
      throw new CofferError('usage', `--account ${word} is not ACCESSKEYID=ACCOUNT`, {
        hint: 'for example --account AKIAOTHER=444455556666',
      });
    }),
  );
}

/** Creates the requested buckets and keys, whatever the sandbox's policies allow. */
async function prepare(endpoint: string, region: string, flags: Flags): Promise<void> {
  const credentials = { accessKeyId: 'setup', secretAccessKey: 'sandbox' };
  const aws = createAws({ endpoint, credentials, concurrency: 1 });
  for (const name of flags.list('bucket')) await (await aws.buckets(region)).create(name);
  for (const alias of flags.list('key')) {
    const kms = await aws.kms(region);
    if (!(await kms.resolve(alias))) await kms.createKey(alias, 'Made by coffer sandbox');
  }
}

/** Runs a command with the sandbox as its AWS, without variables that lead to the real AWS. */
async function runInside(
  { rest, environment, inherited, program }: Context,
  aws: Readonly<Record<string, string>>,
): Promise<number> {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'));
  const relay = createRelay();
  relay.start();
  try {
    return await runCommand(rest, {
      environment: { ...Object.fromEntries(kept), ...besideProxies(environment), ...aws },
      path: environment['PATH'],
      inherited,
      relay,
      onSignal: program === undefined ? undefined : endBy,
    });
  } finally {
    relay.stop();
  }
}

/** Other programs send even calls to this machine through a proxy, unless NO_PROXY lists it. */
function besideProxies(environment: Environment): Record<string, string> {
  if (!Object.keys(environment).some((name) => /^https?_proxy$/i.test(name))) return {};
  const exceptions = environment['no_proxy'] ?? environment['NO_PROXY'];
  const list = [...(exceptions ? [exceptions] : []), '127.0.0.1', 'localhost'].join(',');
  return { NO_PROXY: list, no_proxy: list };
}
