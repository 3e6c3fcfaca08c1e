import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Kms } from '../../../src/crypto/kms-port.ts';
import { formatMetadata } from '../../../src/crypto/object-format.ts';
import { createObjectCipher, objectContext } from '../../../src/crypto/object-v3.ts';
import { digestOf, HINTS } from '../../../src/stores/s3/expected.ts';
import type { SealedObject } from '../../../src/stores/s3/publish.ts';
import type { TestAws } from '../../support/aws.ts';

const PARAMETER = '/app/sealed';

/** A V3 object of `plaintext`, its body in memory. */
export async function sealObject(kms: Kms, keyId: string, plaintext: Buffer) {
  const { dataKey, wrapped, keyArn } = await kms.generateDataKey(keyId, objectContext(PARAMETER));
  const { cipher, ...commitment } = createObjectCipher(dataKey);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  const object: SealedObject = {
    sha256: createHash('sha256').update(body).digest('hex'),
    size: body.length,
    commitment,
    wrapped,
    keyArn,
    kmskey: keyId,
    parameter: PARAMETER,
    read: (offset, length) => Promise.resolve(body.subarray(offset, offset + length)),
  };
  const metadata = {
    ...formatMetadata(wrapped, commitment, PARAMETER),
    [HINTS.kmskey]: keyId,
    [HINTS.keyArn]: keyArn,
    [HINTS.wrappedSha256]: digestOf(wrapped),
    [HINTS.parameter]: object.parameter,
  };
  return { body, object, metadata };
}

/** Writes an object without coffer. */
export async function store(
  { s3, bucket }: TestAws,
  key: string,
  body: Buffer,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: { ...metadata } }),
  );
}
