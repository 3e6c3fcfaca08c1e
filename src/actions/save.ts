import { countOf } from '../formats/count.ts';
import { joinApplied, NOTHING, type Applied } from '../plan/apply.ts';
import { desiredState } from '../plan/desired.ts';
import { openerFor, readManifests } from './manifests.ts';
import { describeApplied, describeVersions, finish, type AppliedReport } from './report.ts';
import type { Tools } from './tools.ts';
import { writeAll } from './writing.ts';

export interface SaveOptions {
  /** Accepts plaintext secrets in the manifest, which must then never be committed. */
  allowPlaintext?: boolean | undefined;
  /** Publishes what recovery opens when the file key cannot be used. */
  useRecovery?: boolean | undefined;
}

export interface SaveReport extends AppliedReport {
  /** The new version of each written parameter, by full name. */
  versions: Record<string, number>;
}

/**
 * Writes every parameter of manifests without reading AWS first, changed or not.
 * @throws CofferError with the report if some of it failed
 */
export async function save(
  tools: Tools,
  files: readonly string[],
  { allowPlaintext = false, useRecovery }: SaveOptions = {},
): Promise<SaveReport> {
  const { host } = tools;
  const manifests = await readManifests(tools, files);
  await tools.aws.requireAccount();
  // Decrypts and checks everything before the first write.
  const work = [];
  for (const manifest of manifests) {
    const opener = await openerFor(tools, manifest, { isPublished: true, useRecovery });
    work.push({ manifest, desired: await desiredState(manifest, opener, { allowPlaintext }) });
  }
  const versions = new Map<string, number>();
  let all: Applied = NOTHING;
  const signal = host.onStop();
  for (const { manifest, desired } of work) {
    const applied = await writeAll(
      tools,
      manifest,
      desired,
      (store, item, writing) => store.save(item, writing),
      { signal, useRecovery, versions },
    );
    host.note(
      `${manifest.file}: wrote ${applied.done.length} of ${countOf(desired.length, 'parameter')} to ${manifest.region}`,
    );
    all = joinApplied(all, applied);
  }
  const report = { ...describeApplied(all), versions: describeVersions(versions) };
  return finish(all, report, 'run coffer save again to write the rest');
}
