import { relative, resolve } from 'node:path';
import { findManifests } from '../check/find.ts';
import { CofferError } from '../../errors.ts';
import {
  addAttributes,
  type AttributeLines,
  fromTop,
  removeAttributes,
  withoutDriver,
} from './attributes.ts';
import { hasSettings, isRunnable, removeSettings, writeSettings } from './drivers.ts';
import { finderScript } from './finder.ts';
import { patternsFor } from './patterns.ts';
import { listYaml, requireRepository } from '../../git/repository.ts';

/** What changed in a repository. */
export interface Installation {
  /** Whether the configuration of this clone changed. */
  configured: boolean;
  /** Lines of `.gitattributes`, which is committed. */
  attributes: AttributeLines;
}

/**
 * Configures git to diff and merge manifests with coffer: those that match the patterns, or all
 * there are.
 * @throws CofferError `usage` outside a repository, and if there are no manifests
 */
export async function installDrivers(
  folder: string,
  patterns: readonly string[],
  program?: string,
): Promise<Installation & { runnable: boolean }> {
  const root = await requireRepository(folder);
  const wanted =
    patterns.length > 0
      ? patterns.map((pattern) => fromTop(root, folder, pattern))
      : await patternsOfManifests(root, folder);
  const finder = finderScript(root, program);
  return {
    attributes: await addAttributes(root, wanted),
    configured: await writeSettings(root, finder),
    runnable: await isRunnable(root, finder),
  };
}

/** How git treats the manifests of a clone. */
export interface DriverState {
  isConfigured: boolean;
  /** Whether git would find coffer. */
  isRunnable: boolean;
  /** Manifests, relative to the top folder, that .gitattributes does not give to coffer. */
  without: string[];
}

/** Looks at what `installDrivers` does. */
export async function inspectDrivers(
  folder: string,
  files: readonly string[],
  program?: string,
): Promise<DriverState> {
  const root = await requireRepository(folder);
  const inside = files
    .map((file) => relative(root, resolve(folder, file)))
    .filter((file) => !file.startsWith('..'));
  return {
    isConfigured: await hasSettings(root),
    isRunnable: await isRunnable(root, finderScript(root, program)),
    without: await withoutDriver(root, inside),
  };
}

/** Undoes `installDrivers`. */
export async function uninstallDrivers(folder: string): Promise<Installation> {
  const root = await requireRepository(folder);
  return { attributes: await removeAttributes(root), configured: await removeSettings(root) };
}

async function patternsOfManifests(root: string, folder: string): Promise<string[]> {
  const manifests = await findManifests(folder);
  if (manifests.length === 0) {
    throw new CofferError('usage', 'this repository has no manifests yet', {
      hint: "name a pattern for future ones: coffer git install 'secrets/*.yml'",
    });
  }
  const files = manifests.map(({ file }) => relative(root, resolve(folder, file)));
  const manifestFiles = new Set(files);
  const others = (await listYaml(root)).filter((file) => !manifestFiles.has(file));
  return patternsFor(await withoutDriver(root, files), others).toSorted();
}
