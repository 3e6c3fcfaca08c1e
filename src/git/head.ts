import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** A file as HEAD has it; undefined outside of git, or where HEAD does not have it. */
export async function readHead(file: string): Promise<Buffer | undefined> {
  const path = await realpath(file).catch(() => undefined);
  if (path === undefined) return undefined;
  const args = ['cat-file', 'blob', `HEAD:./${basename(path)}`];
  return new Promise((done) => {
    const options = { cwd: dirname(path), maxBuffer: Infinity, encoding: 'buffer' } as const;
    execFile('git', args, options, (error, stdout) => done(error ? undefined : stdout));
  });
}
