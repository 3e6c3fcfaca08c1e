import { execFile } from 'node:child_process';
import { git } from '../../git/repository.ts';

// git runs drivers with sh, in the top folder. A project's own coffer comes before that on PATH.
const FIND = 'PATH="node_modules/.bin:$PATH"; command -v coffer >/dev/null';

// Without coffer, or if coffer fails, git merges as without drivers: otherwise it would take any
// exit status for a conflict, and ours for the whole result.
const SETTINGS = {
  'merge.coffer.name': 'coffer, by parameters and data keys',
  'merge.coffer.driver': `${FIND} && { coffer merge-driver %O %A %B %L -- %P; status=$?; [ $status -gt 1 ] || exit $status; }; exec git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B`,
  // git appends the file as the last word.
  'diff.coffer.textconv': `${FIND} && exec coffer textconv "$1"; exec cat`,
  // git may cache masked texts; it stores them as notes.
  'diff.coffer.cachetextconv': 'true',
};

const CACHE = 'refs/notes/textconv/coffer';

/** Configures the drivers in this clone. Returns whether that changed anything. */
export async function writeSettings(root: string): Promise<boolean> {
  let changed = false;
  for (const [key, value] of Object.entries(SETTINGS)) {
    if ((await readSetting(root, key)) === value) continue;
    await git(root, ['config', '--local', key, value]);
    changed = true;
  }
  // Texts cached without coffer, or by an older one, may differ from the current ones.
  await git(root, ['update-ref', '-d', CACHE]);
  return changed;
}

/** Removes the settings and git's cache. */
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
