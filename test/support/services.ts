import { createKms, type KmsService } from '../../src/aws/kms.ts';
import { createObjectStore, type ObjectStore } from '../../src/stores/s3/objects.ts';
import { createParameterStore, type ParameterStore } from '../../src/stores/ssm.ts';
import type { Session } from '../../src/aws/session.ts';
import { REGION, type TestAws } from './aws.ts';

/** A session for the server at this address. */
export function sessionAt(endpoint: string): Session & { endpoint: string } {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
  return { endpoint, credentials, concurrency: 8 };
}

/** coffer's own KMS, SSM and S3, through the real SDK. */
export function kmsOf({ endpoint }: TestAws): KmsService {
  return createKms(sessionAt(endpoint), REGION);
}

export function parametersOf({ endpoint }: TestAws): ParameterStore {
  return createParameterStore(sessionAt(endpoint), REGION);
}

export function objectsOf({ endpoint }: TestAws): ObjectStore {
  return createObjectStore(sessionAt(endpoint), REGION);
}
