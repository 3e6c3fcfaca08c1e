import type { KMSClientConfig } from '@aws-sdk/client-kms';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import type { SSMClientConfig } from '@aws-sdk/client-ssm';
import { baseConfig } from './base-config.ts';
import { credentialsOf } from './credentials.ts';
import type { EndpointService } from './endpoints.ts';
import type { Session } from './session.ts';

/** The common configuration of the clients of AWS's services. */
export function clientConfig(
  session: Session,
  service: EndpointService,
  region: string | undefined,
): KMSClientConfig & SSMClientConfig & S3ClientConfig & SecretsManagerClientConfig {
  return { ...baseConfig(session, service, region), credentials: credentialsOf(session) };
}
