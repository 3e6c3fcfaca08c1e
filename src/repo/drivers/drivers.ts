import { execFile } from 'node:child_process';
import { git } from '../../git/repository.ts';

// Git runs drivers by sh, in the top folder. What a project depends on comes before what is on PATH.
const FIND = 'PATH="node_modules/.bin:$PATH"; command -v coffer >/dev/null';

// Without coffer git does what it would do without drivers: nobody is left with half a merge. Nor
// when coffer cannot run: git would take any status for a conflict, and ours for the whole result.
const SETTINGS = {
  'merge.coffer.name': 'coffer, by parameters and data keys',
  'merge.coffer.driver': `${FIND} && { coffer merge-driver %O %A %B %L -- %P; status=$?; [ $status -gt 1 ] || exit $status; }; exec git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B`,
  // Git puts the file behind the last word.
  'diff.coffer.textconv': `${FIND} && exec coffer textconv "$1"; exec cat`,
  // Masked texts may be kept; git keeps them among its notes.
  'diff.coffer.cachetextconv': 'true',
};

const CACHE = 'refs/notes/textconv/coffer';

/** Tells git, in the configuration of this clone, how to run coffer; whether that is news to it. */
export async function writeSettings(root: string): Promise<boolean> {
  let changed = false;
  for (const [key, value] of Object.entries(SETTINGS)) {
    if ((await readSetting(root, key)) === value) continue;
    await git(root, ['config', '--local', key, value]);
    changed = true;
  }
  // What it kept without coffer, or with an older one, differs from what it would be shown now.
  await git(root, ['update-ref', '-d', CACHE]);
  return changed;
}

/** Takes away the settings, and what git has kept by them. */
export async function removeSettings(root: string): Promise<boolean> {
  let changed = false;
  for (const section of ['merge.coffer', 'diff.coffer']) {
    const pattern = `^${section.replace('.', '\\.')}\\.`;
    const isThere = await git(root, ['config', '--local', '--get-regexp', pattern]).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    await git(root, ['config', '--local', '--remove-section', section]);
    changed = true;
  }
  await git(root, ['update-ref', '-d', CACHE]);
  return changed;
}

/** Whether git would find coffer. */
export function isRunnable(root: string): Promise<boolean> {
  return new Promise((done) => {
    execFile('sh', ['-c', FIND], { cwd: root }, (error) => done(!error));
  });
}

async function readSetting(root: string, key: string): Promise<string | undefined> {
  const found = await git(root, ['config', '--local', '--get', key]).catch(() => undefined);
  return found?.replace(/\n$/, '');
}
