import { CofferError } from '../errors.ts';
import type { Host } from '../host.ts';
import { installDrivers, uninstallDrivers, type Installation } from '../repo/drivers/install.ts';
import type { Tools } from './tools.ts';

/**
 * Has git show and merge manifests by parameter in a folder's clone, or no longer.
 * @param patterns of manifests, as seen from the folder; with none, those that are there
 * @throws CofferError `usage` outside of a repository, and when there is nothing to install for
 */
export async function git(
  { host }: Pick<Tools, 'host'>,
  folder: string,
  task: 'install' | 'uninstall',
  patterns: readonly string[] = [],
): Promise<Installation> {
  return task === 'install' ? install(host, folder, patterns) : uninstall(host, folder, patterns);
}

async function install(
  host: Host,
  folder: string,
  patterns: readonly string[],
): Promise<Installation> {
  const { attributes, configured, runnable } = await installDrivers(folder, patterns);
  tellLines(host, 'added to .gitattributes', attributes);
  host.note(`git diff and git merge ${configured ? 'now run' : 'run'} coffer in this clone`);
  host.note('commit .gitattributes, and run coffer git install once in every other clone:');
  host.note('git does not share configuration, and merges by lines without it');
  if (!runnable) {
    host.warn({
      message: 'git will not find coffer: it is neither in node_modules nor on PATH',
      hint: 'install it; until then git diffs and merges lines, as without drivers',
    });
  }
  return { configured, attributes };
}

async function uninstall(
  host: Host,
  folder: string,
  patterns: readonly string[],
): Promise<Installation> {
  if (patterns.length > 0) {
    throw new CofferError('usage', 'uninstall takes everything away, and no patterns');
  }
  const { attributes, configured } = await uninstallDrivers(folder);
  tellLines(host, 'took from .gitattributes', attributes);
  host.note(configured ? 'git runs coffer no more in this clone' : 'git did not run coffer');
  return { configured, attributes };
}

function tellLines(host: Host, what: string, lines: readonly string[]): void {
  for (const line of lines) host.note(`${what}: ${line}`);
}
