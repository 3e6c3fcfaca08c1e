import { rewrap, type KmsService } from '../aws/kms.ts';
import type { ObjectStore } from '../stores/s3/objects.ts';
import { decodeBase64 } from '../crypto/base64.ts';
import { requireCommit } from '../crypto/commit.ts';
import { blobContext } from '../crypto/contexts.ts';
import { explainBinding, type Rescue } from '../crypto/data-keys.ts';
import { objectContext } from '../crypto/object-v3.ts';
import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import { openBlobBody } from '../seal/blob-body.ts';
import { isGone, NOTHING, publishObject } from '../stores/s3/publish.ts';
import type { ObjectWriter } from '../stores/port.ts';

/**
 * KMS re-encrypts the data key from the file key to `kmskey`, so the publisher needs no right to
 * open it; only across regions may the key have to pass through here.
 */
export function createObjectWriter(
  manifest: Manifest,
  services: { fileKeyKms: KmsService; kms: KmsService; objects: ObjectStore; rescue: Rescue },
  options: {
    signal?: AbortSignal | undefined;
    onUploaded?: (bytes: number) => void;
    /** Opens no data key, so what would need that fails. */
    noDecrypt?: boolean | undefined;
    /** Told of parameters whose data key had to be opened on its way. */
    onOpened?: (fullName: string) => void;
  } = {},
): ObjectWriter {
  const byName = new Map(manifest.parameters.map((parameter) => [parameter.fullName, parameter]));
  const open = async (fullName: string) => {
    const parameter = byName.get(fullName);
    if (parameter?.content.kind !== 'blob') {
      throw new CofferError('manifest', `${fullName} has no blob to publish`);
    }
    const { blob } = parameter.content;
    return { parameter, blob, body: await openBlobBody(manifest, parameter, blob) };
  };
  const writer: ObjectWriter = {
    async check(fullName) {
      const { body } = await open(fullName);
      await body.close();
    },
    async publish(fullName, object, seen) {
      const { parameter, blob, body } = await open(fullName);
      try {
        const context = blobContext(manifest.destination, parameter);
        const subject = `the data key of ${fullName}`;
        const isFor = objectContext(fullName);
        const key = await rewrap(
          decodeBase64(blob.key) ?? Buffer.alloc(0),
          { kms: services.fileKeyKms, keyId: manifest.encryptedWith, context },
          { kms: services.kms, keyId: object.kmskey, context: isFor },
          options.noDecrypt
            ? undefined
            : (dataKey) => {
                requireCommit(dataKey, blob.commit, subject);
                options.onOpened?.(fullName);
              },
        )
          .catch(async (error: unknown) => {
            const dataKey = await services.rescue(error, blob, context, subject);
            return services.kms.encrypt(object.kmskey, dataKey, isFor);
          })
          .catch((error: unknown) => {
            throw explainBinding(error, blob, context);
          });
        const sealed = {
          ...object,
          ...key,
          parameter: fullName,
          read: body.read,
          signal: options.signal,
          progress: options.onUploaded,
        };
        await publishObject(services.objects, object, sealed, seen);
      } finally {
        await body.close();
      }
    },
    async keep(fullName, object) {
      if (await isGone(services.objects, object)) await writer.publish(fullName, object, NOTHING);
    },
  };
  return writer;
}
