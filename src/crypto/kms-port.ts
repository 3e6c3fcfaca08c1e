/** A KMS encryption context: authenticated, not secret, logged by CloudTrail. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Of a data key: AES-256. */
export const DATA_KEY_BYTES = 32;

/** A data key that KMS encrypted. */
export interface Wrapped {
  wrapped: Buffer;
  /** The KMS key that encrypted it, as an ARN. */
  keyArn: string;
}

/** This very key, or one of the account; without either, any key. */
export type KeyDemand = string | { account: string } | undefined;

/** The KMS calls that coffer's formats need. Implementations throw `CofferError`. */
export interface Kms {
  /** A new 256-bit data key, plain and wrapped under `keyId`. */
  generateDataKey(
    keyId: string,
    context: EncryptionContext,
  ): Promise<Wrapped & { dataKey: Buffer }>;
  /** The plaintext of `wrapped`, if a key that `by` allows has wrapped it. */
  decrypt(wrapped: Buffer, context: EncryptionContext, by?: KeyDemand): Promise<Buffer>;
  /** `plaintext` (at most 4,096 bytes) under `keyId`. */
  encrypt(keyId: string, plaintext: Buffer, context: EncryptionContext): Promise<Wrapped>;
  /** Re-encrypts `wrapped` under another key or context; the plaintext stays inside KMS. */
  reEncrypt(
    wrapped: Buffer,
    from: { context: EncryptionContext; keyId?: string | undefined },
    to: { keyId: string; context: EncryptionContext },
  ): Promise<Wrapped>;
}
