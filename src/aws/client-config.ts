import type { KMSClientConfig } from '@aws-sdk/client-kms';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { LIMITS } from './limits.ts';
import type { Session } from './session.ts';
import { findInTime, PatientHandler, Retries } from './waiting.ts';

/** The common configuration of the clients of KMS, SSM and S3. */
export function clientConfig(
  session: Session,
  region: string | undefined,
): KMSClientConfig & SSMClientConfig & S3ClientConfig {
  const limits = session.limits ?? LIMITS;
  const requestHandler = new PatientHandler(limits, session.interruption);
  return {
    // Ignores an empty one, for example from an empty variable: the SDK then looks elsewhere.
    ...(region ? { region } : {}),
    ...(session.profile ? { profile: session.profile } : {}),
    ...(session.endpoint === undefined ? {} : { endpoint: session.endpoint }),
    ...(session.credentials && { credentials: session.credentials }),
    credentialDefaultProvider: (init: object) =>
      // Calls to providers of credentials have the same limits as calls to AWS.
      findInTime(defaultProvider({ ...init, clientConfig: { requestHandler } }), limits),
    retryStrategy: new Retries(),
    cacheMiddleware: true,
    requestHandler,
  };
}
