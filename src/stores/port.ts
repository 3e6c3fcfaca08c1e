import type { ActualState, Change, Desired, DesiredObject } from './model.ts';
import type { ObjectState } from './s3/expected.ts';

/**
 * A place where the values of manifests live. SSM is one, with S3 behind it for what SSM cannot
 * hold; another is an adapter beside it. The planner compares what `read` gives, and says what to
 * change.
 */
export interface ValueStore {
  /** What is there of what is wanted, and what else is under the path. */
  read: (request: ReadRequest) => Promise<ActualState>;
  /** How to do what a plan says of one parameter. */
  change: (change: Change, writing: Writing) => Task;
  /** How to write a parameter, whatever is there; takes no right to read. */
  save: (desired: Desired, writing: Writing) => Task;
  /** Deletes parameters; how many one call takes is `batchSize`. */
  remove: (names: readonly string[]) => Promise<{ missing: readonly string[] }>;
  batchSize: number;
}

export interface ReadRequest {
  /** Begins and ends with a slash. */
  path: string;
  /** Full names of the parameters that are wanted. */
  names: readonly string[];
  /** The same parameters; opening them takes its time. */
  wanted: Promise<readonly Desired[]>;
  /** Whether secrets may be opened; without it they have no value. */
  open: boolean;
  /** Whether tags are wanted that no manifest names. */
  pruneTags: boolean;
}

/** What one run of writes has in common. */
export interface Writing {
  /** Absent when no parameter has an object. */
  objects: ObjectWriter | undefined;
  /** Takes in the version of each parameter that was written, by full name. */
  versions: Map<string, number>;
}

/** Publishes the blobs of one manifest. */
export interface ObjectWriter {
  /** Whether the sealed bytes are here and whole. */
  check: (fullName: string) => Promise<void>;
  /**
   * Writes the object of the parameter `fullName`, unless it is there.
   * @param seen what was found in its place, if somebody looked
   */
  publish: (fullName: string, object: DesiredObject, seen?: ObjectState) => Promise<void>;
  /** Writes it again if it was deleted while its pointer was written. */
  keep: (fullName: string, object: DesiredObject) => Promise<void>;
}

/** One piece of work: what it is called, and how it is done. It may be done twice. */
export interface Task {
  name: string;
  /** Of the object that it publishes. */
  bytes?: number | undefined;
  /** Finds out, without writing anything, whether it can be done. */
  check?: (() => Promise<void>) | undefined;
  run: () => Promise<void>;
}
