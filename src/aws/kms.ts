import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import type { EncryptionContext, Kms } from '../crypto/kms-port.ts';
import { CofferError } from '../errors.ts';
import { awsErrorName } from './errors.ts';
import { call, clientConfig, type Session } from './session.ts';

/** KMS of one region. */
export interface KmsService extends Kms {
  readonly region: string | undefined;
  /** The ARN behind a key id, alias or ARN; `undefined` when there is none. */
  resolve(keyId: string): Promise<string | undefined>;
  /** A new symmetric key with yearly rotation on, named by `alias`; its ARN. */
  createKey(alias: string, description: string): Promise<string>;
}

export function createKms(session: Session, region: string | undefined): KmsService {
  const client = new KMSClient(clientConfig(session, region));

  return {
    region,

    async generateDataKey(keyId, context) {
      const answer = await call(session, { action: 'kms:GenerateDataKey', target: keyId }, () =>
        client.send(
          new GenerateDataKeyCommand({
            KeyId: keyId,
            KeySpec: 'AES_256',
            EncryptionContext: { ...context },
          }),
        ),
      );
      return {
        dataKey: bytes(answer.Plaintext),
        wrapped: bytes(answer.CiphertextBlob),
        keyArn: answer.KeyId ?? keyId,
      };
    },

    async decrypt(wrapped, context, keyId) {
      const target = keyId ?? `(context ${JSON.stringify(context)})`;
      const answer = await call(session, { action: 'kms:Decrypt', target }, () =>
        client.send(
          new DecryptCommand({
            CiphertextBlob: wrapped,
            EncryptionContext: { ...context },
            KeyId: keyId,
          }),
        ),
      );
      return bytes(answer.Plaintext);
    },

    async encrypt(keyId, plaintext, context) {
      const answer = await call(session, { action: 'kms:Encrypt', target: keyId }, () =>
        client.send(
          new EncryptCommand({
            KeyId: keyId,
            Plaintext: plaintext,
            EncryptionContext: { ...context },
          }),
        ),
      );
      return bytes(answer.CiphertextBlob);
    },

    async reEncrypt(wrapped, from, to) {
      const answer = await call(session, { action: 'kms:ReEncrypt', target: to.keyId }, () =>
        client.send(
          new ReEncryptCommand({
            CiphertextBlob: wrapped,
            SourceEncryptionContext: { ...from.context },
            SourceKeyId: from.keyId,
            DestinationKeyId: to.keyId,
            DestinationEncryptionContext: { ...to.context },
          }),
        ),
      );
      return bytes(answer.CiphertextBlob);
    },

    async resolve(keyId) {
      try {
        const answer = await call(session, { action: 'kms:DescribeKey', target: keyId }, () =>
          client.send(new DescribeKeyCommand({ KeyId: keyId })),
        );
        return answer.KeyMetadata?.Arn;
      } catch (error) {
        if (awsErrorName(error) === 'NotFoundException') return undefined;
        throw error;
      }
    },

    async createKey(alias, description) {
      const { KeyMetadata } = await call(session, { action: 'kms:CreateKey', target: alias }, () =>
        client.send(new CreateKeyCommand({ Description: description })),
      );
      const keyId = KeyMetadata?.KeyId;
      const arn = KeyMetadata?.Arn;
      if (!keyId || !arn) throw new CofferError('aws', 'kms:CreateKey gave no key back');
      await call(session, { action: 'kms:EnableKeyRotation', target: arn }, () =>
        client.send(new EnableKeyRotationCommand({ KeyId: keyId })),
      );
      await call(session, { action: 'kms:CreateAlias', target: alias }, () =>
        client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: keyId })),
      );
      return arn;
    },
  };
}

/** The key that brings `wrapped` from one KMS key to another, in whichever regions they are. */
export async function rewrap(
  wrapped: Buffer,
  from: { kms: KmsService; keyId?: string | undefined; context: EncryptionContext },
  to: { kms: KmsService; keyId: string; context: EncryptionContext },
): Promise<Buffer> {
  if (from.kms.region === to.kms.region) return to.kms.reEncrypt(wrapped, from, to);
  // ReEncrypt works within one region; across two the data key has to pass through here.
  const dataKey = await from.kms.decrypt(wrapped, from.context, from.keyId);
  return to.kms.encrypt(to.keyId, dataKey, to.context);
}

function bytes(data: Uint8Array | undefined): Buffer {
  if (!data) throw new CofferError('aws', 'KMS gave an incomplete answer');
  return Buffer.from(data);
}
