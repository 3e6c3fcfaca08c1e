import type { Problem } from '../../errors.ts';
import type { Located } from '../../seal/named-file.ts';
import type { Fingerprint } from './fingerprint.ts';

/** A manifest's bytes. */
export interface Source {
  /** Its name in messages. */
  file: string;
  /** Absolute; its folder has no symbolic links, which git does not follow. */
  path: string;
  bytes: Buffer;
}

/** The absolute paths of files that git tracks. */
type Tracked = Pick<ReadonlySet<string>, 'has' | 'keys'>;

/** The state to check: the files on disk, or git's index. */
export interface Snapshot {
  /** Every manifest that may be affected, or share a parameter with one that is. */
  sources: readonly Source[];
  /** What was left out. */
  warnings: readonly Problem[];
  /** Whether one of these paths is to be checked. */
  concerns: (paths: readonly string[]) => boolean;
  /** Follows symbolic links; the other members do not. */
  follow: (path: string) => Promise<string>;
  /** Where a path in a manifest leads. */
  locate: (
    manifest: string,
    path: string,
  ) => Promise<Pick<Located, 'path' | 'isAllowed' | 'refused'>>;
  /** Whether git filters files on their way here: encrypted by git-crypt, pointers of Git LFS. */
  isFiltered: boolean;
  /** @returns `undefined` if the file does not exist */
  fingerprint: (path: string) => Promise<Fingerprint | undefined>;
  /** The tracked files in the repository of a folder; `undefined` outside git. */
  tracked: (folder: string) => Promise<Tracked | undefined>;
  close: () => void;
}
