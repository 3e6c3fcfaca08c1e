import type { Tags } from '../manifest/model.ts';
import type { ListedValue, StoredValue, ValueVersion } from './parameter.ts';
import type { Actual, ActualState, Change, Desired, DesiredObject, Version } from './model.ts';
import type { ObjectState } from './s3/expected.ts';

/**
 * A store of values. SSM is one, with S3 behind it for values that SSM cannot hold; AWS Secrets
 * Manager is another. The planner compares what `read` returns, and says what to change.
 */
export interface ValueStore {
  /** Reads the actual state of the desired parameters, and what else is under the path. */
  read: (request: ReadRequest) => Promise<ActualState>;
  /** The task that applies one change. */
  change: (change: Change, writing: Writing) => Task;
  /** The task that writes a parameter unconditionally; needs no right to read. */
  save: (desired: Desired, writing: Writing) => Task;
  /** Deletes up to `batchSize` parameters. */
  remove: (names: readonly string[]) => Promise<{ missing: readonly string[] }>;
  batchSize: number;
  /** What becomes of what is deleted, such as `can be restored for 7 days`. */
  deletion: string;
}

export interface ReadRequest {
  /** Begins and ends with a slash. */
  path: string;
  /** Full names of the desired parameters. */
  names: readonly string[];
  /** The same parameters; opening them takes time. */
  wanted: Promise<readonly Desired[]>;
  /** Whether secrets may be opened; otherwise they have no value. */
  open: boolean;
  /** Whether to read tags that are not in the manifest. */
  pruneTags: boolean;
  /** Whether to find what else is under the path, where that costs more calls. */
  extras: boolean;
  /** Whether a plan would change what was read: a store may then look again. */
  differs: (desired: Desired, actual: Actual, tags: Tags) => boolean;
}

/** One version of a value, by its number, id or label; by default the current one. */
export interface VersionSelector {
  name: string;
  version?: string | undefined;
}

/** Reads a store by name, whatever manifests say. */
export interface ValueReader {
  /** What people call the store. */
  title: string;
  /** The name that somebody meant. */
  complete: (name: string) => string;
  get: (selector: VersionSelector) => Promise<StoredValue>;
  /** One version with its value and what belongs to it. */
  version: (selector: VersionSelector) => Promise<ValueVersion>;
  /** The current values of those that exist, by name; what is secret stays closed without `open`. */
  getMany: (names: readonly string[], open?: boolean) => Promise<Map<string, StoredValue>>;
  /** What is under a path that begins and ends with a slash. */
  list: (path: string) => Promise<ListedValue[]>;
  /** Whether a list may read all values for their sizes, which decrypts them. */
  tellsSizes: boolean;
  /** The versions that the store has, oldest first; with their values if `open`. */
  history: (name: string, open: boolean) => Promise<ValueVersion[]>;
}

/** What the writes of one run share. */
export interface Writing {
  /** Absent if no parameter has an object. */
  objects: ObjectWriter | undefined;
  /** For a store that opens values only when it writes them. */
  opener?: SecretOpener | undefined;
  /** Collects the new version of what was written, by name. */
  versions: Map<string, Version>;
}

/** Opens what a secret of one manifest is to hold. */
export interface SecretOpener {
  /** @throws CofferError `oversize` if a secret cannot hold it */
  open: (name: string) => Promise<{ text: string } | { bytes: Buffer }>;
}

/** Publishes the blobs of one manifest. */
export interface ObjectWriter {
  /** Checks that the sealed bytes are present and intact. */
  check: (fullName: string) => Promise<void>;
  /**
   * Writes the object of the parameter `fullName`, unless it exists.
   * @param seen its last known state, if any
   */
  publish: (fullName: string, object: DesiredObject, seen?: ObjectState) => Promise<void>;
  /** Writes it again if it was deleted while its pointer was written. */
  keep: (fullName: string, object: DesiredObject) => Promise<void>;
}

/** One piece of work with a name. It may run twice. */
export interface Task {
  name: string;
  /** Size of the object that it publishes. */
  bytes?: number | undefined;
  /** Checks whether it can run, without writing anything. */
  check?: (() => Promise<void>) | undefined;
  run: () => Promise<void>;
}
