import { CofferError } from '../errors.ts';

export function undefinedIfMissing(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return undefined;
}

/** Whether nothing is at a path. */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
}

/** The system's name of a failure, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

const MAKE_ROOM = 'make room and run the command again';

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ['file or folder not found', 'check the name; is it relative to another folder?'],
  ENOTDIR: ['file not found', 'check the path: a part of it is a file, not a folder'],
  EISDIR: ['it is a folder', 'name a file'],
  EEXIST: ['it already exists', 'give another name'],
  EACCES: ['no permission', 'check the rights of the file and its folder'],
  EPERM: ['no permission', 'check the rights of the file and its folder'],
  EROFS: ['the file system is read-only', 'work on a copy elsewhere'],
  ENOSPC: ['the disk is full', MAKE_ROOM],
  EDQUOT: ['the disk quota is used up', MAKE_ROOM],
  ELOOP: ['its links form a loop', 'fix the symbolic link'],
  ENXIO: ['it is a socket', 'name a file, or pipe the data in'],
  ENAMETOOLONG: ['its name is too long', 'give it a shorter name'],
  EMFILE: ['too many files are open', 'raise the limit with ulimit -n'],
};

/**
 * Converts a failure of the file system to a CofferError that names `file`, whichever temporary
 * file failed; returns other errors unchanged.
 */
export function explainFileError(error: unknown, verb: 'read' | 'write', file: string): unknown {
  return explainSystemError(error, `cannot ${verb} ${file}`) ?? error;
}

/** Converts a system failure, such as a full disk, to a CofferError; `undefined` for others. */
export function explainSystemError(error: unknown, what?: string): CofferError | undefined {
  if (!(error instanceof Error && 'syscall' in error)) return undefined;
  const { code: errno = 'unknown', path = 'a file' } = error as NodeJS.ErrnoException;
  const [reason, hint] = REASONS[errno] ?? [`the system says ${errno}`, undefined];
  const code = hint === MAKE_ROOM ? 'disk' : 'usage';
  return new CofferError(code, `${what ?? path}: ${reason}`, { hint, cause: error });
}
