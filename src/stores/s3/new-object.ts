/** An object to write; its bytes can be read at any place, so that parts can be sent again. */
export interface NewObject {
  size: number;
  /** User metadata, under bare lower-case names. */
  metadata: Readonly<Record<string, string>>;
  /** Of the whole, 64 hex digits. */
  sha256: string;
  read: (offset: number, length: number) => Promise<Buffer>;
  signal?: AbortSignal | undefined;
  /** Told of the bytes that arrived. */
  progress?: ((bytes: number) => void) | undefined;
}

/** What has to be there for an object to be written: nothing, or the one that was seen. */
export type Condition = { IfNoneMatch: '*' } | { IfMatch: string } | Record<string, never>;
