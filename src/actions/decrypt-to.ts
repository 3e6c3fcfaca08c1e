import { mkdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import pMap from 'p-map';
import { CofferError, type Problem } from '../errors.ts';
import { lookBelow } from '../files/below.ts';
import { replaceFile } from '../files/replace.ts';
import { findUnignored } from '../git/head.ts';
import { countOf } from '../formats/count.ts';
import type { Applied } from '../plan/apply.ts';
import { refuseTrackedLink } from '../seal/outward-link.ts';
import { decrypt } from './decrypt.ts';
import { finish } from './write-report.ts';
import type { Tools } from './tools.ts';

/** What became of several manifests, in their order. */
export interface Attempts<Result> {
  results: { file: string; result: Result }[];
  /** For `finish`. */
  applied: Applied;
}

/** Works on each manifest, several at a time; one that fails does not keep the others from it. */
export async function attemptAll<Result>(
  { concurrency }: Pick<Tools, 'concurrency'>,
  files: readonly string[],
  attempt: (file: string) => Promise<Result>,
): Promise<Attempts<Result>> {
  const results: Attempts<Result>['results'] = [];
  const applied: Applied = { done: [], failed: [], left: [] };
  const ends = await pMap(
    files,
    (file) =>
      attempt(file).then(
        (result) => ({ result }),
        (error: unknown) => {
          if (error instanceof CofferError) return error;
          throw error;
        },
      ),
    { concurrency },
  );
  for (const [index, name] of files.entries()) {
    const end = ends[index];
    if (end instanceof CofferError) applied.failed.push({ name, error: end });
    else if (end) {
      applied.done.push(name);
      results.push({ file: name, result: end.result });
    }
  }
  return { results, applied };
}

export interface DecryptToOptions {
  /** Replaces files that are there already. */
  overwrite?: boolean | undefined;
}

export interface DecryptToReport {
  manifests: { file: string; to: string }[];
}

/**
 * Writes manifests in plaintext to files of a folder, which only their owner can read, each at its
 * path from here. Looks at all places before it decrypts anything; plaintext touches no others.
 * @throws CofferError `partial` with a report if some cannot be decrypted: the others are written
 */
export async function decryptTo(
  tools: Tools,
  files: readonly string[],
  folder: string,
  { overwrite = false }: DecryptToOptions = {},
): Promise<DecryptToReport> {
  const { host } = tools;
  await refuseTrackedLink(folder);
  const places = await findPlaces(files, folder, overwrite);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const seen = await findUnignored(folder, [...places.values()]);
  if (seen.length > 0) {
    host.warn({
      message: `git does not ignore ${countOf(seen.length, 'file')} with plaintext in ${folder}`,
      hint: 'add the folder to .gitignore, or choose one outside of the repository',
    });
  }
  const { results, applied } = await attemptAll(tools, [...places.keys()], async (file) => {
    const { text, left } = await decrypt(tools, file);
    const to = join(folder, places.get(file) ?? '');
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await replaceFile(to, text, { isPrivate: true, isNew: !overwrite });
    return { to, left };
  });
  for (const { file, result } of results) {
    host.note(`${file}: decrypted to ${result.to}`);
    for (const { message, hint } of result.left)
      host.warn({ message: `${file}: ${message}`, hint });
  }
  const manifests = results.map(({ file, result: { to } }) => ({ file, to }));
  return finish(applied, { manifests }, 'run it again for those that failed');
}

/** The path of each manifest below the folder. */
async function findPlaces(
  files: readonly string[],
  folder: string,
  overwrite: boolean,
): Promise<Map<string, string>> {
  const places = new Map<string, string>();
  const takers = new Map<string, string>();
  const problems: Problem[] = [];
  for (const file of files) {
    const path = relative('.', file);
    const other = takers.get(path);
    takers.set(path, file);
    places.set(file, path);
    const problem =
      other === undefined
        ? await findObstacle(file, path, folder, overwrite)
        : {
            message: `${other} and ${file} would both become ${join(folder, path)}`,
            hint: 'name each manifest once',
          };
    if (problem) problems.push(problem);
  }
  const [first, ...more] = problems;
  if (!first) return places;
  const message = more.length > 0 ? `${problems.length} manifests have no place` : first.message;
  throw new CofferError('usage', message, { hint: first.hint, problems });
}

async function findObstacle(
  file: string,
  path: string,
  folder: string,
  overwrite: boolean,
): Promise<Problem | undefined> {
  if (isAbsolute(path) || path.split(sep)[0] === '..') {
    const hint = 'run coffer in a folder that is above all of the manifests';
    return {
      message: `${file} is outside of this folder, and would be outside of ${folder}`,
      hint,
    };
  }
  const to = join(folder, path);
  const [source, home] = await Promise.all([resolved(file), resolved(folder)]);
  if (source !== undefined && home !== undefined && source === join(home, path)) {
    return { message: `${to} is the manifest itself`, hint: 'choose another folder' };
  }
  const found = await lookBelow(folder, path);
  if (typeof found === 'object') return found;
  if (overwrite || found === 'nothing') return undefined;
  return { message: `${to} already exists`, hint: 'replace it with --overwrite' };
}

function resolved(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
