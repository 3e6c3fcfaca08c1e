import { execFile } from 'node:child_process';
import { git } from '../../git/repository.ts';

// Without coffer, or if coffer fails, git merges as without drivers: otherwise it would take any
// exit status for a conflict, and ours for the whole result.
const settingsFor = (finder: string) => ({
  'merge.coffer.name': 'coffer, by parameters and data keys',
  'merge.coffer.driver': `${forDriver(finder)}run_coffer merge-driver %O %A %B %L -- %P; status=$?; [ $status -gt 1 ] || exit $status; exec git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B`,
  // git appends the file as the last word.
  'diff.coffer.textconv': `${finder}find_coffer && { run_coffer textconv "$1"; exit; }; exec cat`,
  // git may cache masked texts; it stores them as notes.
  'diff.coffer.cachetextconv': 'true',
});

/** git replaces %O and its like in a driver, and %% by %. */
function forDriver(script: string): string {
  return script.replaceAll('%', '%%');
}

const CACHE = 'refs/notes/textconv/coffer';

/** Configures the drivers in this clone. Returns whether that changed anything. */
export async function writeSettings(root: string, finder: string): Promise<boolean> {
  let changed = false;
  for (const [key, value] of Object.entries(settingsFor(finder))) {
    if ((await readSetting(root, key)) === value) continue;
    await git(root, ['config', '--local', key, value]);
    changed = true;
  }
  // Texts cached without coffer, or by an older one, may differ from the current ones.
  await git(root, ['update-ref', '-d', CACHE]);
  return changed;
}

/** Whether this clone has the settings, of this coffer or another one. */
export async function hasSettings(root: string): Promise<boolean> {
  const found = await Promise.all(
    ['merge.coffer.driver', 'diff.coffer.textconv'].map((key) => readSetting(root, key)),
  );
  return found.every((value) => value !== undefined);
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
export function isRunnable(root: string, finder: string): Promise<boolean> {
  return new Promise((done) => {
    execFile('sh', ['-c', `${finder}find_coffer`], { cwd: root }, (error) => done(!error));
  });
}

async function readSetting(root: string, key: string): Promise<string | undefined> {
  const found = await git(root, ['config', '--local', '--get', key]).catch(() => undefined);
  return found?.replace(/\n$/, '');
}
