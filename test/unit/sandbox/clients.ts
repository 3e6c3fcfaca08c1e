import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';

export interface Clients {
  kms: KMSClient;
  ssm: SSMClient;
  s3: S3Client;
  secrets: SecretsManagerClient;
}

/** Real clients, which do not retry unless asked to. */
export function clientsFor(
  endpoint: string,
  {
    region = 'us-east-1',
    accessKeyId = 'AKIATEST',
    maxAttempts = 1,
    ...more
  }: S3ClientConfig & { region?: string; accessKeyId?: string; maxAttempts?: number } = {},
): Clients {
  const credentials = { accessKeyId, secretAccessKey: 'secret' };
  const config = { endpoint, region, credentials, maxAttempts };
  return {
    kms: new KMSClient(config),
    ssm: new SSMClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true, ...more }),
    secrets: new SecretsManagerClient(config),
  };
}

/** The code of the error that AWS answers a call with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return (await errorOf(call)).name;
}

export async function errorOf(
  call: Promise<unknown>,
): Promise<Error & { $metadata?: { httpStatusCode?: number } }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('the call was expected to fail');
}
