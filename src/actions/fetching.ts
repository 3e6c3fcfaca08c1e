import type { Pointer } from '../crypto/pointer.ts';
import type { Demands, FetchedObject } from '../stores/s3/fetch.ts';
import { fetchObject } from '../stores/s3/fetch.ts';
import type { Tools } from './tools.ts';

/**
 * Asks for an object, and tells the host how far its body is. The caller must close it.
 * @param region of the bucket and its KMS
 */
export async function fetchShown(
  { aws, stores, host, spoolFolder, limit }: Tools,
  pointer: Pointer,
  demands: Demands,
  region: string | undefined,
): Promise<FetchedObject> {
  const progress = host.progress('fetching', 'bytes');
  const services = {
    objects: await stores.objects(region),
    kms: await aws.kms(region),
    spoolFolder,
    limit,
    onProgress: (done: number, total: number) => {
      progress.update(done, total);
      // Before the data follows on a terminal.
      if (done === total) progress.end();
    },
  };
  const object = await fetchObject(pointer, services, demands).catch((error: unknown) => {
    progress.end();
    throw error;
  });
  return { ...object, close: () => object.close().finally(progress.end) };
}
