import {
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { need } from './answer.ts';
import { awsErrorName } from './errors.ts';
import { clientConfig } from './client-config.ts';
import { call, clientFor, type Session } from './session.ts';

/** A key as KMS describes it. */
export interface KeyInfo {
  arn: string;
  /** `Enabled`, `Disabled`, `PendingDeletion` and others. */
  state: string;
  /** Whether it is a symmetric encryption key, as coffer needs. */
  isSymmetric: boolean;
  /** Whether KMS can rotate it: a customer key with KMS's own material, and not a replica. */
  canRotate: boolean;
}

export type KeyStore = ReturnType<typeof createKeyStore>;

/** Manages the KMS keys of one region. */
export function createKeyStore(session: Session, region: string | undefined) {
  const client = clientFor(
    session,
    { service: 'kms', region },
    () => new KMSClient(clientConfig(session, 'kms', region)),
  );

  return {
    /** The key behind an id, alias or ARN; `undefined` if it does not exist. */
    async describe(keyId: string): Promise<KeyInfo | undefined> {
      const doing = { action: 'kms:DescribeKey', target: keyId };
      try {
        const { KeyMetadata: key } = await call(session, doing, () =>
          client.send(new DescribeKeyCommand({ KeyId: keyId })),
        );
        return {
          arn: need(doing, key, 'Arn'),
          state: need(doing, key, 'KeyState'),
          isSymmetric: need(doing, key, 'KeySpec') === 'SYMMETRIC_DEFAULT',
          canRotate:
            key?.KeyManager === 'CUSTOMER' &&
            key.Origin === 'AWS_KMS' &&
            key.MultiRegionConfiguration?.MultiRegionKeyType !== 'REPLICA',
        };
      } catch (error) {
        if (awsErrorName(error) === 'NotFoundException') return undefined;
        throw error;
      }
    },

    async isRotated(arn: string): Promise<boolean> {
      const doing = { action: 'kms:GetKeyRotationStatus', target: arn };
      const answer = await call(session, doing, () =>
        client.send(new GetKeyRotationStatusCommand({ KeyId: arn })),
      );
      return need(doing, answer, 'KeyRotationEnabled');
    },

    async enableRotation(arn: string): Promise<void> {
      await call(session, { action: 'kms:EnableKeyRotation', target: arn }, () =>
        client.send(new EnableKeyRotationCommand({ KeyId: arn })),
      );
    },
  };
}
