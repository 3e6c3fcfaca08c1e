import { createKms, type KmsService } from '../../src/aws/kms.ts';
import { createObjectStore, type ObjectStore } from '../../src/aws/objects.ts';
import { REGION, type TestAws } from './aws.ts';

export function sessionOf({ endpoint }: TestAws) {
  return {
    endpoint,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    concurrency: 8,
  };
}

/** coffer's own KMS and S3, through the real SDK. */
export function kmsOf(aws: TestAws): KmsService {
  return createKms(sessionOf(aws), REGION);
}

export function objectsOf(aws: TestAws): ObjectStore {
  return createObjectStore(sessionOf(aws), REGION);
}
