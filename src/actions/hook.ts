import { installHook, uninstallHook, type HookChange } from '../repo/drivers/hook.ts';
import type { Tools } from './tools.ts';

/**
 * Has git check every commit of a folder's repository, or no longer.
 * @throws CofferError `conflict` when there is a hook of somebody else
 */
export async function hook(
  { host }: Pick<Tools, 'host'>,
  folder: string,
  task: 'install' | 'uninstall',
): Promise<HookChange> {
  const change = await (task === 'install' ? installHook : uninstallHook)(folder);
  const { file, changed } = change;
  if (task === 'install') {
    host.note(`${changed ? 'wrote' : 'there is'} ${file}: commits run coffer check --staged`);
  } else host.note(changed ? `removed ${file}` : `there is no ${file}`);
  return change;
}
