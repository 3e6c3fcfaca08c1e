import { DataKeys } from '../crypto/data-keys.ts';
import { CofferError } from '../errors.ts';
import { isThere } from '../files/private-file.ts';
import { countOf } from '../formats/count.ts';
import type { Host } from '../host.ts';
import {
  editManifest,
  parseManifest,
  renderManifest,
  writeManifest,
  type Manifest,
} from '../manifest/index.ts';
import { replaceManifest } from '../seal/apply.ts';
import { findParameters, type Found } from './import/found.ts';
import { isSecret, sealFound, type Sealed, type Target } from './import/sealed.ts';
import { settingsOf, underOtherKeys } from './import/settings.ts';
import { changeManifest, fileKeyFor, lockManifests, tellCreated } from './manifests.ts';
import type { Tools, WriteOptions } from './tools.ts';

/** The manifest that takes what is imported. */
export type ImportTarget =
  /** One that is there, which gets what it lacks. */
  { merge: string } | NewManifest;

export interface NewManifest {
  /** Where it is to be, and what its blobs are beside. */
  file: string;
  /** Its kmskey, instead of the key that is in use for most. */
  kmskey?: string | undefined;
  /** Takes its text to where it belongs; without it, the file is written, which must not exist. */
  write?: ((text: string) => Promise<void>) | undefined;
}

export interface ImportReport {
  /** Full names of the parameters that the manifest has now. */
  imported: string[];
  /** Those of `imported` that are under another key than kmskey. */
  otherKeys: string[];
  /** Names without a leading slash, which no manifest can have. */
  leftOut: string[];
}

/**
 * Makes a manifest of what SSM holds under a path, secrets sealed, or adds to one what it lacks.
 * @param path such as `/app/`; its last slash may be missing
 * @throws CofferError `not-found` when there is nothing for a new manifest
 */
export async function importPath(
  tools: Tools,
  path: string,
  target: ImportTarget,
  options: WriteOptions = {},
): Promise<ImportReport> {
  const prefix = completePath(path);
  return 'merge' in target
    ? changeManifest(tools, target.merge, options, (manifest) =>
        importInto(tools, prefix, manifest, options),
      )
    : lockManifests(tools, [target.file], options, () => importNew(tools, prefix, target, options));
}

function completePath(path: string): string {
  // An empty one, such as from an empty variable, would be everything.
  if (!path.startsWith('/')) {
    throw new CofferError('usage', `"${path}" is not a path in SSM`, { hint: 'such as /app/' });
  }
  return path.endsWith('/') ? path : `${path}/`;
}

async function importNew(
  tools: Tools,
  path: string,
  { file, write, ...wanted }: NewManifest,
  options: WriteOptions,
): Promise<ImportReport> {
  const { host, homeRegion: region } = tools;
  if (!write) await refuseExisting(file);
  if (!region) {
    throw new CofferError('usage', 'import needs --region, which goes into the manifest');
  }
  const { found, leftOut } = await findParameters(tools, { path, region, known: new Set() });
  if (found.length === 0) {
    tellLeftOut(host, leftOut);
    throw new CofferError('not-found', `there is no parameter under ${path} in ${region}`);
  }
  const { tags, bucket, ...common } = settingsOf(found);
  const kmskey = wanted.kmskey ?? common.kmskey;
  const isSealed = found.some(isSecret);
  if (isSealed && kmskey === undefined) {
    throw new CofferError('usage', 'the objects there do not say which key they are under', {
      hint: 'name the one that readers may use with --kmskey',
    });
  }
  const fileKey = await fileKeyFor(tools, { region }, options);
  const dataKeys = new DataKeys(fileKey.kms, { path, dataKeys: {} });
  const target = { file, path, region, tags, dataKeys, fileKey };
  await withSealed(tools, found, target, async ({ parameters, blobs }) => {
    const sealing = isSealed && { encryptedWith: fileKey.id, dataKeys: dataKeys.wrapped };
    const text = renderManifest({ path, region, kmskey, bucket, tags, ...sealing }, parameters);
    parseManifest(text, file);
    for (const blob of blobs) blob.commit();
    const settle = () => blobs.forEach((blob) => blob.settle());
    if (write) {
      await write(text);
      settle();
    } else await writeManifest({ file, text: '' }, text, { isPrivate: true, afterwards: settle });
    if (write && blobs.some(({ blob }) => 'path' in blob.body)) {
      host.note(`blobs are in ${file.replace(/\.yml$/, '')}.blobs/: keep them beside the manifest`);
    }
  });
  return tell(host, found, leftOut, kmskey);
}

/** What is missing in a manifest that is there. */
async function importInto(
  tools: Tools,
  path: string,
  manifest: Manifest,
  options: WriteOptions,
): Promise<ImportReport> {
  const { file, region, kmskey, bucket, tags } = manifest;
  if (manifest.path !== path) {
    throw new CofferError('usage', `${file} is for ${manifest.path}, not for ${path}`);
  }
  const known = new Set(manifest.parameters.map(({ fullName }) => fullName));
  const { found, leftOut } = await findParameters(tools, { path, region, known });
  const named = settingsOf(found).bucket;
  if (named !== undefined && !bucket) {
    throw new CofferError('manifest', `${file} has no bucket for what is in S3`, {
      hint: `add "bucket: ${named}" to its top`,
    });
  }
  const fileKey = await fileKeyFor(tools, manifest, options);
  const dataKeys = new DataKeys(fileKey.kms, manifest);
  const target = { file, path, region, tags, dataKeys, fileKey };
  await withSealed(tools, found, target, async ({ parameters, blobs }) => {
    const sealing = found.some(isSecret) && {
      encryptedWith: fileKey.id,
      dataKeys: dataKeys.wrapped,
    };
    const text = editManifest(manifest, { add: parameters, ...sealing });
    parseManifest(text, file);
    await replaceManifest(manifest, { text, blobs });
  });
  return tell(tools.host, found, leftOut, kmskey ?? settingsOf(found).kmskey);
}

/** No file of a blob stays behind when its manifest cannot be written. */
async function withSealed(
  tools: Tools,
  found: readonly Found[],
  target: Target,
  write: (sealed: Sealed) => Promise<void>,
): Promise<void> {
  const sealed = await sealFound(tools, found, target).finally(() =>
    tellCreated(tools.host, target.fileKey),
  );
  try {
    await write(sealed);
  } finally {
    for (const blob of sealed.blobs) blob.discard();
  }
}

/** Before anything is read, rather than after it was sealed. */
async function refuseExisting(file: string): Promise<void> {
  if (await isThere(file)) {
    throw new CofferError('usage', `${file} exists`, {
      hint: `--merge ${file} adds to it what is missing`,
    });
  }
}

function tell(
  host: Host,
  found: readonly Found[],
  leftOut: string[],
  kmskey: string | undefined,
): ImportReport {
  const otherKeys = underOtherKeys(found, kmskey);
  host.note(`${countOf(found.length, 'parameter')} imported`);
  tellLeftOut(host, leftOut);
  if (otherKeys.length > 0) {
    host.warn({
      message: `not under ${kmskey}: ${otherKeys.join(', ')}`,
      hint: 'coffer sync would bring them under it; a manifest has one kmskey',
    });
  }
  return { imported: found.map(({ name }) => name), otherKeys, leftOut };
}

function tellLeftOut(host: Host, leftOut: readonly string[]): void {
  if (leftOut.length === 0) return;
  host.note(`left out, as no manifest can name them: ${leftOut.join(', ')} (no leading slash)`);
}
