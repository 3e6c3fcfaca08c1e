import type { ObjectStore } from './s3/objects.ts';
import type { StoredParameter } from './parameter.ts';
import { pointerOf } from '../crypto/pointer.ts';
import type { Kms } from '../crypto/kms-port.ts';
import { fetchObject, type Demands } from './s3/fetch.ts';

/** The value of a parameter, or of the object that it points to, in memory. */
export async function followPointer(
  parameter: Pick<StoredParameter, 'type' | 'value'>,
  services: { objects: () => Promise<ObjectStore>; kms: () => Promise<Kms>; spoolFolder: string },
  demands: Demands,
): Promise<Buffer> {
  const pointer = pointerOf(parameter);
  if (!pointer) return Buffer.from(parameter.value, 'utf8');
  const { spoolFolder } = services;
  const [objects, kms] = [await services.objects(), await services.kms()];
  const object = await fetchObject(pointer, { objects, kms, spoolFolder }, demands);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of object.unverified()) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    await object.close();
  }
}
