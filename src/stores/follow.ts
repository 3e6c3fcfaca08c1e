import type { ObjectStore } from './s3/objects.ts';
import type { StoredValue } from './parameter.ts';
import { pointerOf } from '../crypto/pointer.ts';
import type { Kms } from '../crypto/kms-port.ts';
import type { SizeLimit } from '../sizes.ts';
import { fetchObject, type Demands } from './s3/fetch.ts';

/** The value of a parameter, or of the object that it points to, in memory. */
export async function followPointer(
  parameter: Pick<StoredValue, 'name' | 'type' | 'value' | 'bytes'>,
  services: {
    objects: () => Promise<ObjectStore>;
    kms: () => Promise<Kms>;
    spoolFolder: string;
    limit: SizeLimit;
  },
  demands: Demands,
): Promise<Buffer> {
  const pointer = pointerOf(parameter);
  const { spoolFolder, limit } = services;
  if (!pointer) {
    const value = parameter.bytes ?? Buffer.from(parameter.value, 'utf8');
    limit.take(parameter.name, value.length);
    return value;
  }
  const [objects, kms] = [await services.objects(), await services.kms()];
  const object = await fetchObject(pointer, { objects, kms, spoolFolder, limit }, demands);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of object.unverified()) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    await object.close();
  }
}
