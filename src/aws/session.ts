import { CofferError } from '../errors.ts';
import type { AccountGuard } from './account-guard.ts';
import { checkShapes, type Extensible } from './answer-shape.ts';
import type { Environment } from './environment.ts';
import { translate } from './errors.ts';
import type { Doing } from './explanations.ts';
import type { Limits } from './limits.ts';
import { SERVICES, type ServiceName } from './services.ts';
import { readSetup, type Setup } from './setup.ts';
import { describeSource, findSource, renewal } from './source.ts';

/** AWS credentials; the SDK's own type fits. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Only for temporary credentials, such as those of STS. */
  sessionToken?: string | undefined;
  expiration?: Date | undefined;
}

/** Default: the region of the environment or the profile. */
export type Region = string | undefined;

/** A client of the AWS SDK for JavaScript, version 3, such as `new SSMClient({…})`. */
export interface SdkClient {
  config: {
    region: () => Promise<string>;
    credentials?: Credentials | (() => Promise<Credentials>) | undefined;
  };
  destroy: () => void;
}

/** How to reach AWS; shared by every client of one run. */
export interface Session {
  /** Where to look for settings and credentials. Default: nowhere. */
  environment?: Environment | undefined;
  /** A profile of the shared AWS configuration files; it comes before the environment. */
  profile?: string | undefined;
  /** Replaces what the environment and the profile say; a provider is called again at their end. */
  credentials?: Credentials | (() => Promise<Credentials>) | undefined;
  /** The ARN of a role to assume with the credentials. */
  role?: string | undefined;
  /** Session tags for the role, which policies can test. */
  roleTags?: Readonly<Record<string, string>> | undefined;
  /** Asks a person for the code of an MFA device; undefined if nobody can be asked. */
  askCode?: ((device: string) => Promise<string | undefined>) | undefined;
  /** For calls that no manifest gives a region. */
  region?: Region;
  /** Replaces AWS's own endpoints, for example with a sandbox; then addresses buckets by path. */
  endpoint?: string | undefined;
  /** Clients to use unchanged, each for its own region; coffer makes the others. */
  clients?: Partial<Record<ServiceName, SdkClient>> | undefined;
  /** Maximum concurrent calls, for each service. */
  concurrency: number;
  /** Called for each answered call with its name, status and time, never its content. */
  log?: ((line: string) => void) | undefined;
  /** Sends each call, to count and to pace it. */
  meter?: (<T>(action: string, send: () => Promise<T>) => Promise<T>) | undefined;
  /** Aborts when the run should end: calls then wait only a little longer. */
  interruption?: AbortSignal | undefined;
  /** Time limits of calls. */
  limits?: Limits | undefined;
  /** Asked before each call that writes. Without it, nothing keeps writes from any account. */
  guard?: AccountGuard | undefined;
  /** The session that this one is a view of: they share clients, credentials and settings. */
  base?: Session | undefined;
  /** What the environment and the profile say; `prepare` reads it. */
  setup?: Setup | undefined;
}

/** The session itself, or the one that it is a view of: what views share is kept by it. */
export function baseOf(session: Session): Session {
  return session.base ?? session;
}

const setups = new WeakMap<Session, Promise<Setup>>();

/** The same session with its `setup`, read once. */
export async function prepare(session: Session): Promise<Session> {
  const { environment, profile } = session;
  if (session.setup || !environment) return session;
  const base = baseOf(session);
  const setup = setups.get(base) ?? readSetup(environment, profile);
  setups.set(base, setup);
  return { ...session, base, setup: await setup };
}

const clients = new WeakMap<Session, Map<string, SdkClient>>();

/** Closes the connections of all clients that the session made; not those of the caller. */
export function closeClients(session: Session): void {
  const made = clients.get(baseOf(session));
  for (const client of made?.values() ?? []) client.destroy();
  made?.clear();
}

/**
 * The client of a service in a region: the caller's, or one that coffer makes on first use.
 * @param use what tells apart two clients of one service
 */
