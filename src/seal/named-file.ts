import { realpathSync } from 'node:fs';
import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { CofferError } from '../errors.ts';
import { isMissing } from '../files/errors.ts';
import { isSameFile, type Identity } from '../files/open-regular.ts';
import { shellFile } from '../files/shell-words.ts';
import { askGit, gitError } from '../git/run.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';

/** The part of a manifest that says which files it may name. */
export type Naming = Pick<Manifest, 'file' | 'allowedFiles'>;

/** Where a path in a manifest leads. */
export interface Located {
  /** Absolute, and free of links. */
  path: string;
  isInRepository: boolean;
  /** Whether the command line allows this very file, wherever it is. */
  isAllowed: boolean;
  /** Why coffer does not read it. */
  refused?: Refused | undefined;
}

export type Refused = 'outside of the repository' | 'outside of its folder' | 'in a git folder';

/** Resolves a path in the manifest, relative to the folder of the real file. */
export function besideManifest({ file }: Pick<Manifest, 'file'>, path: string): string {
  return resolve(dirname(realFile(file)), path);
}

/** A missing file is not a link. */
function realFile(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** Follows the links of a path in a manifest, and judges where it leads, also if nothing is there. */
export async function locate(manifest: Naming, named: string): Promise<Located> {
  const home = await homeOf(manifest);
  const path = await leadsTo(besideManifest(manifest, named));
  const allowed = await Promise.all((manifest.allowedFiles ?? []).map((file) => leadsTo(file)));
  const isAllowed = allowed.some((file) => path === file || path.startsWith(file + sep));
  const { isRepository: isInRepository } = home;
  const where = await judge(home, path);
  const isRefused = where === 'git' || (where === 'outside' && !isAllowed);
  const outside = isInRepository ? 'outside of the repository' : 'outside of its folder';
  const refused = where === 'git' ? 'in a git folder' : outside;
  return { path, isInRepository, isAllowed, refused: isRefused ? refused : undefined };
}

/** The same for a parameter. @throws CofferError `manifest` */
export async function requireLocated(
  manifest: Naming,
  { name, place }: Pick<Parameter, 'name' | 'place'>,
  named: string,
): Promise<Located> {
  const located = await locate(manifest, named);
  if (!located.refused) return located;
  const { message, hint } = describeRefused(name, named, { ...located, refused: located.refused });
  throw new CofferError('manifest', message, { place, hint });
}

export function describeRefused(
  name: string,
  named: string,
  { path, refused }: { path: string; refused: Refused },
): { message: string; hint: string } {
  return {
    message: `${name}: ${named} is ${refused}: ${path}`,
    hint:
      refused === 'in a git folder'
        ? 'name a file that is part of the work tree'
        : `move it there, or allow it on the command line: --allow-file ${shellFile(path)}`,
  };
}

/** Why a link leads where coffer does not follow it: out of its repository, or into a git folder. */
export async function locateLink(link: string): Promise<Refused | undefined> {
  const where = await judge(await findHome(dirname(link)), await leadsTo(link));
  if (where === 'inside') return undefined;
  return where === 'git' ? 'in a git folder' : 'outside of the repository';
}

/** The folder that the files of a manifest have to be in. */
interface Home {
  isRepository: boolean;
  root: Identity;
  gitFolders: Identity[];
}

/** One call of git for each manifest. */
const homes = new WeakMap<Naming, Promise<Home>>();

function homeOf(manifest: Naming): Promise<Home> {
  const home = homes.get(manifest) ?? findHome(dirname(realFile(resolve(manifest.file))));
  homes.set(manifest, home);
  return home;
}

async function findHome(folder: string): Promise<Home> {
  const args = ['rev-parse', '--show-toplevel', '--absolute-git-dir', '--git-common-dir'];
  const answer = await askGit(folder, args);
  if (answer && answer.code !== 0) throw gitError(args, answer);
  if (!answer) return { isRepository: false, root: await identify(folder), gitFolders: [] };
  const lines = answer.stdout.toString('utf8').trimEnd().split('\n');
  const [root = folder, ...gitFolders] = lines.map((line) => resolve(folder, line));
  return {
    isRepository: true,
    root: await identify(root),
    gitFolders: await Promise.all(gitFolders.map(identify)),
  };
}

function identify(path: string): Promise<Identity> {
  return stat(path, { bigint: true });
}

/** Follows links even to a missing file: on another machine it may exist. */
export async function leadsTo(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error) || path === dirname(path)) throw error;
    const folder = await leadsTo(dirname(path));
    const here = join(folder, basename(path));
    const target = await readlink(here).catch(() => undefined);
    return target === undefined ? here : leadsTo(resolve(folder, target));
  }
}

/** Folders are known by device and inode: names may differ in case, or by a mount. */
async function judge(home: Home, path: string): Promise<'inside' | 'outside' | 'git'> {
  for (let at = path; ; at = dirname(at)) {
    const here = await find(at);
    const beside = await find(join(dirname(at), '.git'));
    const gitFolders = beside ? [...home.gitFolders, beside] : home.gitFolders;
    if (here && gitFolders.some((folder) => isSameFile(folder, here))) return 'git';
    if (here && isSameFile(home.root, here)) return 'inside';
    if (at === dirname(at)) return 'outside';
  }
}

function find(path: string): Promise<Identity | undefined> {
  return identify(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}
