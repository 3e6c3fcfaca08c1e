import { access, chmod, constants, mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { CofferError } from '../../errors.ts';
import { undefinedIfMissing } from '../../files/errors.ts';
import { replaceFile } from '../../files/replace.ts';
import { finderScript } from './finder.ts';
import { refuseTrackedLink } from '../../seal/outward-link.ts';
import { git, requireRepository } from '../../git/repository.ts';

const HEAD = `#!/bin/sh
# Written by coffer hook install, which replaces this file, as coffer hook uninstall removes it.
`;

function scriptFor(finder: string): string {
  return `${HEAD}# It keeps plaintext secrets out of commits; git commit --no-verify skips it.
${finder}if ! find_coffer; then
  echo 'pre-commit: coffer is neither installed nor on PATH: install it, then commit' >&2
  echo '(a coffer that git tracks, or that lies beside files that it tracks, does not count)' >&2
  exit 1
fi
run_coffer check --staged
`;
}

const CHECK = 'coffer check --staged';
const IN_BRANCH =
  '(it is part of every branch: whoever can change it can run commands on your machine)';

/** Where other programs that manage hooks want theirs: they write the file that git runs. */
const MANAGERS = [
  [
    'husky',
    /(?:^|\/)\.husky\/_\//,
    `add this line to .husky/pre-commit: npx --no-install ${CHECK}`,
  ],
  [
    'lefthook',
    /lefthook/i,
    `add a command to pre-commit in lefthook.yml: run: npx --no-install ${CHECK}`,
  ],
  [
    'pre-commit',
    /\bpre-commit\.com\b|\bpre_commit\b/,
    `add a local hook to .pre-commit-config.yaml: entry: ${CHECK}`,
  ],
] as const;

function findManager(file: string, text = '') {
  return MANAGERS.find(([, mark]) => mark.test(`${file}\n${text}`));
}

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
export async function installHook(folder: string, program?: string): Promise<HookChange> {
  const { root, path, file, text, isShared } = await findHook(folder);
  await refuseTrackedLink(path);
  const isOurs = text?.startsWith(HEAD) === true;
  const [manager, , advice] = (!isOurs && findManager(relative(root, path), text)) || [];
  if (manager !== undefined) {
    throw new CofferError('conflict', `${file} is made by ${manager}`, {
      hint: `${advice} ${IN_BRANCH}`,
    });
  }
  if (text !== undefined && !isOurs) {
    throw new CofferError('conflict', `${file} already exists, and is not coffer's`, {
      hint: 'add this line to it: coffer check --staged || exit 1',
    });
  }
  if (isShared) {
    throw new CofferError('conflict', `${file} would run in other repositories too`, {
      hint: 'give this repository its own hooks: git config core.hooksPath .githooks',
    });
  }
  const script = scriptFor(finderScript(root, program));
  if (text !== script) {
    await mkdir(resolve(path, '..'), { recursive: true });
    await replaceFile(path, script);
  }
  // git skips a hook that is not executable.
  await chmod(path, 0o755);
  return { file, changed: text !== script };
}

/**
 * Undoes `installHook`.
 * @throws CofferError `conflict` if the hook is not coffer's
 */
export async function uninstallHook(folder: string): Promise<HookChange> {
  const { path, file, text } = await findHook(folder);
  await refuseTrackedLink(path);
  if (text !== undefined && !text.startsWith(HEAD)) {
    throw new CofferError('conflict', `${file} is not coffer's`, {
      hint: 'remove it yourself if you do not need it',
    });
  }
  if (text !== undefined) await rm(path);
  return { file, changed: text !== undefined };
}

/** What runs before a commit. */
export interface HookState {
  file: string;
  kind: 'ours' | 'other' | 'none' | 'not executable';
}

/** Looks at the hook; one that others wrote may call coffer too. */
export async function inspectHook(folder: string): Promise<HookState> {
  const { path, file, text } = await findHook(folder);
  if (text === undefined) return { file, kind: 'none' };
  if (!/\bcoffer\s+check\b|\brun_coffer check\b/.test(text)) return { file, kind: 'other' };
  const isExecutable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  return { file, kind: isExecutable ? 'ours' : 'not executable' };
}

async function findHook(folder: string) {
  const root = await requireRepository(folder);
  const common = resolve(folder, await line(folder, ['rev-parse', '--git-common-dir']));
  const hooks = resolve(root, (await hooksPath(folder)) ?? join(common, 'hooks'));
  const path = join(hooks, 'pre-commit');
  const text = await readFile(path, 'utf8').catch(undefinedIfMissing);
  const isShared = [root, common].every((place) => relative(place, path).startsWith('..'));
  return { root, path, file: relative(folder, path), text, isShared };
}

/** What core.hooksPath is for everybody else: coffer itself starts git without hooks. */
async function hooksPath(folder: string): Promise<string | undefined> {
  const all = await git(folder, ['config', '--type=path', '-z', '--get-all', 'core.hooksPath']);
  return all.split('\0').slice(0, -2).at(-1);
}

async function line(folder: string, args: readonly string[]): Promise<string> {
  return (await git(folder, args)).replace(/\n$/, '');
}
