import { inspectDrivers } from '../../repo/drivers/install.ts';
import { inspectHook } from '../../repo/drivers/hook.ts';
import { repositoryRoot } from '../../git/repository.ts';
import { ok, skip, warn, type Check, type Result } from './finding.ts';
import { shellFile } from '../../files/shell-words.ts';

/** What git does with manifests in this clone. */
export function cloneChecks(
  folder: string,
  files: readonly string[],
  program: string | undefined,
): Check[] {
  const inRepository = (run: () => Promise<Result>) => async () =>
    (await repositoryRoot(folder)) === undefined ? skip('this is not a git repository') : run();
  return [
    { topic: 'git drivers', run: inRepository(() => judgeDrivers(folder, files, program)) },
    { topic: 'git hook', run: inRepository(() => judgeHook(folder)) },
  ];
}

async function judgeDrivers(
  folder: string,
  files: readonly string[],
  program: string | undefined,
): Promise<Result> {
  const { isConfigured, isRunnable, without } = await inspectDrivers(folder, files, program);
  const install = 'coffer git install';
  if (!isConfigured) return warn('not installed: git merges manifests by lines', install);
  if (!isRunnable) {
    return warn(
      'installed, but git cannot find coffer: it is neither in node_modules nor on PATH',
      'install coffer; until then git merges by lines',
    );
  }
  if (without.length > 0)
    return warn(`.gitattributes does not name ${without.join(', ')}`, install);
  return ok('installed');
}

async function judgeHook(folder: string): Promise<Result> {
  const { file, kind } = await inspectHook(folder);
  switch (kind) {
    case 'ours':
      return ok(`${file} runs coffer check`);
    case 'none':
      return warn('not installed: nothing keeps plaintext out of commits', 'coffer hook install');
    case 'not executable':
      return warn(`${file} is not executable, so git skips it`, `chmod +x ${shellFile(file)}`);
    case 'other':
      return warn(
        `${file} does not mention coffer check`,
        'unless it runs it by other means, add: coffer check --staged || exit 1',
      );
  }
}