export function clientFor<Client extends SdkClient>(
  session: Session,
  { service, region, use = '' }: { service: ServiceName; region: Region; use?: string },
  create: () => Client & Extensible,
): Client {
  const own = session.clients?.[service] as (Client & Sender) | undefined;
  if (own) return checked(own);
  const base = baseOf(session);
  const made = clients.get(base) ?? new Map<string, SdkClient>();
  clients.set(base, made);
  const name = `${service} ${use} ${region}`;
  const known = made.get(name) as Client | undefined;
  if (known) return known;
  const client = create();
  checkShapes(client);
  made.set(name, client);
  return client;
}

interface Sender {
  send: (command: Extensible, options?: object) => Promise<unknown>;
}

/**
 * A caller's client that checks the answers to coffer's own commands. The client itself does not
 * change: the check is part of each command. With options, even empty ones, the SDK does not keep
 * the commands of one kind, which would give the caller coffer's check.
 */
function checked<Client extends SdkClient & Sender>(client: Client): Client {
  const { config } = client;
  const send: Sender['send'] = (command, options = {}) => {
    checkShapes(command);
    return client.send(command, options);
  };
  // Nothing of coffer uses more of a client.
  return { config, send, destroy: () => client.destroy() } as unknown as Client;
}

/**
 * Makes and caches one instance per region.
 * @throws CofferError `usage` if the caller's client of the service is for another region
 */
export function perRegion<T>(
  session: Session,
  service: ServiceName,
  create: (region: Region, session: Session) => Promise<T>,
): (region: Region) => Promise<T> {
  const made = new Map<Region, Promise<T>>();
  return (region) => {
    let one = made.get(region);
    if (!one) {
      one = requireRegion(session, service, region).then(async () =>
        create(region, await prepare(session)),
      );
      made.set(region, one);
    }
    return one;
  };
}

async function requireRegion(
  { clients }: Session,
  service: ServiceName,
  region: Region,
): Promise<void> {
  const home = await clients?.[service]?.config.region();
  if (home === undefined || region === undefined || region === home) return;
  throw new CofferError('usage', `the ${service} client is for ${home}, not for ${region}`, {
    hint: 'pass a client for the region of the manifest, or none',
  });
}

/**
 * What changes nothing in AWS. A call that is not one of these counts as a write, so that a new one
 * is guarded before anybody thinks of it.
 */
const READS =
  /^(?:\w+:(?:Get|BatchGet|Head|List|Describe)|kms:(?:Decrypt|Encrypt|GenerateDataKey|ReEncrypt)$|sts:)/;

/**
 * Runs one call: logs it, and converts its failure to a `CofferError`.
 * @throws CofferError `credentials` if it writes, and a manifest names another account
 */
export async function call<T>(session: Session, doing: Doing, send: () => Promise<T>): Promise<T> {
  if (!READS.test(doing.action)) await session.guard?.requireAccount(ownService(session, doing));
  const started = process.uptime();
  const log = (outcome: string) =>
    session.log?.(
      `${doing.action} ${doing.target}: ${outcome}, ${Math.round((process.uptime() - started) * 1000)} ms`,
    );
  try {
    const result = await (session.meter ? session.meter(doing.action, send) : send());
    log('ok');
    return result;
  } catch (error) {
    log(error instanceof Error ? error.name : 'failed');
    throw translate(error, doing, renewalFor(session));
  }
}

/** The service of a call, if the caller's own client makes it: it has credentials of its own. */
function ownService({ clients: own }: Session, { action }: Doing): ServiceName | undefined {
  return SERVICES.find((name) => own?.[name] && action.startsWith(`${name}:`));
}

/** How to get other credentials than those of the session, and where these come from. */
function renewalFor({ credentials, setup }: Session): string | undefined {
  if (!setup) return undefined;
  const source = credentials ? { kind: 'caller' as const } : findSource(setup);
  return `they are from ${describeSource(source)}; ${renewal(source)}`;
}
