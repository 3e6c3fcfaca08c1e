import { tmpdir } from 'node:os';
import { servicesFor } from './actions/services.ts';
import type { Tools } from './actions/tools.ts';
import { closeClients, type Session } from './aws/session.ts';
import { SILENT_HOST, type Host } from './host.ts';
import { requireArguments, type OptionsShape } from './library/arguments.ts';
import { ARGUMENTS } from './library/shapes.ts';
import { VERBS, type Verbs } from './library/verbs.ts';
import { parseSize, valueLimit } from './sizes.ts';

/** How to reach AWS, and the host. Defaults are those of the AWS SDK. */
export interface CofferOptions extends Pick<
  Session,
  'profile' | 'credentials' | 'role' | 'endpoint' | 'clients'
> {
  /** The region for names without a manifest. Default: that of the environment or the profile. */
  region?: string | undefined;
  /** The key for manifests that do not name one yet. Default: `alias/coffer`. */
  fileKey?: { alias?: string | undefined; region?: string | undefined } | undefined;
  /** Gets reports and questions of actions. Without it they are silent and need `yes: true`. */
  host?: Partial<Host> | undefined;
  /** Files with age identities, for manifests whose file key cannot be used. */
  identityFiles?: readonly string[] | undefined;
  /** Maximum concurrent calls per service. Default: 8. */
  concurrency?: number | undefined;
  /** When aborted, no further work starts, and calls wait only a little longer. */
  signal?: AbortSignal | undefined;
  /** Where the ciphertext of large objects is kept until it is verified. */
  spoolFolder?: string | undefined;
  /**
   * How much one call reads, values and objects together: a number of bytes, or a text such as
   * `500MB`. Default: 1 GiB.
   */
  maxSize?: number | string | undefined;
}

const OPTIONS = {
  profile: 'any',
  credentials: 'any',
  role: 'any',
  endpoint: 'any',
  clients: 'any',
  region: 'any',
  fileKey: 'any',
  host: 'any',
  identityFiles: 'list',
  concurrency: 'any',
  signal: 'any',
  spoolFolder: 'any',
  maxSize: 'any',
} as const satisfies OptionsShape<CofferOptions>;

/** The actions of coffer, bound to clients and a host. */
export interface Coffer extends Verbs {
  /** Closes the connections to AWS, except those of the caller's own clients. */
  close: () => void;
}

/**
 * Makes each client once, on first use: create one coffer, and close it at the end. It and every verb
 * refuse options that they do not know.
 */
export function createCoffer(options: CofferOptions = {}): Coffer {
  requireArguments('createCoffer', [OPTIONS], [options]);
  const { profile, credentials, role, endpoint, clients, signal, fileKey } = options;
  const { region, concurrency = 8 } = options;
  const host = hostOf(options.host, signal);
  const { ask } = host;
  const session: Session = {
    environment: process.env,
    profile,
    credentials,
    role,
    region,
    askCode: ask && ((device) => ask(`Code of the MFA device ${device}: `)),
    endpoint,
    clients,
    concurrency,
    interruption: signal,
  };
  const shared: Omit<Tools, 'aws' | 'stores' | 'limit'> = {
    host,
    region: undefined,
    identityFiles: options.identityFiles,
    homeRegion: region,
    fileKey: { alias: fileKey?.alias ?? 'alias/coffer', region: fileKey?.region },
    concurrency,
    spoolFolder: options.spoolFolder ?? tmpdir(),
  };
  const maxSize =
    options.maxSize === undefined ? undefined : parseSize(String(options.maxSize), 'maxSize');
  const bind = (
    verb: keyof Verbs,
    load: () => Promise<(tools: Tools, ...args: never[]) => unknown>,
  ) => {
    return async (...args: never[]) => {
      requireArguments(`coffer.${verb}`, ARGUMENTS[verb], args);
      const tools = { ...shared, ...servicesFor(session), limit: valueLimit(maxSize) };
      return (await load())(tools, ...args);
    };
  };
  const verbs = (Object.keys(VERBS) as (keyof Verbs)[]).map(
    (verb) => [verb, bind(verb, VERBS[verb])] as const,
  );
  return { ...(Object.fromEntries(verbs) as unknown as Verbs), close: () => closeClients(session) };
}

/** The caller's host, which may be an object of a class, and silence where it has nothing. */
function hostOf(given: Partial<Host> = {}, signal: AbortSignal | undefined): Host {
  return {
    note: given.note?.bind(given) ?? SILENT_HOST.note,
    warn: given.warn?.bind(given) ?? SILENT_HOST.warn,
    isInteractive: given.isInteractive,
    progress: given.progress?.bind(given) ?? SILENT_HOST.progress,
    confirm: given.confirm?.bind(given) ?? SILENT_HOST.confirm,
    ask: given.ask?.bind(given),
    onStop: given.onStop?.bind(given) ?? (() => signal),
  };
}
