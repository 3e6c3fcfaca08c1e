import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { CofferError } from '../../errors.ts';
import { undefinedIfMissing } from '../../files/errors.ts';
import { replaceFile } from '../../files/replace.ts';
import { git, requireRepository } from '../../git/repository.ts';

const HEAD = `#!/bin/sh
# Written by coffer hook install, which replaces this file, as coffer hook uninstall removes it.
`;

// git runs hooks in the top folder. A project's own coffer comes before that on PATH.
const SCRIPT = `${HEAD}# It keeps plaintext secrets out of commits; git commit --no-verify skips it.
PATH="$PWD/node_modules/.bin:$PATH"
if ! command -v coffer >/dev/null 2>&1; then
  echo 'pre-commit: coffer is neither in node_modules nor on PATH: install it, then commit' >&2
  exit 1
fi
exec coffer check --staged
`;

/** The pre-commit hook of a repository, and whether it changed. */
export interface HookChange {
  /** Path relative to the given folder. */
  file: string;
  changed: boolean;
}

/**
 * Installs the hook that checks every commit.
 * @throws CofferError `conflict` if there is another hook, or if other repositories share the
 * hooks: their commits would need coffer, too.
 */
export async function installHook(folder: string): Promise<HookChange> {
  const { path, file, text, isShared } = await findHook(folder);
  if (text !== undefined && !text.startsWith(HEAD)) {
    throw new CofferError('conflict', `${file} already exists, and is not coffer's`, {
      hint: 'add this line to it: coffer check --staged || exit 1',
    });
  }
  if (isShared) {
    throw new CofferError('conflict', `${file} would run in other repositories too`, {
      hint: 'give this repository its own hooks: git config core.hooksPath .githooks',
    });
  }
  if (text !== SCRIPT) {
    await mkdir(resolve(path, '..'), { recursive: true });
    await replaceFile(path, SCRIPT);
  }
  // git skips a hook that is not executable.
  await chmod(path, 0o755);
  return { file, changed: text !== SCRIPT };
}

/**
 * Undoes `installHook`.
 * @throws CofferError `conflict` if the hook is not coffer's
 */
export async function uninstallHook(folder: string): Promise<HookChange> {
  const { path, file, text } = await findHook(folder);
  if (text !== undefined && !text.startsWith(HEAD)) {
    throw new CofferError('conflict', `${file} is not coffer's`, {
      hint: 'remove it yourself if you do not need it',
    });
  }
  if (text !== undefined) await rm(path);
  return { file, changed: text !== undefined };
}

async function findHook(folder: string) {
  const root = await requireRepository(folder);
  const common = resolve(folder, await line(folder, ['rev-parse', '--git-common-dir']));
  const hooks = resolve(root, (await hooksPath(folder)) ?? join(common, 'hooks'));
  const path = join(hooks, 'pre-commit');
  const text = await readFile(path, 'utf8').catch(undefinedIfMissing);
  const isShared = [root, common].every((place) => relative(place, path).startsWith('..'));
  return { path, file: relative(folder, path), text, isShared };
}

/** What core.hooksPath is for everybody else: coffer itself starts git without hooks. */
async function hooksPath(folder: string): Promise<string | undefined> {
  const all = await git(folder, ['config', '--type=path', '-z', '--get-all', 'core.hooksPath']);
  return all.split('\0').slice(0, -2).at(-1);
}

async function line(folder: string, args: readonly string[]): Promise<string> {
  return (await git(folder, args)).replace(/\n$/, '');
}
