import pMap from 'p-map';
import { CofferError } from '../../errors.ts';
import type { Manifest } from '../../manifest/model.ts';
import type { Region } from '../../page/build.ts';
import type { Change } from '../../stores/model.ts';
import { readerFor } from '../stores.ts';
import type { Tools } from '../tools.ts';

/** The versions of everything that AWS has, without values; or why they cannot be read. */
export async function readVersions(
  tools: Tools,
  manifest: Manifest,
  changes: readonly Change[],
): Promise<Pick<Region, 'versions' | 'problem'>> {
  const reader = await readerFor(tools, { ...manifest, manifest });
  const names = changes.filter(({ actual }) => actual).map(({ name }) => name);
  try {
    const versions = await pMap(
      names,
      async (name) => [name, await reader.history(name, false)] as const,
      { concurrency: tools.concurrency },
    );
    return { versions: new Map(versions) };
  } catch (error) {
    if (!(error instanceof CofferError) || error.code === 'interrupted') throw error;
    return { problem: error };
  }
}
