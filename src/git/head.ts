import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { askGit } from './run.ts';

/** A file as HEAD has it; undefined outside of git, or where HEAD does not have it. */
export async function readHead(file: string): Promise<Buffer | undefined> {
  const path = await realpath(file).catch(() => undefined);
  if (path === undefined) return undefined;
  const args = ['cat-file', 'blob', `HEAD:./${basename(path)}`];
  const answer = await askGit(dirname(path), args);
  return answer?.code === 0 ? answer.stdout : undefined;
}
