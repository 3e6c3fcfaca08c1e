import { CofferError } from '../errors.ts';
import type { Host } from '../host.ts';
import { installDrivers, uninstallDrivers, type Installation } from '../repo/drivers/install.ts';
import type { InstallOptions } from './hook.ts';
import type { Tools } from './tools.ts';

/**
 * Installs or removes the git drivers that diff and merge manifests by parameter, in a clone.
 * @param patterns of manifests, relative to the folder; if empty, one for each existing manifest
 * @throws CofferError `usage` outside a repository, and if there are no manifests to install for
 */
export async function git(
  { host }: Pick<Tools, 'host'>,
  folder: string,
  task: 'install' | 'uninstall',
  patterns: readonly string[] = [],
  { program }: InstallOptions = {},
): Promise<Installation> {
  return task === 'install'
    ? install(host, folder, patterns, program)
    : uninstall(host, folder, patterns);
}

async function install(
  host: Host,
  folder: string,
  patterns: readonly string[],
  program: string | undefined,
): Promise<Installation> {
  const { attributes, configured, runnable } = await installDrivers(folder, patterns, program);
  tellLines(host, 'added to .gitattributes', attributes);
  host.note(`git diff and git merge ${configured ? 'now run' : 'run'} coffer in this clone`);
  host.note('commit .gitattributes, and run coffer git install once in every other clone:');
  host.note('git does not share configuration, and merges by lines without it');
  if (!runnable) {
    host.warn({
      message: 'git cannot find coffer: it is neither in node_modules nor on PATH',
      hint: 'install it; until then git diffs and merges by lines',
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
    throw new CofferError('usage', 'coffer git uninstall takes no patterns: it removes everything');
  }
  const { attributes, configured } = await uninstallDrivers(folder);
  tellLines(host, 'removed from .gitattributes', attributes);
  host.note(configured ? 'git no longer runs coffer in this clone' : 'git did not run coffer');
  return { configured, attributes };
}

function tellLines(host: Host, what: string, lines: readonly string[]): void {
  for (const line of lines) host.note(`${what}: ${line}`);
}
