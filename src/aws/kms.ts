import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import {
  DATA_KEY_BYTES,
  type EncryptionContext,
  type Kms,
  type Wrapped,
} from '../crypto/kms-port.ts';
import { CofferError } from '../errors.ts';
import { incomplete, need } from './answer.ts';
import { awsErrorName } from './errors.ts';
import type { Doing } from './explanations.ts';
import { isMultiRegion, keyIn } from './multi-region.ts';
import { createNamedKey } from './new-key.ts';
import type { NamedKey } from './spare-key.ts';
import { clientConfig } from './client-config.ts';
import { call, clientFor, type Session } from './session.ts';

/** KMS of one region. */
export interface KmsService extends Kms {
  readonly region: string | undefined;
  /** The ARN behind a key id, alias or ARN; `undefined` if it does not exist. */
  resolve(keyId: string): Promise<string | undefined>;
  /** Creates a symmetric key with yearly rotation, and its `alias`. */
  createKey(alias: string, description: string): Promise<NamedKey>;
}

export function createKms(session: Session, region: string | undefined): KmsService {
  const client = clientFor(
    session,
    { service: 'kms', region },
    () => new KMSClient(clientConfig(session, 'kms', region)),
  );

  return {
    region,

    async generateDataKey(keyId, context) {
      const doing = { action: 'kms:GenerateDataKey', target: keyId };
      const answer = await call(session, doing, () =>
        client.send(
          new GenerateDataKeyCommand({
            KeyId: keyId,
            KeySpec: 'AES_256',
            EncryptionContext: { ...context },
          }),
        ),
      );
      const dataKey = Buffer.from(need(doing, answer, 'Plaintext'));
      if (dataKey.length !== DATA_KEY_BYTES)
        throw incomplete(doing, `a Plaintext of ${DATA_KEY_BYTES} bytes`);
      return { dataKey, ...wrappedOf(doing, answer) };
    },

    async decrypt(wrapped, context, by) {
      const keyId = typeof by === 'string' ? by : undefined;
      const target = keyId ?? `(context ${JSON.stringify(context)})`;
      const doing = { action: 'kms:Decrypt', target };
      const answer = await call(session, doing, () =>
        client.send(
          new DecryptCommand({
            CiphertextBlob: wrapped,
            EncryptionContext: { ...context },
            KeyId: keyId,
          }),
        ),
      );
      if (typeof by === 'object') requireAccount(need(doing, answer, 'KeyId'), by.account);
      return Buffer.from(need(doing, answer, 'Plaintext'));
    },

    async encrypt(keyId, plaintext, context) {
      const doing = { action: 'kms:Encrypt', target: keyId };
      const answer = await call(session, doing, () =>
        client.send(
          new EncryptCommand({
            KeyId: keyId,
            Plaintext: plaintext,
            EncryptionContext: { ...context },
          }),
        ),
      );
      return wrappedOf(doing, answer);
    },

    async reEncrypt(wrapped, from, to) {
      const doing = { action: 'kms:ReEncrypt', target: to.keyId };
      const answer = await call(session, doing, () =>
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
      return wrappedOf(doing, answer);
    },

    async resolve(keyId) {
      const doing = { action: 'kms:DescribeKey', target: keyId };
      try {
        const answer = await call(session, doing, () =>
          client.send(new DescribeKeyCommand({ KeyId: keyId })),
        );
        return need(doing, answer.KeyMetadata, 'Arn');
      } catch (error) {
        if (awsErrorName(error) === 'NotFoundException') return undefined;
        throw error;
      }
    },

    createKey(alias, description) {
      return createNamedKey({ session, client }, alias, description, (name) => this.resolve(name));
    },
  };
}

/**
 * Re-encrypts `wrapped` from one KMS key to another, in any regions.
 * @param check sees the data key where it has to be opened on the way; throws for a wrong one.
 * Without it, no data key is opened.
 */
export async function rewrap(
  wrapped: Buffer,
  from: { kms: KmsService; keyId?: string | undefined; context: EncryptionContext },
  to: { kms: KmsService; keyId: string; context: EncryptionContext },
  check?: (dataKey: Buffer) => void,
): Promise<Wrapped> {
  if (from.kms.region === to.kms.region) return to.kms.reEncrypt(wrapped, from, to);
  // ReEncrypt works within one region, where a multi-Region key may have a replica.
  const { region } = to.kms;
  if (region !== undefined && from.keyId !== undefined && isMultiRegion(from.keyId)) {
    const replica = { ...from, keyId: keyIn(region, from.keyId) };
    try {
      return await to.kms.reEncrypt(wrapped, replica, to);
    } catch (error) {
      if (!check || awsErrorName(error) !== 'NotFoundException') throw error;
    }
  }
  // Otherwise the data key passes through here.
  if (!check) throw new Error('a data key would have to be opened');
  const dataKey = await from.kms.decrypt(wrapped, from.context, from.keyId);
  check(dataKey);
  return to.kms.encrypt(to.keyId, dataKey, to.context);
}

function requireAccount(keyArn: string, account: string): void {
  if (keyArn.split(':')[4] === account) return;
  throw new CofferError('tampered', `it is under ${keyArn}, a key of another account`, {
    hint: `if you trust that account, add --allow-foreign`,
  });
}

function wrappedOf(doing: Doing, answer: { CiphertextBlob?: Uint8Array; KeyId?: string }): Wrapped {
  return {
    wrapped: Buffer.from(need(doing, answer, 'CiphertextBlob')),
    keyArn: need(doing, answer, 'KeyId'),
  };
}
