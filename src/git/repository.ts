import { basename, dirname, resolve } from 'node:path';
import { CofferError } from '../errors.ts';
import { askGit, gitError } from './run.ts';

/**
 * Runs git and returns its output.
 * @throws CofferError `usage` with git's own message
 */
export async function git(folder: string, args: readonly string[]): Promise<string> {
  const answer = await askGit(folder, args);
  if (!answer) {
    throw new CofferError('usage', 'this needs git and a repository', {
      hint: 'run it in a repository; git init creates one',
    });
  }
  if (answer.code !== 0) throw gitError(args, answer);
  return answer.stdout.toString('utf8');
}

/** The top folder of the working tree around `folder`, if any. */
export async function repositoryRoot(folder: string): Promise<string | undefined> {
  const args = ['rev-parse', '--show-toplevel'];
  const answer = await askGit(folder, args);
  if (answer && answer.code !== 0) throw gitError(args, answer);
  return answer && resolve(answer.stdout.toString('utf8').replace(/\n$/, ''));
}

/**
 * The same, but required.
 * @throws CofferError `usage`
 */
export async function requireRepository(folder: string): Promise<string> {
  const root = await repositoryRoot(folder);
  if (root !== undefined) return root;
  throw new CofferError('usage', 'this is not a git repository', {
    hint: 'run it in a repository; git init creates one',
  });
}

/** A word in any encoding: wide ones have NULs between its letters. */
function wideWord(word: string): string {
  return word.split('').join('[^a-z]{0,3}');
}

/**
 * The YAML files of the whole repository, from `folder`, that mention the keys of a manifest: those
 * that git tracks or would add, or those in its index. git reads 10,000 other files faster than we
 * could.
 * @returns `undefined` outside a repository
 */
export async function searchManifests(
  folder: string,
  where: '--untracked' | '--cached',
): Promise<string[] | undefined> {
  const args = ['grep', where, '--no-recurse-submodules', '--no-color', '--no-full-name'];
  args.push('-lzE', '--all-match', '-e', wideWord('path'), '-e', wideWord('parameters'), '--');
  args.push(':(top,icase)*.yml', ':(top,icase)*.yaml');
  const answer = await askGit(folder, args);
  if (answer && answer.code > 1) throw gitError(args, answer);
  return answer && splitNames(answer.stdout.toString('utf8')).sort();
}

/** The YAML files of a repository, relative to its top folder: those that git tracks or would add. */
export async function listYaml(root: string): Promise<string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--'];
  return splitNames(await git(root, [...args, ':(icase)*.yml', ':(icase)*.yaml']));
}

/**
 * Whether git tracks the very file, or link, at a path. Some file systems do not tell `App.yml` from
 * `app.yml`, so the case does not count.
 */
export async function isTracked(path: string): Promise<boolean> {
  const args = ['ls-files', '-z', '--', `:(icase,literal)${basename(path)}`];
  const answer = await askGit(dirname(path), args);
  return answer?.code === 0 && answer.stdout.length > 0;
}

/** A word, and the absolute path of a file that contains it. */
export interface Mention {
  file: string;
  word: string;
}

/**
 * Which of these words occur in files of the repository around `folder` that may be manifests, new
 * and ignored ones included.
 * @returns `undefined` outside a repository
 */
export async function grepWords(
  folder: string,
  words: readonly string[],
): Promise<Mention[] | undefined> {
  const args = ['grep', '--untracked', '--no-exclude-standard', '--no-recurse-submodules'];
  args.push(
    '--no-color',
    '--no-full-name',
    '-zoaF',
    ...words.flatMap((word) => ['-e', word]),
    '--',
  );
  args.push(...['yml', 'yaml', 'json'].map((ending) => `:(top,icase)*.${ending}*`));
  args.push(':(top,exclude,glob)**/node_modules/**');
  const answer = await askGit(folder, args);
  if (answer && answer.code > 1) throw gitError(args, answer);
  return answer?.stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [file, word] = line.split('\0');
      return file && word ? [{ file: resolve(folder, file), word }] : [];
    });
}

/** The ids of the files in the index, by absolute path. */
export interface IndexEntries {
  files: ReadonlyMap<string, string>;
  /** Symbolic links, whose content is their target. */
  links: ReadonlyMap<string, string>;
}

export async function listIndex(root: string): Promise<IndexEntries> {
  const files = new Map<string, string>();
  const links = new Map<string, string>();
  for (const entry of splitNames(await git(root, ['ls-files', '--stage', '-z']))) {
    const [, kind, id, name] = /^(10|12)\d{4} (\w+) 0\t(.*)$/s.exec(entry) ?? [];
    if (id === undefined || name === undefined) continue;
    (kind === '10' ? files : links).set(resolve(root, name), id);
  }
  return { files, links };
}

/** The absolute paths of files that differ between HEAD, if any, and the index. */
export async function listChanged(root: string): Promise<Set<string>> {
  const names = await git(root, ['diff', '--cached', '--name-only', '--no-renames', '-z']);
  return new Set(splitNames(names).map((name) => resolve(root, name)));
}

/** Splits git's output with -z. */
function splitNames(text: string): string[] {
  return text.split('\0').filter(Boolean);
}
