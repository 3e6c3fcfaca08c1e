import { relative, resolve } from 'node:path';
import { findManifests } from '../check/find.ts';
import { CofferError } from '../../errors.ts';
import {
  addAttributes,
  type AttributeLines,
  fromTop,
  patternOf,
  removeAttributes,
  withoutDriver,
} from './attributes.ts';
import { isRunnable, removeSettings, writeSettings } from './drivers.ts';
import { requireRepository } from '../../git/repository.ts';

/** What was changed in a repository. */
export interface Installation {
  /** Whether the configuration of this clone was. */
  configured: boolean;
  /** Lines of `.gitattributes`, which is committed. */
  attributes: AttributeLines;
}

/**
 * Has git show and merge manifests by coffer: those that match the patterns, or all that are there.
 * @throws CofferError `usage` outside of a repository, and when there is nothing to install for.
 */
export async function installDrivers(
  folder: string,
  patterns: readonly string[],
): Promise<Installation & { runnable: boolean }> {
  const root = await requireRepository(folder);
  const wanted =
    patterns.length > 0
      ? patterns.map((pattern) => fromTop(root, folder, pattern))
      : await patternsOfManifests(root, folder);
  return {
    attributes: await addAttributes(root, wanted),
    configured: await writeSettings(root),
    runnable: await isRunnable(root),
  };
}

/** Takes back what `installDrivers` did. */
export async function uninstallDrivers(folder: string): Promise<Installation> {
  const root = await requireRepository(folder);
  return { attributes: await removeAttributes(root), configured: await removeSettings(root) };
}

async function patternsOfManifests(root: string, folder: string): Promise<string[]> {
  const manifests = await findManifests(folder);
  if (manifests.length === 0) {
    throw new CofferError('usage', 'there is no manifest in this repository yet', {
      hint: "say where there will be some: coffer git install 'secrets/*.yml'",
    });
  }
  const files = manifests.map(({ file }) => relative(root, resolve(folder, file)));
  return (await withoutDriver(root, files)).map(patternOf).toSorted();
}
