import type { Aws, Region } from '../aws/index.ts';
import type { Host } from '../host.ts';
import type { FileKeyAlias } from '../seal/file-key.ts';
import type { Stores } from '../stores/index.ts';

/** What every action works with, besides its own arguments and options. */
export interface Tools {
  aws: Aws;
  stores: Stores;
  host: Host;
  /** Instead of the region that a manifest names. */
  region: Region;
  /** Where to look for what no manifest names. */
  homeRegion: Region;
  fileKey: FileKeyAlias;
  /** Maximum concurrent calls, for each service. */
  concurrency: number;
  /** Where the ciphertext of large objects waits until it is verified. */
  spoolFolder: string;
}

/** Of actions that write manifests. */
export interface WriteOptions {
  /** Whether a missing file key may be created; it may unless this is false. */
  createKey?: boolean | undefined;
  /** How long to wait for another process that is writing the manifest. */
  lockTimeoutSeconds?: number | undefined;
}
