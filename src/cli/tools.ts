import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { refuseRole } from '../actions/pin/role.ts';
import { servicesFor } from '../actions/services.ts';
import type { Tools } from '../actions/tools.ts';
import { findHomeRegion } from '../aws/home-region.ts';
import { prepare, type Session } from '../aws/session.ts';
import { NO_SETUP } from '../aws/setup.ts';
import { CofferError } from '../errors.ts';
import { userFolder } from '../files/user-lock.ts';
import type { Host } from '../host.ts';
import { valueLimit } from '../sizes.ts';
import type { Environment } from './environment.ts';
import type { Flags } from './flags.ts';
import type { Input } from './terminal/streams.ts';
import { interruption } from './terminal/interrupt.ts';

/**
 * Makes what actions work with, from global flags and environment variables.
 * @param debug writes the lines of `--debug`
 */
export async function createTools(
  flags: Flags,
  env: Environment,
  host: Host,
  debug: (line: string) => void,
): Promise<Tools> {
  const session = sessionOf(flags, env, host, debug);
  const { concurrency } = session;
  return {
    ...servicesFor(session),
    host,
    region: flags.string('region'),
    allowedFiles: flags.list('allowFile').map((file) => resolve(file)),
    identityFiles: flags.list('identity'),
    homeRegion: await homeRegionOf(session),
    fileKey: {
      alias: env['COFFER_KEY_ALIAS'] || env['PSYML_KEY_ALIAS'] || 'alias/coffer',
      region: env['COFFER_KEY_REGION'] || env['PSYML_KEY_REGION'],
      lockFolder: () => userFolder(env),
    },
    concurrency,
    spoolFolder: tmpdir(),
    limit: valueLimit(flags.size('maxSize')),
  };
}

/** How global flags and the environment say to reach AWS. */
export function sessionOf(
  flags: Flags,
  env: Environment,
  host: Host,
  debug: (line: string) => void,
): Session {
  const role = flags.string('role');
  refuseRole(role, '--role');
  return {
    environment: env,
    profile: flags.string('profile'),
    role,
    region: flags.string('region'),
    askCode: askCodeOf(host),
    endpoint: flags.string('endpointUrl'),
    concurrency: flags.count('concurrency') ?? 8,
    interruption,
    log: flags.boolean('debug') ? (line: string) => debug(`coffer: debug: ${line}`) : undefined,
  };
}

/** Reads standard input once, even if a call names it twice. */
export function readInput(streams: { stdin: Input }): Tools['input'] {
  let read: Promise<Buffer> | undefined;
  return (limit) => (read ??= limit.gather('standard input', streams.stdin));
}

/** The files of profiles are read only if nothing else names a region. */
async function homeRegionOf(session: Session): Promise<string | undefined> {
  const { region, environment = {} } = session;
  const named = findHomeRegion(region, { ...NO_SETUP, environment });
  if (named) return named.region;
  // If the files cannot be read, whatever calls AWS reports it; other commands do not need them.
  const { setup = NO_SETUP } = await prepare(session).catch((error: unknown) => {
    if (error instanceof CofferError) return session;
    throw error;
  });
  return findHomeRegion(undefined, setup)?.region;
}

function askCodeOf(host: Host): Session['askCode'] {
  return async (device) =>
    host.isInteractive ? host.ask?.(`Code of the MFA device ${device}: `) : undefined;
}
