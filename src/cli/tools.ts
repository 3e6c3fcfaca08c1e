import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { Tools } from '../actions/tools.ts';
import { createAws } from '../aws/index.ts';
import { userFolder } from '../files/user-lock.ts';
import type { Host } from '../host.ts';
import { valueLimit } from '../sizes.ts';
import { createStores } from '../stores/index.ts';
import type { Environment } from './environment.ts';
import type { Flags } from './flags.ts';
import { interruption } from './terminal/interrupt.ts';

/**
 * Makes what actions work with, from global flags and environment variables.
 * @param debug writes the lines of `--debug`
 */
export function createTools(
  flags: Flags,
  env: Environment,
  host: Host,
  debug: (line: string) => void,
): Tools {
  const concurrency = flags.count('concurrency') ?? 8;
  const session = {
    profile: flags.string('profile'),
    endpoint: flags.string('endpointUrl') || env['AWS_ENDPOINT_URL'],
    concurrency,
    interruption,
    log: flags.boolean('debug') ? (line: string) => debug(`coffer: debug: ${line}`) : undefined,
  };
  return {
    aws: createAws(session),
    stores: createStores(session),
    host,
    region: flags.string('region'),
    allowedFiles: flags.list('allowFile').map((file) => resolve(file)),
    homeRegion: flags.string('region') || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'],
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
