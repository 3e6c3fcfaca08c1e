import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { SizeLimit } from '../sizes.ts';
import { GitObjects } from './objects.ts';
import { askGit } from './run.ts';

/**
 * A file as HEAD has it.
 * @returns `undefined` outside of git, where HEAD does not have it, or if it is above the limit
 */
export async function readHead(file: string, limit: SizeLimit): Promise<Buffer | undefined> {
  const path = await realpath(file).catch(() => undefined);
  if (path === undefined) return undefined;
  return readAt(dirname(path), `HEAD:./${basename(path)}`, limit);
}

async function readAt(
  folder: string,
  object: string,
  limit: SizeLimit,
): Promise<Buffer | undefined> {
  const size = await askGit(folder, ['cat-file', '-s', object]);
  if (size?.code !== 0 || Number(size.stdout) > limit.bytes) return undefined;
  const answer = await askGit(folder, ['cat-file', 'blob', object]);
  return answer?.code === 0 ? answer.stdout : undefined;
}

/** How many commits of a file are looked at. */
const COMMITS = 50;

/** A file as its last commits have it, the newest first: nothing outside of git. */
export async function* readVersions(file: string, limit: SizeLimit): AsyncGenerator<Buffer> {
  const path = await realpath(file).catch(() => undefined);
  if (path === undefined) return;
  const [folder, name] = [dirname(path), basename(path)];
  const log = await askGit(folder, [
    'log',
    `--max-count=${COMMITS}`,
    '--format=%H',
    '--',
    `:(literal)${name}`,
  ]);
  if (log?.code !== 0) return;
  const commits = log.stdout.toString('utf8').split('\n').filter(Boolean);
  // git reads one name a line.
  if (commits.length === 0 || name.includes('\n')) return;
  const objects = new GitObjects(folder);
  try {
    for (const commit of commits) {
      const bytes = await objects.find(`${commit}:./${name}`, limit);
      if (bytes) yield bytes;
    }
  } finally {
    objects.close();
  }
}

/** Whether these bytes of a file, after git's filters, are what HEAD has under its real path. */
export async function isCommitted(path: string, bytes: Buffer): Promise<boolean> {
  const [folder, name] = [dirname(path), basename(path)];
  const head = await askGit(folder, ['rev-parse', '--verify', '--quiet', `HEAD:./${name}`]);
  if (head?.code !== 0) return false;
  const hashed = await askGit(folder, ['hash-object', '--stdin', `--path=${name}`], bytes);
  return hashed?.code === 0 && hashed.stdout.equals(head.stdout);
}

/** Whether git ignores a file. It ignores no file that it tracks. */
export async function isIgnored(path: string): Promise<boolean> {
  const answer = await askGit(dirname(path), ['check-ignore', '--quiet', '--', basename(path)]);
  return answer?.code === 0;
}

/** Those of these files, relative to a folder, that git would take in: none outside of git. */
export async function findUnignored(folder: string, paths: readonly string[]): Promise<string[]> {
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(''));
  const answer = await askGit(folder, ['check-ignore', '-z', '--stdin'], input);
  if (!answer) return [];
  const ignored = new Set(answer.stdout.toString('utf8').split('\0'));
  return paths.filter((path) => !ignored.has(path));
}

/** The commit that HEAD is, in full. */
export async function findHead(folder: string): Promise<string | undefined> {
  const head = await askGit(folder, ['rev-parse', '--verify', '--quiet', 'HEAD']);
  return head?.code === 0 ? head.stdout.toString('utf8').trim() : undefined;
}
