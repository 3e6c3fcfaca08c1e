import type { ActualState, Change, Desired, DesiredObject } from './model.ts';
import type { ObjectState } from './s3/expected.ts';

/**
 * A store of values. SSM is one, with S3 behind it for values that SSM cannot hold; other stores
 * are adapters beside it. The planner compares what `read` returns, and says what to change.
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
}

/** What the writes of one run share. */
export interface Writing {
  /** Absent if no parameter has an object. */
  objects: ObjectWriter | undefined;
  /** Collects the new version of each written parameter, by full name. */
  versions: Map<string, number>;
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
