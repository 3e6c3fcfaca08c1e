import type { Aws, Region } from '../aws/index.ts';
import type { Host } from '../host.ts';
import type { FileKeyAlias } from '../seal/file-key.ts';
import type { SizeLimit } from '../sizes.ts';
import type { Stores } from '../stores/index.ts';

/** What every action works with, besides its own arguments and options. */
export interface Tools {
  aws: Aws;
  stores: Stores;
  host: Host;
  /** Overrides the region of manifests. */
  region: Region;
  /** Files and folders that manifests may name although they are outside of the repository. */
  allowedFiles?: readonly string[] | undefined;
  /** Files with age identities, for manifests whose file key cannot be used. */
  identityFiles?: readonly string[] | undefined;
  /** Reads what `-` stands for among the files of a call, such as standard input. */
  input?: ((limit: SizeLimit) => Promise<Buffer>) | undefined;
  /** The region for names without a manifest. */
  homeRegion: Region;
  fileKey: FileKeyAlias;
  /** Maximum concurrent calls, for each service. */
  concurrency: number;
  /** Where the ciphertext of large objects is kept until it is verified. */
  spoolFolder: string;
  /** How much one call reads: values, and objects in S3. */
  limit: SizeLimit;
}

/** For actions that write manifests. */
export interface WriteOptions {
  /** Whether a missing file key may be created. Default: true. */
  createKey?: boolean | undefined;
  /**
   * The file key that a manifest names, where the alias stands for another one and its committed
   * version does not vouch for it.
   */
  acceptFileKey?: string | undefined;
  /** The digest of a recovery list that nobody has encrypted for yet. */
  acceptRecovery?: string | undefined;
  /** How long to wait for another process that writes the manifest. */
  lockTimeoutSeconds?: number | undefined;
}
