import { createDecipheriv, hkdfSync } from 'node:crypto';
import { DecryptCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { TestAws } from './aws.ts';

const SUITE = Buffer.from([0x00, 0x73]);
const TAG_BYTES = 16;

/** An object as it lies in S3. */
export interface Raw {
  body: Buffer;
  metadata: Record<string, string>;
}

export async function readRaw({ s3, bucket }: TestAws, key: string): Promise<Raw> {
  const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return {
    body: Buffer.from((await Body?.transformToByteArray()) ?? []),
    metadata: { ...Metadata },
  };
}

/**
 * Opens an object as the Amazon S3 Encryption Client's description of V3 says. It stands for the
 * other readers of the format, so it shares no code with coffer.
 */
export async function openV3({ kms }: TestAws, { body, metadata }: Raw): Promise<Buffer> {
  const bytes = (name: string) => Buffer.from(metadata[name] ?? '', 'base64');
  const { Plaintext = new Uint8Array() } = await kms.send(
    new DecryptCommand({
      CiphertextBlob: bytes('x-amz-3'),
      EncryptionContext: JSON.parse(metadata['x-amz-t'] ?? '{}') as Record<string, string>,
    }),
  );
  const derive = (label: string, length: number) =>
    Buffer.from(
      hkdfSync(
        'sha512',
        Plaintext,
        bytes('x-amz-i'),
        Buffer.concat([SUITE, Buffer.from(label, 'ascii')]),
        length,
      ),
    );
  if (!derive('COMMITKEY', 28).equals(bytes('x-amz-d'))) throw new Error('wrong commitment');
  const decipher = createDecipheriv('aes-256-gcm', derive('DERIVEKEY', 32), Buffer.alloc(12, 1));
  decipher.setAAD(SUITE).setAuthTag(body.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]);
}
