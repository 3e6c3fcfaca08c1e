import { CofferError } from '../errors.ts';
import { shellFile } from '../files/shell-words.ts';
import { countOf } from '../formats/count.ts';
import type { Host } from '../host.ts';
import type { Manifest, Parameter } from '../manifest/model.ts';
import { replaceManifest } from '../seal/apply.ts';
import { fileKeyRegion } from '../seal/file-key.ts';
import { refreshManifest } from '../seal/refresh.ts';
import { changeManifests, currentFileKey, fileKeyFor, tellCreated } from './manifests.ts';
import { recoveryOf } from './recipients.ts';
import type { Tools, WriteOptions } from './tools.ts';

export interface RefreshOptions extends WriteOptions {
  /** Seals every value and blob again, under new data keys. */
  newDataKeys?: boolean | undefined;
}

export interface RefreshReport {
  file: string;
  changed: boolean;
  /** ARN of the file key; absent if the manifest has no secrets. */
  encryptedWith?: string | undefined;
  /** How many data keys KMS re-encrypted. */
  rewrapped: number;
  /** How many values and blobs were opened and sealed again. */
  resealed: number;
}

/** Re-encrypts manifests, psyml's too, under the key that the file key's alias names today. */
export function refresh(
  tools: Tools,
  files: readonly string[],
  options: RefreshOptions = {},
): Promise<RefreshReport[]> {
  return changeManifests(tools, files, options, async (manifests) => {
    for (const manifest of manifests) refusePlaintext(manifest);
    const reports: RefreshReport[] = [];
    for (const manifest of manifests) {
      const report = await refreshOne(tools, manifest, options);
      tools.host.note(`${manifest.file}: ${describe(report, manifest)}`);
      if (options.newDataKeys && report.resealed > 0) tellToChange(tools.host, manifest);
      reports.push(report);
    }
    return reports;
  });
}

function refusePlaintext({ file, encryptedWith, parameters }: Manifest): void {
  if (encryptedWith !== undefined || !parameters.some(needsSealing)) return;
  throw new CofferError('usage', `${file} is not encrypted yet`, {
    hint: `run coffer encrypt ${shellFile(file)}`,
  });
}

function needsSealing({ type, content }: Parameter): boolean {
  return type === 'SecureString' || content.kind === 'absent';
}

async function refreshOne(
  tools: Tools,
  manifest: Manifest,
  options: RefreshOptions,
): Promise<RefreshReport> {
  const { aws, fileKey, host } = tools;
  const { file, region, encryptedWith } = manifest;
  if (encryptedWith === undefined) return { file, changed: false, rewrapped: 0, resealed: 0 };
  const recovery = recoveryOf(tools, manifest, options);
  const target = await currentFileKey(tools, region, options, recovery);
  await target.settle();
  tellCreated(host, target);
  // Data keys that somebody planted would be taken over with it; psyml has none.
  const hasKeys = Object.keys(manifest.dataKeys).length > 0 || blobsIn(manifest);
  if (hasKeys && encryptedWith !== target.id)
    await (await fileKeyFor(tools, manifest, options)).requireTrust();
  const source = await aws.kms(fileKeyRegion(manifest, fileKey));
  const { rewrapped, resealed, ...next } = await refreshManifest(manifest, source, target, options);
  const { changed } = await replaceManifest(manifest, next);
  return { file, changed, encryptedWith: target.id, rewrapped, resealed };
}

function blobsIn({ parameters }: Manifest): boolean {
  return parameters.some(({ content }) => content.kind === 'blob');
}

function describe(
  { changed, encryptedWith, rewrapped, resealed }: RefreshReport,
  before: Manifest,
): string {
  if (encryptedWith === undefined) return 'no secrets, nothing to do';
  if (!changed) return `already under ${encryptedWith}, nothing to do`;
  const again = `${countOf(resealed, 'value')} encrypted again`;
  return before.encryptedWith === encryptedWith && rewrapped === 0
    ? `${again}, under new data keys of the same file key`
    : `now under ${encryptedWith} (${countOf(rewrapped, 'data key')} re-encrypted, ${again})`;
}

/** New data keys close the file from now on, and not what somebody has read. */
function tellToChange(host: Host, { parameters }: Manifest): void {
  const names = parameters
    .filter(({ content }) => content.kind !== 'plain')
    .map(({ name }) => name);
  host.note(
    `whoever had the old data keys can open what git's history has of ${names.join(', ')}: coffer rotate and coffer set give new values`,
  );
}
