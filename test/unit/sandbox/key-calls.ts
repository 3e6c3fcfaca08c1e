import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';

import type { Callers } from './callers.ts';

const Plaintext = Buffer.from('x');

export const keyPolicy = (statements: readonly object[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((each) => ({ Action: 'kms:*', Resource: '*', ...each })),
  });

/** Calls of KMS, by whoever makes them. */
export function keyCallsOf(callers: () => Callers) {
  return {
    /** A key with this policy, or with the default one. */
    createKey: async (statements?: readonly object[]): Promise<string> => {
      const policy = statements && {
        Policy: keyPolicy(statements),
        BypassPolicyLockoutSafetyCheck: true,
      };
      const { KeyMetadata } = await callers().own.kms.send(new CreateKeyCommand({ ...policy }));
      return KeyMetadata?.Arn ?? '';
    },
    encrypt: (who: keyof Callers, KeyId: string, EncryptionContext?: Record<string, string>) =>
      callers()[who].kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext })),
    decrypt: (who: keyof Callers, CiphertextBlob: Uint8Array | undefined) =>
      callers()[who].kms.send(new DecryptCommand({ CiphertextBlob })),
    put: (who: keyof Callers, KeyId: string, statements: readonly object[], more: object = {}) =>
      callers()[who].kms.send(
        new PutKeyPolicyCommand({ KeyId, Policy: keyPolicy(statements), ...more }),
      ),
  };
}
