/** Git LFS does not allow longer ones. */
const LONGEST_POINTER = 1024;
const POINTER = 'version https://git-lfs.github.com/spec/v1\n';
const GIT_CRYPT = '\0GITCRYPT\0';

/** What git holds in place of a file's content, until a program fetches or decrypts it. */
export interface Stub {
  of: string;
  /** The command that puts the content there. */
  mend: string;
}

/** @param head the first bytes of a file of `size` */
export function stubOf(head: Buffer, size: number): Stub | undefined {
  const start = head.toString('latin1', 0, POINTER.length);
  if (size <= LONGEST_POINTER && start === POINTER) return { of: 'Git LFS', mend: 'git lfs pull' };
  if (start.startsWith(GIT_CRYPT)) return { of: 'git-crypt', mend: 'git-crypt unlock' };
  return undefined;
}
