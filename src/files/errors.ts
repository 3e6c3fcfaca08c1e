import { CofferError } from '../errors.ts';

export function undefinedIfMissing(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return undefined;
}

/** The system's name of a failure, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

const MAKE_ROOM = 'make room and run the command again';

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ['there is no such file or folder', 'check the name; is it relative to another folder?'],
  ENOTDIR: ['there is no such file', 'a part of the path is a file, not a folder'],
  EISDIR: ['it is a folder', 'give the name of a file'],
  EEXIST: ['it exists already', 'give another name'],
  EACCES: ['no permission', 'check the rights of the file and its folder'],
  EPERM: ['no permission', 'check the rights of the file and its folder'],
  EROFS: ['the file system is read-only', 'work on a copy elsewhere'],
  ENOSPC: ['the disk is full', MAKE_ROOM],
  EDQUOT: ['the disk quota is used up', MAKE_ROOM],
  ELOOP: ['its links lead in a circle', 'mend the symbolic link'],
  ENAMETOOLONG: ['its name is too long', 'give it a shorter name'],
  EMFILE: ['too many files are open', 'raise the limit with ulimit -n'],
};

/**
 * A failure of the file system as a CofferError that names `file`, whichever temporary file it
 * happened to; anything else as it is.
 */
export function explainFileError(error: unknown, verb: 'read' | 'write', file: string): unknown {
  return explainSystemError(error, `cannot ${verb} ${file}`) ?? error;
}

/** A failure of the system, such as a full disk, as a CofferError; `undefined` for anything else. */
export function explainSystemError(error: unknown, what?: string): CofferError | undefined {
  if (!(error instanceof Error && 'syscall' in error)) return undefined;
  const { code: errno = 'unknown', path = 'a file' } = error as NodeJS.ErrnoException;
  const [reason, hint] = REASONS[errno] ?? [`the system says ${errno}`, undefined];
  const code = hint === MAKE_ROOM ? 'disk' : 'usage';
  return new CofferError(code, `${what ?? path}: ${reason}`, { hint, cause: error });
}
