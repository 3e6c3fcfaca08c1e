import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import type { TestAws } from './aws.ts';
import { storedIn } from './stored.ts';

/** The keys of everything in a bucket under a prefix, including unfinished uploads. */
export function leftoversIn(aws: TestAws) {
  return async (prefix: string): Promise<{ objects: string[]; uploads: string[] }> => {
    const { Uploads = [] } = await aws.s3.send(
      new ListMultipartUploadsCommand({ Bucket: aws.bucket }),
    );
    return {
      objects: await storedIn(aws).objects(prefix),
      // Not every store filters by the prefix itself.
      uploads: Uploads.map(({ Key = '' }) => Key).filter((key) => key.startsWith(prefix.slice(1))),
    };
  };
}
