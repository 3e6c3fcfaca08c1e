import { countOf } from '../formats/count.ts';
import { inEachRegion } from '../manifest/regions.ts';
import { openerFor, readManifests } from './manifests.ts';
import {
  byRegion,
  describeRegions,
  finish,
  joinRegions,
  objectsOf,
  type Regional,
  type WriteReport,
} from './write-report.ts';
import type { Version } from '../stores/model.ts';
import { storeKindOf, type StoreOptions } from './stores.ts';
import { refuseSharedNames } from './targets.ts';
import type { Tools } from './tools.ts';
import { writeAll } from './writing.ts';

export interface SaveOptions extends Pick<StoreOptions, 'takeOver'> {
  /** Accepts plaintext secrets in the manifest, which must then never be committed. */
  allowPlaintext?: boolean | undefined;
  /** Publishes what recovery opens when the file key cannot be used. */
  useRecovery?: boolean | undefined;
}

/** `versions` are the new ones of written parameters. */
export type SaveReport = WriteReport;

/**
 * Writes every parameter of manifests to all of their regions without reading AWS first, changed or
 * not.
 * @throws CofferError with the report if some of it failed
 */
export async function save(
  tools: Tools,
  files: readonly string[],
  { allowPlaintext = false, useRecovery, takeOver }: SaveOptions = {},
): Promise<SaveReport> {
  const { host } = tools;
  const manifests = await readManifests(tools, files);
  refuseSharedNames(manifests);
  await tools.aws.requireAccount();
  // Decrypts and checks everything before the first write.
  const work = [];
  for (const manifest of manifests) {
    const kind = storeKindOf(manifest);
    const opener = () => openerFor(tools, manifest, { isPublished: true, useRecovery });
    const desired = await kind.desire(manifest, opener, { allowPlaintext, noDecrypt: false });
    for (const here of inEachRegion(manifest)) {
      work.push({ manifest: here, desired: kind.desireIn(tools, here, desired, false) });
    }
  }
  const outcomes: Regional[] = [];
  const signal = host.onStop();
  for (const { manifest, desired } of work) {
    const versions = new Map<string, Version>();
    const applied = await writeAll(
      tools,
      manifest,
      desired,
      (store, item, writing) => store.save(item, writing),
      { signal, useRecovery, takeOver, versions },
    );
    host.note(
      `${manifest.file}: wrote ${applied.done.length} of ${countOf(desired.length, 'parameter')} to ${manifest.region}`,
    );
    outcomes.push({
      region: manifest.region,
      applied,
      versions,
      objects: objectsOf(desired, versions),
    });
  }
  const regions = byRegion(outcomes);
  const report = describeRegions(regions, new Date());
  return finish(joinRegions(regions), report, 'run coffer save again to write the rest');
}
