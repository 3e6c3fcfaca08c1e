import { isAbsolute } from 'node:path';
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
  const failure: NodeJS.ErrnoException = error as Error;
  const { code: errno = 'unknown', path } = failure;
  const lost = findCurrentFolderFault(failure);
  if (lost) return lost;
  const [reason, hint] = REASONS[errno] ?? [`the system says ${errno}`, undefined];
  const code = hint === MAKE_ROOM ? 'disk' : 'usage';
  return new CofferError(code, `${what ?? subjectOf(path)}: ${reason}`, { hint, cause: error });
}

/** What failed, if its caller did not say it. */
function subjectOf(path: string | undefined): string {
  if (path === undefined) return 'a file';
  return path === '.' ? 'the current folder' : path;
}

/** Why relative names lead nowhere, if the current folder was deleted or its path cannot be found. */
function findCurrentFolderFault(error: NodeJS.ErrnoException): CofferError | undefined {
  const cause = error.syscall === 'uv_cwd' ? error : isRelative(error) && failureOfCwd();
  if (!cause) return undefined;
  if (isMissing(cause)) {
    return new CofferError('usage', 'the current folder does not exist any more', {
      hint: 'it was deleted or replaced: change to a folder that exists (cd)',
      cause,
    });
  }
  return new CofferError('usage', 'cannot find the current folder: no permission', {
    hint: 'check the rights of the folders above it',
    cause,
  });
}

function isRelative(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOENT' && error.path !== undefined && !isAbsolute(error.path);
}

function failureOfCwd(): Error | undefined {
  try {
    process.cwd();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
