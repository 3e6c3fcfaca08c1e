/** A KMS encryption context: authenticated, not secret, logged by CloudTrail. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** A key that KMS encrypted. */
export interface Wrapped {
  wrapped: Buffer;
  /** The key that did it, whatever alias stood for it. */
  keyArn: string;
}

/** The KMS calls that coffer's formats need. Implementations throw `CofferError`. */
export interface Kms {
  /** A new 256-bit data key, plain and wrapped under `keyId`. */
  generateDataKey(
    keyId: string,
    context: EncryptionContext,
  ): Promise<Wrapped & { dataKey: Buffer }>;
  /** The plaintext of `wrapped`. With `keyId`, no other key may have wrapped it. */
  decrypt(wrapped: Buffer, context: EncryptionContext, keyId?: string): Promise<Buffer>;
  /** `plaintext` (at most 4,096 bytes) under `keyId`. */
  encrypt(keyId: string, plaintext: Buffer, context: EncryptionContext): Promise<Wrapped>;
  /** `wrapped` under another key or context; the plaintext stays inside KMS. */
  reEncrypt(
    wrapped: Buffer,
    from: { context: EncryptionContext; keyId?: string | undefined },
    to: { keyId: string; context: EncryptionContext },
  ): Promise<Wrapped>;
}
