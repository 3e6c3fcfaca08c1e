import { installHook, uninstallHook, type HookChange } from '../repo/drivers/hook.ts';
import type { Tools } from './tools.ts';

export interface InstallOptions {
  /** The script of the coffer that git is to run, if no other is found before. */
  program?: string | undefined;
}

/**
 * Installs or removes the pre-commit hook that checks every commit of a repository.
 * @throws CofferError `conflict` if there is a hook that coffer did not write
 */
export async function hook(
  { host }: Pick<Tools, 'host'>,
  folder: string,
  task: 'install' | 'uninstall',
  { program }: InstallOptions = {},
): Promise<HookChange> {
  const change = await (task === 'install' ? installHook(folder, program) : uninstallHook(folder));
  const { file, changed } = change;
  if (task === 'install') {
    host.note(
      `${file} ${changed ? 'written' : 'already exists'}: commits run coffer check --staged`,
    );
  } else host.note(changed ? `removed ${file}` : `nothing to remove: ${file} does not exist`);
  return change;
}
