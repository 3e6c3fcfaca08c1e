import type { ObjectStore } from './s3/objects.ts';
import type { StoredParameter } from './parameter.ts';
import { pointerOf } from '../crypto/pointer.ts';
import type { Kms } from '../crypto/kms-port.ts';
import { fetchObject } from './s3/fetch.ts';

/** The value of a parameter, or of the object that it points to, in memory. */
export async function followPointer(
  parameter: Pick<StoredParameter, 'type' | 'value'>,
  services: { objects: () => Promise<ObjectStore>; kms: () => Promise<Kms>; spoolFolder: string },
): Promise<Buffer> {
  const pointer = pointerOf(parameter);
  if (!pointer) return Buffer.from(parameter.value, 'utf8');
  const object = await fetchObject(pointer, {
    objects: await services.objects(),
    kms: await services.kms(),
    spoolFolder: services.spoolFolder,
  });
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of object.unverified()) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    await object.close();
  }
}
