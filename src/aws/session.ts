import { CofferError } from '../errors.ts';
import { translate, type Doing } from './errors.ts';
import type { Limits } from './limits.ts';

/** Keys for AWS, for as long as they are valid; the SDK's own type fits. */
interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials, such as STS gives. */
  sessionToken?: string | undefined;
  expiration?: Date | undefined;
}

/** Without one, the region of the environment or the profile. */
export type Region = string | undefined;

/** The SDK's services that coffer calls. */
export type ServiceName = 'kms' | 'ssm' | 's3';

/** A client of the AWS SDK for JavaScript, version 3, such as `new SSMClient({…})`. */
export interface SdkClient {
  config: { region: () => Promise<string> };
  destroy: () => void;
}

/** How to reach AWS; shared by every client of one run. */
export interface Session {
  /** A profile of the shared AWS configuration files; without it, the SDK's default chain. */
  profile?: string | undefined;
  /** Instead of those that the SDK finds; a provider is asked again when they expire. */
  credentials?: Credentials | (() => Promise<Credentials>) | undefined;
  /** Instead of AWS's own endpoints, such as a sandbox's; buckets are then addressed by path. */
  endpoint?: string | undefined;
  /** Clients to use as they are, each for its one region; coffer makes the others. */
  clients?: Partial<Record<ServiceName, SdkClient>> | undefined;
  /** Maximum concurrent calls, for each service. */
  concurrency: number;
  /** Is told of each call that AWS answered: its name, status and time, never its content. */
  log?: ((line: string) => void) | undefined;
  /** Aborted once somebody wants the run to end: no call is waited for much longer then. */
  interruption?: AbortSignal | undefined;
  /** How long to wait for what. */
  limits?: Limits | undefined;
  /** Takes in the clients that were made, for `closeClients`. */
  opened?: Set<Pick<SdkClient, 'destroy'>> | undefined;
}

/** Closes the connections of all clients that the session made; not those that it was given. */
export function closeClients({ opened }: Session): void {
  for (const client of opened ?? []) client.destroy();
  opened?.clear();
}

/** The client of a service: the session's own, or a new one. */
export function clientFor<Client extends SdkClient>(
  session: Session,
  service: ServiceName,
  create: () => Client,
): Client {
  const own = session.clients?.[service] as Client | undefined;
  if (own) return own;
  const client = create();
  session.opened?.add(client);
  return client;
}

/**
 * Makes one of a kind for each region.
 * @throws CofferError `usage` when the session's own client of the service is for another region
 */
export function perRegion<T>(
  session: Session,
  service: ServiceName,
  create: (region: Region) => Promise<T>,
): (region: Region) => Promise<T> {
  const made = new Map<Region, Promise<T>>();
  return (region) => {
    let one = made.get(region);
    if (!one) {
      one = requireRegion(session, service, region).then(() => create(region));
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
    hint: 'pass a client of the region that the manifest names, or none',
  });
}

/** Runs one call: logs it, and turns its failure into a `CofferError`. */
export async function call<T>(session: Session, doing: Doing, send: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const log = (outcome: string) =>
    session.log?.(
      `${doing.action} ${doing.target}: ${outcome}, ${Math.round(performance.now() - started)} ms`,
    );
  try {
    const result = await send();
    log('ok');
    return result;
  } catch (error) {
    log(error instanceof Error ? error.name : 'failed');
    throw translate(error, doing);
  }
}
