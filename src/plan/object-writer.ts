import { rewrap, type KmsService } from '../aws/kms.ts';
import type { ObjectStore } from '../stores/s3/objects.ts';
import { decodeBase64 } from '../crypto/base64.ts';
import { requireCommit } from '../crypto/commit.ts';
import { blobContext } from '../crypto/contexts.ts';
import { explainBinding, type Rescue } from '../crypto/data-keys.ts';
import { objectContext } from '../crypto/object-v3.ts';
import { CofferError } from '../errors.ts';
import type { Manifest } from '../manifest/model.ts';
import { openBlobBody, openUnread } from '../seal/blob-body.ts';
import { isInParts, isOfOtherBytes, PartDigests, type Checksum } from '../stores/s3/checksum.ts';
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
  /** Of the blobs that were read already: S3 then refuses other bytes. */
  const checksums = new Map<string, Checksum>();
  const find = (fullName: string) => {
    const parameter = byName.get(fullName);
    if (parameter?.content.kind !== 'blob') {
      throw new CofferError('manifest', `${fullName} has no blob to publish`);
    }
    return { parameter, blob: parameter.content.blob };
  };
  /** Reads all of a blob, once for its digest and for the checksum of its parts. */
  const verify = async (fullName: string) => {
    const { parameter, blob } = find(fullName);
    const parts = new PartDigests();
    const onChunk = isInParts(blob.size) ? (chunk: Buffer) => parts.update(chunk) : undefined;
    const body = await openBlobBody(manifest, parameter, blob, onChunk);
    const checksum = parts.finish(blob.size, blob.sha256);
    checksums.set(fullName, checksum);
    return { body, checksum };
  };
  const open = async (fullName: string) => {
    const { parameter, blob } = find(fullName);
    const checksum = checksums.get(fullName);
    return checksum
      ? { body: await openUnread(manifest, parameter, blob), checksum }
      : verify(fullName);
  };
  const check = async (fullName: string) => {
    const { body } = await verify(fullName);
    await body.close();
  };
  const writer: ObjectWriter = {
    check,
    async publish(fullName, object, seen) {
      const { parameter, blob } = find(fullName);
      const { body, checksum } = await open(fullName);
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
          checksum,
          read: body.read,
          signal: options.signal,
          progress: options.onUploaded,
        };
        await publishObject(services.objects, object, sealed, seen);
      } catch (error) {
        // If the file changed since it was read, this says so.
        if (isOfOtherBytes(error)) await check(fullName);
        throw error;
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
