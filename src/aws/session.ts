import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { translate, type Doing } from './errors.ts';
import { findInTime, LIMITS, PatientHandler, Retries, type Limits } from './waiting.ts';

/** How to reach AWS; shared by every client of one run. */
export interface Session {
  /** A profile of the shared AWS configuration files; without it, the SDK's default chain. */
  profile?: string | undefined;
  /** Instead of those that the SDK finds. */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Instead of AWS's own endpoints, such as a sandbox's; buckets are then addressed by path. */
  endpoint?: string | undefined;
  /** Most calls in flight at once, per service. */
  concurrency: number;
  /** Is told of each call that AWS answered: its name, status and time, never its content. */
  log?: ((line: string) => void) | undefined;
  /** Aborted once somebody wants the run to end: no call is waited for much longer then. */
  interruption?: AbortSignal | undefined;
  /** How long to wait for what. */
  limits?: Limits | undefined;
}

/** The part of the clients' configuration that is the same for KMS, SSM and S3. */
export function clientConfig(session: Session, region: string | undefined) {
  const limits = session.limits ?? LIMITS;
  const requestHandler = new PatientHandler(limits, session.interruption);
  return {
    // An empty one, such as from an empty variable, is none: the SDK looks for it elsewhere.
    ...(region ? { region } : {}),
    ...(session.profile ? { profile: session.profile } : {}),
    ...(session.endpoint === undefined ? {} : { endpoint: session.endpoint }),
    ...(session.credentials && { credentials: session.credentials }),
    credentialDefaultProvider: (init: object) =>
      // What gives out credentials is called like AWS itself.
      findInTime(defaultProvider({ ...init, clientConfig: { requestHandler } }), limits),
    retryStrategy: new Retries(),
    cacheMiddleware: true,
    requestHandler,
  };
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
