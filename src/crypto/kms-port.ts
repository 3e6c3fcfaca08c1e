/** A KMS encryption context: authenticated, not secret, logged by CloudTrail. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** A data key that KMS encrypted. */
export interface Wrapped {
  wrapped: Buffer;
  /** The KMS key that encrypted it, as an ARN. */
  keyArn: string;
}

/** The KMS calls that coffer's formats need. Implementations throw `CofferError`. */
export interface Kms {
  /** A new 256-bit data key, plain and wrapped under `keyId`. */
  generateDataKey(
    keyId: string,
    context: EncryptionContext,
  ): Promise<Wrapped & { dataKey: Buffer }>;
  /** Decrypts `wrapped`. With `keyId`, refuses any other key. */
  decrypt(wrapped: Buffer, context: EncryptionContext, keyId?: string): Promise<Buffer>;
  /** Encrypts `plaintext` (at most 4,096 bytes) under `keyId`. */
  encrypt(keyId: string, plaintext: Buffer, context: EncryptionContext): Promise<Wrapped>;
  /** Re-encrypts `wrapped` under another key or context; the plaintext stays inside KMS. */
  reEncrypt(
    wrapped: Buffer,
    from: { context: EncryptionContext; keyId?: string | undefined },
    to: { keyId: string; context: EncryptionContext },
  ): Promise<Wrapped>;
}
