import type { Fingerprint } from './fingerprint.ts';

/** A manifest as it was read. */
export interface Source {
  /** As people name it. */
  file: string;
  /** Absolute, its folder free of symbolic links, which git does not follow. */
  path: string;
  bytes: Buffer;
}

/** The absolute paths of files that git tracks. */
type Tracked = Pick<ReadonlySet<string>, 'has'>;

/** The state of the files that is checked: the one on disk, or the one in git's index. */
export interface Snapshot {
  /** Every manifest that may matter. */
  sources: readonly Source[];
  /** Whether one of these paths is among what is to be checked. */
  concerns: (paths: readonly string[]) => boolean;
  /** Where a path leads, symbolic links followed, which the other members do not. */
  follow: (path: string) => Promise<string>;
  /** @returns `undefined` when there is no such file. */
  fingerprint: (path: string) => Promise<Fingerprint | undefined>;
  /** What git tracks in the repository of a folder; `undefined` outside of git. */
  tracked: (folder: string) => Promise<Tracked | undefined>;
  close: () => void;
}
