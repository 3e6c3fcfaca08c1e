import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { CofferError } from '../../errors.ts';
import { undefinedIfMissing } from '../../files/errors.ts';
import { replaceFile } from '../../files/replace.ts';
import { git, requireRepository } from '../../git/repository.ts';

const HEAD = `#!/bin/sh
# Written by coffer hook install, which replaces this file, as coffer hook uninstall removes it.
`;

// Git runs hooks in the top folder. What a project depends on comes before what is on PATH.
const SCRIPT = `${HEAD}# It keeps plaintext secrets out of commits; git commit --no-verify goes past it.
PATH="$PWD/node_modules/.bin:$PATH"
if ! command -v coffer >/dev/null 2>&1; then
  echo 'pre-commit: coffer is neither in node_modules nor on PATH: install it, then commit' >&2
  exit 1
fi
exec coffer check --staged
`;

/** The pre-commit hook of a repository, and whether it was changed. */
export interface HookChange {
  /** From the folder that was asked about. */
  file: string;
  changed: boolean;
}

/**
 * Has every commit checked.
 * @throws CofferError `conflict` when there is another hook already, or hooks are shared with other
 * repositories, whose commits would need coffer then.
 */
export async function installHook(folder: string): Promise<HookChange> {
  const { path, file, text, isShared } = await findHook(folder);
  if (text !== undefined && !text.startsWith(HEAD)) {
    throw new CofferError('conflict', `${file} is there already, and is not coffer's`, {
      hint: 'add this line to it: coffer check --staged || exit 1',
    });
  }
  if (isShared) {
    throw new CofferError('conflict', `${file} would run in other repositories, too`, {
      hint: 'give this one hooks of its own: git config core.hooksPath .githooks',
    });
  }
  if (text !== SCRIPT) {
    await mkdir(resolve(path, '..'), { recursive: true });
    await replaceFile(path, SCRIPT);
  }
  // Git passes over a hook that may not be executed.
  await chmod(path, 0o755);
  return { file, changed: text !== SCRIPT };
}

/**
 * Takes back what `installHook` did.
 * @throws CofferError `conflict` when the hook is not coffer's.
 */
export async function uninstallHook(folder: string): Promise<HookChange> {
  const { path, file, text } = await findHook(folder);
  if (text !== undefined && !text.startsWith(HEAD)) {
    throw new CofferError('conflict', `${file} is not coffer's`, { hint: 'it was left alone' });
  }
  if (text !== undefined) await rm(path);
  return { file, changed: text !== undefined };
}

async function findHook(folder: string) {
  const root = await requireRepository(folder);
  // Knows of core.hooksPath, and of the folder that all working trees share.
  const hooks = await git(folder, ['rev-parse', '--git-path', 'hooks']);
  const path = join(resolve(folder, hooks.replace(/\n$/, '')), 'pre-commit');
  const common = await git(folder, ['rev-parse', '--git-common-dir']);
  const own = [root, resolve(folder, common.replace(/\n$/, ''))];
  const text = await readFile(path, 'utf8').catch(undefinedIfMissing);
  const isShared = own.every((place) => relative(place, path).startsWith('..'));
  return { path, file: relative(folder, path), text, isShared };
}
