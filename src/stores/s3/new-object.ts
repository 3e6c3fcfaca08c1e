/** An object to write; its bytes can be read at any offset, so that parts can be sent again. */
export interface NewObject {
  size: number;
  /** User metadata, with lower-case names without prefix. */
  metadata: Readonly<Record<string, string>>;
  /** SHA-256 of all bytes, 64 hex digits. */
  sha256: string;
  /** @param into a buffer that it may use, of at least that length */
  read: (offset: number, length: number, into?: Buffer) => Promise<Buffer>;
  signal?: AbortSignal | undefined;
  /** Called with the bytes uploaded so far. */
  progress?: ((bytes: number) => void) | undefined;
}

/** The condition of a write: no object, or the object seen before. */
export type Condition = { IfNoneMatch: '*' } | { IfMatch: string } | Record<string, never>;
